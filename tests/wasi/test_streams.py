"""Standard streams: bytes, files, Python objects; what they raise, and what they do meanwhile."""

from __future__ import annotations

import errno
import io
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from drivers import Driver
from wasi.harness import AGAIN, Guest

#: Copies what it reads to standard output, in pieces of 16 bytes, and says "end" on standard error.
CAT = """(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1) (data (i32.const 64) "end\\n")
  (func (export "_start")
    (block $end (loop $again
      (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const 16))
      (if (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)) (then unreachable))
      (br_if $end (i32.eqz (i32.load (i32.const 8))))
      (i32.store (i32.const 4) (i32.load (i32.const 8)))
      (if (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)) (then unreachable))
      (br $again)))
    (i32.store (i32.const 0) (i32.const 64)) (i32.store (i32.const 4) (i32.const 4))
    (if (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)) (then unreachable))))"""

SOURCES = [
    "bytes",
    "bytearray",
    "memoryview",
    "path",
    "name",
    "buffered file",
    "raw file",
    "text file",
    "BytesIO",
    "StringIO",
    "callable",
    "descriptor",
]
TEXT = "Ein längerer Text, in mehr als einem Stück.\n"
DATA = TEXT.encode()


def source(kind: str, folder: Path) -> Any:
    path = folder / "input"
    path.write_bytes(DATA)
    pieces = io.BytesIO(DATA)
    made: dict[str, Any] = {
        "bytes": lambda: DATA,
        "bytearray": lambda: bytearray(DATA),
        "memoryview": lambda: memoryview(DATA),
        "path": lambda: path,
        "name": lambda: str(path),
        "buffered file": lambda: open(path, "rb"),  # noqa: SIM115
        "raw file": lambda: open(path, "rb", buffering=0),  # noqa: SIM115
        "text file": lambda: open(path, encoding="utf-8"),  # noqa: SIM115
        "BytesIO": lambda: io.BytesIO(DATA),
        "StringIO": lambda: io.StringIO(TEXT),
        "callable": lambda: lambda size: pieces.read(min(size, 7)),
        "descriptor": lambda: os.open(path, os.O_RDONLY),
    }
    return made[kind]()


@pytest.mark.parametrize("kind", SOURCES)
def test_sources(wasm: Driver, tmp_path: Path, kind: str) -> None:
    given, out = source(kind, tmp_path), bytearray()
    assert wasm.run_program(CAT, stdin=given, stdout=out) == 0
    assert out == DATA
    if isinstance(given, int):
        os.close(given)
    elif hasattr(given, "close"):
        given.close()


