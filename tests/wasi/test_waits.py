"""System calls that wait end when the guest must end, and go on when a signal's handler returns."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

import children
from drivers import Driver
from wasi.harness import AGAIN, NONBLOCK, NXIO, READ, WRITE, Guest

#: The start of a child. `waits` maps the name of a wait to a function that waits for ever.
PRELUDE = """
    import os, signal, struct, sys, tempfile, threading, time
    from pathlib import Path
    from drivers import STYLES
    from wasi.harness import *
    wasm = STYLES[sys.argv[1]]()
    folder = Path(tempfile.mkdtemp())
    os.mkfifo(folder / "fifo")
    input_end, output_end = os.pipe(), os.pipe()
    os.set_blocking(output_end[1], False)
    try:
        while True:
            os.write(output_end[1], bytes(4096))
    except BlockingIOError:
        os.set_blocking(output_end[1], True)
    def make():
        guest = Guest(wasm, pages=40, directories=[("work", folder, False)], stdin=input_end[0], stdout=output_end[1])
        subscription = bytearray(48)
        subscription[16], subscription[24:32] = 1, (10**18).to_bytes(8, "little")
        guest.driver.write(guest.memory, 4096, bytes(subscription))
        return guest
    def read_pipe(guest):
        subscription = bytearray(48)
        subscription[8] = 1
        guest.driver.write(guest.memory, 4096, bytes(subscription))
        return guest.call("poll_oneoff", 4096, 8192, 1, 0)
    waits = {
        "a clock": lambda guest: guest.call("poll_oneoff", 4096, 8192, 1, 0),
        "a pipe to read": lambda guest: guest.read_fd(0),
        "a pipe to write": lambda guest: guest.write(1, bytes(5000)),
        "poll_oneoff of a pipe": read_pipe,
        "opening a pipe": lambda guest: guest.open("fifo", 0, WRITE),
        "reading a pipe by its name": lambda guest: guest.read_fd(guest.open("fifo", 0, READ)[1]),
        "writing a pipe by its name": lambda guest: guest.write(guest.open("fifo", 0, READ | WRITE)[1], bytes(1 << 20)),
    }
    wait = waits[sys.argv[2]]
    # A wait that does not end fails the test.
    ends = threading.Timer(30, lambda: os._exit(3))
    ends.daemon = True
    ends.start()
    def later(work, after=0.3):
        timer = threading.Timer(after, work)
        timer.daemon = True
        timer.start()
