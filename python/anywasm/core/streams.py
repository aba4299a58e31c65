"""What a WASI program reads from and writes to, as the callables that the shim wants.

A source is bytes, an open descriptor's number, or a callable: given a number, it returns at most so many bytes, none at
the end. A sink is a descriptor's number or a callable: given bytes, it returns how many it took (None: all), or a
negated `errno`.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
from collections.abc import Callable
from typing import Any, BinaryIO, Union

Source = Union[bytes, int, BinaryIO, Callable[[int], bytes]]
Sink = Union[int, BinaryIO, Callable[[bytes], "int | None"]]


def source(given: Any) -> Source | None:
    """What to read from: bytes, a path, a descriptor, a file object (binary or text), or a callable; None is nothing.

    A path is opened here; OSError where it cannot be.
    """
    if given is None or isinstance(given, int):
        return given
    if isinstance(given, (bytes, bytearray, memoryview)):
        return bytes(given)
    if isinstance(given, (str, os.PathLike)):
        return open(given, "rb", buffering=0)
    if isinstance(given, io.TextIOBase) and not hasattr(given, "buffer"):
        return _text_reader(given)
    given = getattr(given, "buffer", given)
    read = getattr(given, "read1", None) or getattr(given, "read", None) or given
    if not callable(read):
        raise TypeError(f"expected bytes, a path, a file object or a callable to read from, got {_name(given)}")
    return lambda size: _bytes(read(size))


def sink(given: Any) -> Sink | None:
    """Where to write: a path, a descriptor, a bytearray, a file object (binary or text), a callable; None is nowhere.

    A path is opened here, for a file that is new or empty then; OSError where it cannot be. Bytes are passed on as they
    are written, one call of the program after another.
    """
    if given is None or isinstance(given, int):
        return given
    if isinstance(given, bytearray):
        return given.extend
    if isinstance(given, (str, os.PathLike)):
        return open(given, "wb", buffering=0)
    if isinstance(given, io.TextIOBase) and not hasattr(given, "buffer"):
        return _text_writer(given)
    if hasattr(given, "buffer") and hasattr(given, "write"):
        return _buffer_writer(given)
    if hasattr(given, "write"):
        return _raw_writer(given) if isinstance(given, io.RawIOBase) else _writer(given)
    if not callable(given):
        raise TypeError(f"expected a path, a bytearray, a file object or a callable to write to, got {_name(given)}")
    taken: Callable[[bytes], int | None] = given
    return taken


def _bytes(data: Any) -> bytes:
    # None is what a non-blocking file without data says; a program's read would not come back.
    if data is None:
        raise BlockingIOError(errno.EAGAIN, "the file object has nothing to read yet")
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f"expected bytes to have been read, got {_name(data)}")
    return bytes(data)


def _text_reader(file: Any) -> Callable[[int], bytes]:
    """Characters become bytes, of which there may be more than asked for: they wait for the next read."""
    waiting = bytearray()

    def read(size: int) -> bytes:
        if not waiting:
            waiting.extend(file.read(size).encode())
        data = bytes(waiting[:size])
        del waiting[:size]
        return data

    return read


def _text_writer(file: Any) -> Callable[[bytes], None]:
    # A character may be cut by the end of a write.
    decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def write(data: bytes) -> None:
        file.write(decoder.decode(data))

    return write


def _buffer_writer(file: Any) -> Callable[[bytes], None]:
    def write(data: bytes) -> None:
        file.flush()  # What was written as text comes first.
        file.buffer.write(data)

    return write


def _raw_writer(file: Any) -> Callable[[bytes], int]:
    def write(data: bytes) -> int:
        count = file.write(data)
        return -errno.EAGAIN if count is None else int(count)

    return write


def _writer(file: Any) -> Callable[[bytes], None]:
    def write(data: bytes) -> None:
        file.write(data)

    return write


def _name(value: Any) -> str:
    return type(value).__name__
