"""Standard streams of WASI programs: converts Python objects to sources and sinks for the shim.

A *source* is an object that the shim reads from: bytes, the number of an open file descriptor, or a callable. A call
`source(size)` returns at most `size` bytes. It returns no bytes at the end of the stream.

A *sink* is an object that the shim writes to: the number of an open file descriptor, or a callable. A call `sink(data)`
returns the number of bytes written, None if all bytes were written, or a negated `errno`.
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


def as_source(value: Any) -> Source | None:
    """Returns the source for bytes, a path, a file descriptor, a file object (binary or text), or a callable.

    If `value` is None, returns None, which means an empty stream. If `value` is a path, opens the file, and raises
    OSError if the file cannot be opened. Raises TypeError for any other object.
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
        raise TypeError(f"expected bytes, a path, a file object or a callable to read from, got {_type_name(value)}")
    return lambda size: _checked_bytes(read(size))


def as_sink(value: Any) -> Sink | None:
    """Returns the sink for a path, a file descriptor, a bytearray, a file object (binary or text), or a callable.

    If `value` is None, returns None, which means that the output is discarded. If `value` is a path, opens and
    truncates the file, and raises OSError if the file cannot be opened. Raises TypeError for any other object.

    The sink passes each write of the program to `value` at once, without collecting several writes.
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
        raise TypeError(
            f"expected a path, a bytearray, a file object or a callable to write to, got {_type_name(value)}"
        )
    callback: Callable[[bytes], int | None] = value
    return callback


def _checked_bytes(data: Any) -> bytes:
    """Returns the bytes that a read returned. Raises BlockingIOError for None, and TypeError for any other object."""
    # A non-blocking file returns None if no data is available. Waiting for data could block the program for ever.
    if data is None:
        raise BlockingIOError(errno.EAGAIN, "the file object has nothing to read yet")
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f"expected bytes to have been read, got {_type_name(data)}")
    return bytes(data)


def _text_reader(file: Any) -> Callable[[int], bytes]:
    """Returns a source, a callable that reads bytes. The source encodes a text file's characters as UTF-8."""
    # `size` characters may be more than `size` bytes. The excess bytes stay in this buffer for the next read.
    pending = bytearray()

    def read(size: int) -> bytes:
        if not pending:
            pending.extend(file.read(size).encode())
        data = bytes(pending[:size])
        del pending[:size]
        return data

    return read


def _text_writer(file: Any) -> Callable[[bytes], None]:
    """Returns a sink, a callable that takes bytes. The sink decodes UTF-8 and writes the characters to a text file."""
    # The decoder is incremental because a write may end in the middle of a character.
    decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def write(data: bytes) -> None:
        file.write(decoder.decode(data))

    return write


def _buffer_writer(file: Any) -> Callable[[bytes], None]:
    """Returns a sink that writes to the binary buffer of a text file."""

    def write(data: bytes) -> None:
        # The text file may hold earlier text that has not reached the binary buffer. Flushing keeps the order.
        file.flush()
        file.buffer.write(data)

    return write


def _raw_writer(file: Any) -> Callable[[bytes], int]:
    """Returns a sink for an unbuffered binary file.

    A write to an unbuffered file may write only a part of the data, so the sink returns the number of bytes written, or
    the negated EAGAIN if the file cannot accept data now.
    """

    def write(data: bytes) -> int:
        count = file.write(data)
        return -errno.EAGAIN if count is None else int(count)

    return write


def _writer(file: Any) -> Callable[[bytes], None]:
    """Returns a sink for a binary file whose `write` always writes all data."""

    def write(data: bytes) -> None:
        file.write(data)

    return write


def _type_name(value: Any) -> str:
    return type(value).__name__
