"""The system refuses to start threads, as it does when a container has reached its limit."""

from __future__ import annotations

import platform

import pytest

import children
from drivers import Driver

pytestmark = pytest.mark.skipif(
    platform.system() != "Linux" or platform.machine() != "x86_64", reason="needs the system calls of this machine"
)

#: Makes the system calls that start a thread fail with EAGAIN, by a filter of seccomp.
PRELUDE = """
    import ctypes, struct, sys, threading
    from drivers import STYLES
    import anywasm
    from anywasm.wasmtime import Config, Engine, Instance, Module, Store, WasmtimeError, wat2wasm

    def refuse_threads():
        line = lambda code, yes, no, number: struct.pack("<HBBI", code, yes, no, number)
        program = ctypes.create_string_buffer(
            line(0x20, 0, 0, 0) + line(0x15, 1, 0, 56) + line(0x15, 0, 1, 435)
            + line(6, 0, 0, 0x50000 | 11) + line(6, 0, 0, 0x7FFF0000)
        )
        class Filter(ctypes.Structure):
            _fields_ = [("length", ctypes.c_ushort), ("program", ctypes.c_void_p)]
        filter = Filter(5, ctypes.addressof(program))
        libc = ctypes.CDLL(None, use_errno=True)
        assert libc.prctl(38, 1, 0, 0, 0) == 0
        assert libc.prctl(22, 2, ctypes.byref(filter)) == 0
        try:
            threading.Thread(target=print).start()
        except RuntimeError:
            return
        raise AssertionError("a thread was started")

    # An engine may ask for threads only for a module of some size.
    SMALL = '(module (func (export "f") (result i32) (i32.const 7)))'
    TEXT = "(module " + "(func (result i32) (i32.const 1))" * 4000 + '(func (export "f") (result i32) (i32.const 7)))'
"""


@pytest.mark.parametrize("text", ["SMALL", "TEXT"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_compiling(wasm: Driver, moment: str, text: str, request: pytest.FixtureRequest) -> None:
    """The calling thread compiles alone, or an exception says why the engine cannot."""
    engine, style = request.node.callspec.params["wasm"]
    code = f"""
        wasm = STYLES[sys.argv[1]]()
        if {moment == "after"}:
            assert wasm.run(TEXT, "f") == 7
        refuse_threads()
        for _ in range(3):
            try:
                assert wasm.run({text}, "f") == 7
                print("compiled")
            except wasm.error as error:
                assert "cannot start threads for compiling: " in str(error), error
                print("refused")
    """
    outcome = children.run(engine, children.joined(PRELUDE, code), style).split()
    assert outcome in (["compiled"] * 3, ["refused"] * 3)


def test_without_parallel_compilation_no_thread_is_started(engine: str) -> None:
    code = """
        import os
        def threads():
            return len(os.listdir("/proc/self/task"))
        config = Config()
        config.parallel_compilation = False
        before = threads()
        engine = Engine(config)
        module = Module(engine, TEXT)
        store = Store(engine)
        assert Instance(store, module, []).exports(store)["f"](store) == 7
        assert threads() == before
        # Other engines still compile on several threads.
        Module(Engine(), TEXT)
        Module(engine, TEXT)
    """
    if engine_starts_its_own_threads(engine):
        pytest.skip(f"{engine} has no such switch")
    children.run(engine, children.joined(PRELUDE, code))


def engine_starts_its_own_threads(engine: str) -> bool:
    """Whether each compilation fails where no thread can be started."""
    code = """
        refuse_threads()
        try:
            Module(Engine(), TEXT)
        except WasmtimeError:
            print("fails")
    """
    return children.run(engine, children.joined(PRELUDE, code)) == "fails\n"


@pytest.mark.needs("epoch")
def test_an_interruptible_engine(engine: str, on_engine: str) -> None:
    code = """
        refuse_threads()
        for _ in range(2):
            try:
                Engine(interruptible=True)
            except WasmtimeError as error:
                print(error)
        Engine()
    """
    lines = children.run(engine, children.joined(PRELUDE, code)).splitlines()
    assert len(lines) == 2
    for line in lines:
        assert line.startswith("an engine that is `interruptible` needs a thread, and the system cannot start one: ")
