"""Standard streams of WASI programs: converts Python objects to what the shim reads from and writes to.

A *source* is bytes, the number of an open file descriptor, or a callable. `source(size)` returns at most `size` bytes,
and no bytes at the end.

A *sink* is the number of an open file descriptor, or a callable. `sink(data)` returns how many bytes it wrote (None
means all) or a negated `errno`.
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


def source(value: Any) -> Source | None:
    """Returns the source for bytes, a path, a descriptor, a file object (binary or text), or a callable.

    None means an empty stream. Opens the file if `value` is a path; raises OSError if that fails. Raises TypeError for
    any other object.
    """
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, (str, os.PathLike)):
        return open(value, "rb", buffering=0)
    if isinstance(value, io.TextIOBase) and not hasattr(value, "buffer"):
        return _text_reader(value)
    value = getattr(value, "buffer", value)
    read = getattr(value, "read1", None) or getattr(value, "read", None) or value
    if not callable(read):
        raise TypeError(f"expected bytes, a path, a file object or a callable to read from, got {_name(value)}")
    return lambda size: _bytes(read(size))


def sink(value: Any) -> Sink | None:
    """Returns the sink for a path, a descriptor, a bytearray, a file object (binary or text), or a callable.

    None discards the output. Opens the file if `value` is a path, and truncates it; raises OSError if that fails.
    Raises TypeError for any other object. A sink passes on each write of the program at once.
    """
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, bytearray):
        return value.extend
    if isinstance(value, (str, os.PathLike)):
        return open(value, "wb", buffering=0)
    if isinstance(value, io.TextIOBase) and not hasattr(value, "buffer"):
        return _text_writer(value)
    if hasattr(value, "buffer") and hasattr(value, "write"):
        return _buffer_writer(value)
    if hasattr(value, "write"):
        return _raw_writer(value) if isinstance(value, io.RawIOBase) else _writer(value)
    if not callable(value):
        raise TypeError(f"expected a path, a bytearray, a file object or a callable to write to, got {_name(value)}")
    callback: Callable[[bytes], int | None] = value
    return callback


def _bytes(data: Any) -> bytes:
    # A non-blocking file returns None if it has no data yet. Waiting for data could block the program for ever.
    if data is None:
        raise BlockingIOError(errno.EAGAIN, "the file object has nothing to read yet")
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f"expected bytes to have been read, got {_name(data)}")
    return bytes(data)


def _text_reader(file: Any) -> Callable[[int], bytes]:
    """Returns a source that encodes a text file's characters as UTF-8."""
    # `size` characters may be more than `size` bytes. The rest stays here for the next read.
    encoded = bytearray()

    def read(size: int) -> bytes:
        if not encoded:
            encoded.extend(file.read(size).encode())
        data = bytes(encoded[:size])
        del encoded[:size]
        return data

    return read


def _text_writer(file: Any) -> Callable[[bytes], None]:
    """Returns a sink that decodes UTF-8 for a text file."""
    # Incremental, because a write may end in the middle of a character.
    decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def write(data: bytes) -> None:
        file.write(decoder.decode(data))

    return write


def _buffer_writer(file: Any) -> Callable[[bytes], None]:
    """Returns a sink that writes to the binary buffer of a text file."""

    def write(data: bytes) -> None:
        # Flushes text that was written to the file before, so that the order is kept.
        file.flush()
        file.buffer.write(data)

    return write


def _raw_writer(file: Any) -> Callable[[bytes], int]:
    """Returns a sink for an unbuffered binary file, which may write less than it is given."""

    def write(data: bytes) -> int:
        count = file.write(data)
        return -errno.EAGAIN if count is None else int(count)

    return write


def _writer(file: Any) -> Callable[[bytes], None]:
    """Returns a sink for a binary file that always writes everything."""

    def write(data: bytes) -> None:
        file.write(data)

    return write


def _name(value: Any) -> str:
    return type(value).__name__