"""
WAITS = [
    "a clock",
    "a pipe to read",
    "a pipe to write",
    "poll_oneoff of a pipe",
    "opening a pipe",
    "reading a pipe by its name",
    "writing a pipe by its name",
]


def run(engine: str, code: str, *args: str) -> None:
    assert children.run(engine, children.joined(PRELUDE, code), *args) == "ok\n"


@pytest.mark.parametrize("style", ["implicit", "explicit"])
@pytest.mark.parametrize("wait", WAITS)
def test_ctrl_c_ends_a_wait_on_every_engine(engine: str, style: str, wait: str) -> None:
    code = """
        guest = make()
        later(lambda: os.kill(os.getpid(), signal.SIGINT))
        try:
            print(wait(guest))
        except KeyboardInterrupt:
            assert guest.call("sched_yield") == 0
            print("ok")
    """
    run(engine, code, style, wait)


def test_the_exception_of_a_handler_comes_out_as_itself(engine: str) -> None:
    code = """
        error, guest = KeyError("from the handler"), make()
        def handle(*_):
            raise error
        signal.signal(signal.SIGALRM, handle)
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        try:
            print(wait(guest))
        except KeyError as caught:
            assert caught is error
            print("ok")
    """
    run(engine, code, "implicit", "a clock")


@pytest.mark.parametrize("wait", WAITS)
@pytest.mark.needs("epoch")
def test_a_deadline_ends_a_wait(on_engine: str, wait: str) -> None:
    code = """
        from anywasm.wasmtime import Config, Engine, Store, Trap, TrapCode
        config = Config()
        config.epoch_interruption = True
        wasm.store = Store(Engine(config))
        wasm.store.set_epoch_deadline(1)
        guest = make()
        later(wasm.store.engine.increment_epoch)
        try:
            print(wait(guest))
        except Trap as trap:
            assert trap.trap_code is TrapCode.INTERRUPT
            assert "wasm trap: interrupt" in str(trap)
            wasm.store.set_epoch_deadline(1)
            assert guest.call("sched_yield") == 0
            print("ok")
    """
    run(on_engine, code, "explicit", wait)


@pytest.mark.parametrize("wait", ["a pipe to read", "reading a pipe by its name"])
def test_a_wait_goes_on_after_a_handler_that_runs_the_guest(engine: str, wait: str) -> None:
    code = """
        guest, seen = make(), []
        def handle(*_):
            # The memory may move, while the guest waits to have bytes written to it.
            seen.append(guest.call("grow", 20))
        signal.signal(signal.SIGALRM, handle)
        signal.setitimer(signal.ITIMER_REAL, 0.2, 0.2)
        later(lambda: os.write(input_end[1], b"hello"), 1)
        later(lambda: (folder / "fifo").write_bytes(b"hello"), 1)
        assert wait(guest) == (0, b"hello")
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert len(seen) >= 2 and seen[0] == 40
        print("ok")
    """
    run(engine, code, "explicit", wait)


def test_a_write_to_a_pipe_is_whole(engine: str) -> None:
    code = """
        guest, data, received = make(), os.urandom(300_000), bytearray()
        signal.signal(signal.SIGALRM, lambda *_: None)
        signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
        def receive():
            while len(received) < len(data) + 65536:
                received.extend(os.read(output_end[0], 10_000))
                time.sleep(0.01)
        reader = threading.Thread(target=receive)
        reader.start()
        assert guest.write(1, data) == (0, len(data))
        reader.join()
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert received.endswith(data)
        print("ok")
    """
    run(engine, code, "explicit", "a clock")


def test_a_pipe_by_its_name_without_waiting(wasm: Driver, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    guest = Guest(wasm, directories=[("work", tmp_path, False)])
    assert guest.open("fifo", 0, WRITE, fdflags=NONBLOCK)[0] == NXIO
    errno, reader = guest.open("fifo", 0, READ, fdflags=NONBLOCK)
    assert errno == 0
    assert guest.read_fd(reader) == (0, b"")
    errno, writer = guest.open("fifo", 0, WRITE, fdflags=NONBLOCK)
    assert errno == 0
    assert guest.read_fd(reader)[0] == AGAIN
    assert guest.write(writer, b"hello") == (0, 5)
    assert guest.read_fd(reader) == (0, b"hello")
    assert guest.call("fd_close", writer) == 0
    assert guest.read_fd(reader) == (0, b"")


def test_a_pipe_by_its_name_that_others_open_later(wasm: Driver, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    guest = Guest(wasm, directories=[("work", tmp_path, False)])
    errno, reader = guest.open("fifo")
    assert errno == 0
    thread = threading.Timer(0.2, fifo.write_bytes, [b"from the host"])
    thread.start()
    assert guest.read_fd(reader) == (0, b"from the host")
    thread.join()
    assert guest.read_fd(reader) == (0, b"")
    assert guest.call("fd_close", reader) == 0
    received: list[bytes] = []
    thread = threading.Timer(0.2, lambda: received.append(fifo.read_bytes()))
    thread.start()
    errno, writer = guest.open("fifo", 0, WRITE)
    assert errno == 0
    assert guest.write(writer, b"from the guest") == (0, 14)
    assert guest.call("fd_close", writer) == 0
    thread.join()
    assert received == [b"from the guest"]


def test_a_pipe_that_the_process_does_not_wait_for(wasm: Driver) -> None:
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    guest = Guest(wasm, stdin=read_end)
    assert guest.read_fd(0)[0] == AGAIN
    os.write(write_end, b"hello")
    assert guest.read_fd(0) == (0, b"hello")
    for end in (read_end, write_end):
        os.close(end)
