"""Signals while WebAssembly runs: Ctrl-C ends a guest that would not end, as the exception that Python makes of it."""

from __future__ import annotations

import sys

import pytest

import anywasm
import children
import scarce
from anywasm.engines import load
from anywasm.wasmtime import Config, Engine, Module
from drivers import Driver

PRELUDE = """
    import os, signal, sys, threading, time
    os.environ["ANYWASM_INTERRUPTIBLE"] = "1"
    from drivers import STYLES
    wasm = STYLES[sys.argv[1]]()
    GUEST = '''(module (import "env" "host" (func $host))
        (func (export "loop") (loop (br 0)))
        (func (export "nothing") (result i32) (i32.const 5))
        (func (export "through") (call $host))
        (func (export "count") (param i64) (result i64) (local i64)
          (loop (br_if 0 (i64.lt_u (local.tee 1 (i64.add (local.get 1) (i64.const 1))) (local.get 0))))
          (local.get 1)))'''
    def inner():
        wasm.call(loop)
    instance = wasm.instantiate(wasm.compile(GUEST), {"host": wasm.func([], [], inner)})
    loop, through, nothing, count = (wasm.export(instance, n) for n in ("loop", "through", "nothing", "count"))
    def later(number=signal.SIGINT, after=0.3):
        threading.Timer(after, lambda: os.kill(os.getpid(), number)).start()
    def interrupted(work, error=KeyboardInterrupt):
        start = time.monotonic()
        try:
            work()
        except error as caught:
            assert time.monotonic() - start < 5
            return caught
        raise AssertionError("not interrupted")
"""

CASES = {
    "Ctrl-C ends a loop, and the store goes on": """
        for _ in range(2):
            later()
            interrupted(lambda: wasm.call(loop))
            assert wasm.call(nothing) == 5
        print("ok")""",
    "also one that a host function called": """
        later()
        interrupted(lambda: wasm.call(through))
        assert wasm.call(nothing) == 5
        print("ok")""",
    "also a start function": """
        later()
        module = wasm.compile('(module (func $f (loop (br 0))) (start $f))')
        interrupted(lambda: wasm.instantiate(module))
        print("ok")""",
    "any handler's exception comes through, as that very object": """
        class Alarm(Exception):
            pass
        alarm = Alarm("now")
        def ring(*_):
            raise alarm
        signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        assert interrupted(lambda: wasm.call(loop), Alarm) is alarm
        print("ok")""",
    "a handler that returns lets the guest go on": """
        seen = []
        signal.signal(signal.SIGALRM, lambda *_: seen.append(time.monotonic()))
        signal.setitimer(signal.ITIMER_REAL, 0.2, 0.2)
        start, rounds = time.monotonic(), 1_000_000
        while time.monotonic() - start < 1.5:
            began, before = time.monotonic(), len(seen)
            rounds *= 2
            assert wasm.call(count, rounds) == rounds
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert len(seen) >= 4, seen
        # Some handlers ran inside the longest call, not after it.
        assert any(began < when < time.monotonic() - 0.3 for when in seen[before:]), (seen, began)
        print("ok")""",
    "a guest on another thread runs on": """
        done = []
        thread = threading.Thread(target=lambda: done.append(wasm.call(count, 3_000_000_000)), daemon=True)
        thread.start()
        later(after=0.2)
        interrupted(lambda: time.sleep(5))
        while not done:
            time.sleep(0.05)
        assert done == [3_000_000_000]
        print("ok")""",
    "an idle process is not kept busy, and its next guest is found": """
        wasm.call(nothing)
        time.sleep(2.5)
        before = time.process_time()
        time.sleep(1)
        assert time.process_time() - before < 0.01
        later(after=0.2)
        interrupted(lambda: wasm.call(loop))
        print("ok")""",
    "a forked child too": """
        from anywasm_conformance.mortal import mortal
        follow = mortal()
        for _ in range(5):
            child = os.fork()
            if child == 0:
                follow()
                later(after=0.2)
                interrupted(lambda: wasm.call(loop))
                os._exit(7)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        later()
        interrupted(lambda: wasm.call(loop))
        print("ok")""",
}

#: The cases whose handlers must run while the guest runs.
NEED_HANDLERS = {
    "any handler's exception comes through, as that very object",
    "a handler that returns lets the guest go on",
}


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.needs("epoch")
@pytest.mark.parametrize("case", CASES)
def test_signals(wasm: Driver, case: str, request: pytest.FixtureRequest) -> None:
    engine, style = request.node.callspec.params["wasm"]
    if case in NEED_HANDLERS and "signal_handlers" not in load(engine).capabilities:
        pytest.skip(f"{engine} lacks signal_handlers")
    assert children.run(engine, children.joined(PRELUDE, CASES[case]), style) == "ok\n"


@pytest.mark.needs("epoch", "serialize")
def test_without_being_asked_code_is_as_the_engine_makes_it(wasm: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks cost time: they are compiled in where they are wanted."""

    def size(engine: Engine) -> int:
        return len(Module(engine, "(module" + "(func (loop (br 0)))" * 1000 + ")").serialize())

    plain, checked = size(Engine(interruptible=False)), size(Engine(interruptible=True))
    assert plain < checked
    assert size(Engine()) == plain
    config = Config()
    config.epoch_interruption = True
    assert size(Engine(config)) == checked
    monkeypatch.setenv("ANYWASM_INTERRUPTIBLE", "1")
    assert size(Engine()) == checked
    assert size(Engine(interruptible=False)) == plain


@pytest.mark.lacks("epoch")
def test_an_engine_that_cannot_says_so(wasm: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(anywasm.CapabilityError, match=r"`epoch`.* `interruptible` needs"):
        Engine(interruptible=True)
    # Asked of whichever engine there is, it is a wish.
    monkeypatch.setenv("ANYWASM_INTERRUPTIBLE", "1")
    assert Engine(interruptible=False)
    assert Engine()


@pytest.mark.needs("epoch")
def test_an_engine_without_a_thread_for_interruptions(on_engine: str) -> None:
    if not scarce.CAN_FORBID_THREADS:
        pytest.skip("threads cannot be forbidden here")
    code = """
        import scarce
        from anywasm.wasmtime import Config, Engine, WasmtimeError
        scarce.forbid_threads()
        for _ in range(2):
            try:
                Engine(interruptible=True)
            except WasmtimeError as error:
                print(error)
        Engine()
        # The host advances the epoch itself.
        config = Config()
        config.epoch_interruption = True
        Engine(config).increment_epoch()
        print("done")
    """
    output = children.run(on_engine, code).splitlines()
    text = "an engine that is `interruptible` needs a thread, and the system cannot start one: "
    assert [line.startswith(text) for line in output] == [True, True, False]
    assert output[2] == "done"