@pytest.mark.parametrize("kind", ["path", "name", "file", "raw file", "text file", "descriptor"])
def test_sinks_that_are_files(wasm: Driver, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "output"
    openers: dict[str, Any] = {
        "path": lambda: path,
        "name": lambda: str(path),
        "file": lambda: open(path, "wb"),  # noqa: SIM115
        "raw file": lambda: open(path, "wb", buffering=0),  # noqa: SIM115
        "text file": lambda: open(path, "w", encoding="utf-8"),  # noqa: SIM115
        "descriptor": lambda: os.open(path, os.O_WRONLY | os.O_CREAT),
    }
    sink = openers[kind]()
    assert wasm.run_program(CAT, stdin=DATA, stdout=sink) == 0
    if isinstance(sink, int):
        os.close(sink)
    elif hasattr(sink, "close"):
        sink.close()
    assert path.read_bytes() == DATA


def test_sinks_that_are_objects(wasm: Driver) -> None:
    taken: list[bytes] = []
    for sink, value in (
        (io.BytesIO(), lambda sink: sink.getvalue()),
        (io.StringIO(), lambda sink: sink.getvalue().encode()),
        (bytearray(), bytes),
        (taken.append, lambda _: b"".join(taken)),
    ):
        assert wasm.run_program(CAT, stdin=DATA, stdout=sink) == 0
        assert value(sink) == DATA


def test_text_and_bytes_keep_their_order(wasm: Driver) -> None:
    raw = io.BytesIO()
    text = io.TextIOWrapper(raw, encoding="utf-8", write_through=False)
    text.write("before\n")
    assert wasm.run_program(CAT, stdin=b"between\n", stdout=text) == 0
    text.write("after\n")
    text.flush()
    assert raw.getvalue() == b"before\nbetween\nafter\n"


def test_output_and_errors_are_two_streams(wasm: Driver) -> None:
    order: list[tuple[str, bytes]] = []
    out, err = (lambda data: order.append(("out", data))), (lambda data: order.append(("err", data)))
    assert wasm.run_program(CAT, stdin=b"x" * 20, stdout=out, stderr=err) == 0
    assert order == [("out", b"x" * 16), ("out", b"x" * 4), ("err", b"end\n")]


def test_output_streams(wasm: Driver) -> None:
    """What is written is there before the program goes on: here it waits for an answer to it."""
    answers: list[bytes] = []

    def read(size: int) -> bytes:
        if len(answers) == 3:
            return b""
        return f"answer {len(answers)}".encode()

    assert wasm.run_program(CAT, stdin=read, stdout=answers.append) == 0
    assert answers == [b"answer 0", b"answer 1", b"answer 2"]


def test_nothing_is_connected_at_first(wasm: Driver) -> None:
    assert wasm.run_program(CAT) == 0


class Custom(Exception):
    pass


@pytest.mark.parametrize("kind", [Custom, KeyboardInterrupt, SystemExit, OSError, MemoryError])
@pytest.mark.parametrize("which", ["stdin", "stdout", "stderr"])
def test_an_exception_comes_out_as_itself(wasm: Driver, kind: type[BaseException], which: str) -> None:
    error = kind("on purpose")

    def fail(_: Any) -> Any:
        raise error

    with pytest.raises(kind) as caught:
        wasm.run_program(CAT, **{"stdin": DATA, which: fail})
    assert caught.value is error
    assert any("test_streams.py" in entry.path.name for entry in caught.traceback)


@pytest.mark.parametrize("bad", ["text", 5.5, object(), [1]])
def test_a_wrong_answer_is_an_error(wasm: Driver, bad: Any) -> None:
    with pytest.raises(TypeError):
        wasm.run_program(CAT, stdin=DATA, stdout=lambda _: bad)
    with pytest.raises((TypeError, ValueError)):
        wasm.run_program(CAT, stdin=lambda _: bad)


def test_an_errno_goes_to_the_guest(wasm: Driver) -> None:
    guest = Guest(wasm, stdout=lambda _: -errno.ENOSPC)
    assert guest.write(1, b"x")[0] == 51


class Full(io.RawIOBase):
    """A file that cannot accept bytes now."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> None:
        return None


def test_a_file_that_cannot_accept_bytes_now(wasm: Driver) -> None:
    assert Guest(wasm, stdout=Full()).write(1, b"x")[0] == AGAIN


def test_an_interruption_that_a_stream_reports(wasm: Driver) -> None:
    guest = Guest(wasm, stdout=lambda _: -errno.EINTR)
    assert guest.write(1, b"x")[0] == 27


def test_part_of_a_write(wasm: Driver) -> None:
    taken: list[bytes] = []

    def some(data: bytes) -> int:
        taken.append(data[:3])
        return 3

    guest = Guest(wasm, stdout=some)
    assert guest.write(1, b"abcdef") == (0, 3)
    assert taken == [b"abc"]


def test_more_than_was_asked_for_is_cut(wasm: Driver) -> None:
    guest = Guest(wasm, stdin=lambda size: b"x" * (size + 100))
    assert guest.read_fd(0, 5) == (0, b"xxxxx")


def test_a_stream_that_runs_the_guest_whose_memory_moves(wasm: Driver) -> None:
    def grow(data: Any) -> Any:
        assert guest.call("grow", 20) > 0
        assert guest.call("sched_yield") == 0
        return b"grown" if isinstance(data, int) else None

    guest = Guest(wasm, stdin=grow, stdout=grow)
    for _ in range(5):
        assert guest.write(1, b"some data") == (0, 9)
        assert guest.read_fd(0) == (0, b"grown")


def test_what_is_no_stream(wasm: Driver) -> None:
    for which in ("stdin", "stdout", "stderr"):
        with pytest.raises(TypeError, match="expected"):
            wasm.run_program(CAT, **{which: 5.5})
    with pytest.raises(FileNotFoundError):
        wasm.run_program(CAT, stdin="/nonexistent/file")


def test_a_pipe_and_waiting_for_it(wasm: Driver) -> None:
    read_end, write_end = os.pipe()
    guest = Guest(wasm, stdin=read_end)
    os.close(read_end)
    # A subscription to descriptor 0, and one to a clock, half a second from now.
    subscriptions = bytearray(96)
    subscriptions[0], subscriptions[8] = 1, 1
    subscriptions[48], subscriptions[56], subscriptions[64] = 2, 0, 1
    subscriptions[72:80] = (500_000_000).to_bytes(8, "little")
    guest.driver.write(guest.memory, 1000, bytes(subscriptions))
    threading.Timer(0.05, os.write, (write_end, b"at last")).start()
    start = time.monotonic()
    assert guest.call("poll_oneoff", 1000, 2000, 2, 0) == 0
    assert time.monotonic() - start < 0.4
    assert (guest.u32(), guest.read(2000, 1), guest.read(2010, 1)) == (1, b"\1", b"\1")
    assert guest.read_fd(0) == (0, b"at last")
    assert guest.call("poll_oneoff", 1000, 2000, 2, 0) == 0
    assert (guest.u32(), guest.read(2000, 1)) == (1, b"\2")
    os.close(write_end)
    assert guest.read_fd(0) == (0, b"")


def test_other_python_threads_run_meanwhile(wasm: Driver) -> None:
    read_end, write_end = os.pipe()
    guest = Guest(wasm, stdin=read_end)
    threading.Timer(0.05, os.write, (write_end, b"from a thread")).start()
    assert guest.read_fd(0) == (0, b"from a thread")
    for end in (read_end, write_end):
        os.close(end)
