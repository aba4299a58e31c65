"""What is made on first use is made once, whatever comes between, and nobody waits for anybody to have made it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import children
from anywasm import core
from anywasm.wasmer import Function, Global, Instance, Memory, MemoryType, Module, Store, Value
from anywasm.wasmer.binding import Binding

# Should a child hang, it is to say where, and before the test gives up on it.
PRELUDE = """
    import faulthandler, gc, os, signal, threading, time
    faulthandler.dump_traceback_later(30, exit=True)
    import anywasm
    from anywasm import core
    from anywasm.core import interrupts
    from anywasm.wasmer import Function, FunctionType, Instance, Memory, MemoryType, Module, Store
    nothing = FunctionType([], [])
    inside, go = threading.Event(), threading.Event()
    def started(work):
        thread = threading.Thread(target=work)
        thread.start()
        return thread
"""

COLLECTED = """
    class Garbage:
        def __init__(self):
            self.itself = self
        def __del__(self):
            late.append(Store())
    late = []
    def collecting(original):
        def method(*args):
            gc.collect()
            return original(*args)
        return method
    gc.disable()
    Garbage()
"""

CASES = {
    "a destructor makes a store while an engine is made": (
        COLLECTED,
        """
        core.Engine.__init__ = collecting(core.Engine.__init__)
        store = Store()
        assert len(late) == 1 and late[0]._engine is store._engine is Store()._engine""",
    ),
    "a destructor makes a store while an engine's guests are told to look for signals": (
        COLLECTED,
        """
        interrupts._install_hook = collecting(interrupts._install_hook)
        store = Store()
        assert "epoch" not in store._engine._core_engine_module.capabilities or len(late) == 1""",
    ),
    "a forked child makes a store while a thread of its parent was making one": (
        """
        from anywasm_conformance.mortal import mortal
        follow, original = mortal(), core.Engine.__init__
        def slowly(*args):
            inside.set()
            go.wait(20)
            original(*args)
        core.Engine.__init__ = slowly
        thread = started(Store)
        inside.wait()
        core.Engine.__init__ = original
        child = os.fork()
        if child == 0:
            follow()
            signal.alarm(10)
            Store()
            os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        go.set()
        thread.join()""",
    ),
    "a host function calls one for the first time while a thread waits to make a memory": (
        """
        def host():
            inside.set()
            go.wait(20)
            calls.append(other())
        store, calls = Store(), []
        first, other = Function(store, host, nothing), Function(store, lambda: None, nothing)
        memory = Memory(store, MemoryType(1))
        caller = started(first)
        inside.wait()
        user = started(memory.uint8_view)
        time.sleep(0.3)
        go.set()
        caller.join()
        user.join()
        assert calls == [None]""",
    ),
    "a host function makes an instance while a thread waits to give one a memory": (
        """
        def host():
            inside.set()
            go.wait(20)
            made.append(Instance(empty))
        store, made = Store(together=True), []
        source = '(module (import "e" "h" (func $h)) (func (export "run") (call $h)))'
        runner = Instance(Module(store, source), {"e": {"h": Function(store, host, nothing)}})
        empty, user = Module(store, "(module)"), Module(store, '(module (import "e" "m" (memory 1)))')
        caller = started(runner.exports.run)
        inside.wait()
        other = started(lambda: made.append(Instance(user, {"e": {"m": Memory(store, MemoryType(1))}})))
        time.sleep(0.3)
        go.set()
        caller.join()
        other.join()
        assert len(made) == 2""",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_nobody_waits_for_ever(engine: str, case: str) -> None:
    if "fork" in case and sys.platform == "win32":
        pytest.skip("processes do not fork here")
    assert children.run(engine, children.joined(PRELUDE, *CASES[case], "print('ok')"), timeout=60) == "ok\n"


USER = """(module (import "env" "m" (memory 1)) (import "env" "g" (global $g (mut i32)))
    (func (export "first") (result i32) (i32.load8_u (i32.const 0)))
    (func (export "get") (result i32) (global.get $g)))"""

# What can come between is what a signal's handler, a destructor or another thread does.
Between = Callable[[Any, str, Callable[[], object]], None]


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Between:
    """`between(owner, name, action)`: has this happen when the method has made something for the first time."""

    def arrange(owner: Any, name: str, action: Callable[[], object]) -> None:
        original, actions = getattr(owner, name), [action]

        def method(*args: Any) -> Any:
            made = original(*args)
            if actions:
                actions.pop()()
            return made

        monkeypatch.setattr(owner, name, method)

    return arrange


def test_a_memory_that_is_imported_while_its_first_use_makes_it(on_engine: str, between: Between) -> None:
    store = Store()
    memory, variable = Memory(store, MemoryType(1)), Global(store, Value.i32(3), mutable=True)
    instances: list[Instance] = []
    given = {"env": {"m": memory, "g": variable}}
    between(core.Memory, "new", lambda: instances.append(Instance(Module(store, USER), given)))
    memory.uint8_view()[0] = 7
    assert instances[0].exports.first() == 7
    assert memory.uint8_view()[0] == 7


def test_a_memory_that_is_used_while_an_import_makes_it(on_engine: str, between: Between) -> None:
    store = Store()
    memory, variable = Memory(store, MemoryType(1)), Global(store, Value.i32(3), mutable=True)
    between(core.Memory, "new", lambda: memory.uint8_view().__setitem__(0, 7))
    exports = Instance(Module(store, USER), {"env": {"m": memory, "g": variable}}).exports
    assert (exports.first(), exports.get()) == (7, 3)
    memory.uint8_view()[0] = 8
    assert exports.first() == 8


def test_a_memory_that_is_used_while_an_import_decides_where_it_lives(on_engine: str, between: Between) -> None:
    # Where the global comes first, it does not stay where the memory no longer can go.
    for order in ("mg", "gm"):
        imports = {"m": '(import "env" "m" (memory 1))', "g": '(import "env" "g" (global $g (mut i32)))'}
        source = f"""(module {" ".join(imports[each] for each in order)}
            (func (export "first") (result i32) (i32.load8_u (i32.const 0))))"""
        store = Store()
        memory, variable = Memory(store, MemoryType(1)), Global(store, Value.i32(3), mutable=True)
        between(Binding, "add_to_claim", lambda memory=memory: memory.uint8_view().__setitem__(0, 7))
        exports = Instance(Module(store, source), {"env": {"m": memory, "g": variable}}).exports
        assert exports.first() == 7


def test_a_global_that_is_set_while_an_import_decides_where_it_lives(on_engine: str, between: Between) -> None:
    store = Store()
    memory, variable = Memory(store, MemoryType(1)), Global(store, Value.i32(3), mutable=True)
    between(Binding, "add_to_claim", lambda: setattr(variable, "value", 5))
    exports = Instance(Module(store, USER), {"env": {"m": memory, "g": variable}}).exports
    assert (exports.get(), variable.value) == (5, 5)


def test_a_global_that_is_set_while_an_import_makes_it(on_engine: str, between: Between) -> None:
    store = Store()
    memory, variable = Memory(store, MemoryType(1)), Global(store, Value.i32(3), mutable=True)
    between(core.Global, "new", lambda: setattr(variable, "value", 5))
    exports = Instance(Module(store, USER), {"env": {"m": memory, "g": variable}}).exports
    assert (exports.get(), variable.value) == (5, 5)
    variable.value = 6
    assert exports.get() == 6


def three() -> int:
    return 3


def test_a_function_that_is_called_while_its_first_call_makes_it(on_engine: str, between: Between) -> None:
    function = Function(Store(), three)
    owners: list[Any] = []
    between(core.HostDefinition, "new_in", lambda: owners.append((function(), function._core_owner)[1]))
    assert function() == 3
    # What somebody may be calling just now stays.
    assert owners[0] is function._core_owner


def test_a_home_that_is_made_while_it_is_made(on_engine: str, between: Between) -> None:
    store, homes = Store(together=True), []
    between(core.Store, "__init__", lambda: homes.append(store._home()))
    assert store._home() is homes[0]


@pytest.mark.parametrize("order", ["mg", "gm"])
def test_uses_and_imports_on_several_threads(on_engine: str, order: str) -> None:
    imports = {"m": '(import "env" "m" (memory 1))', "g": '(import "env" "g" (global $g (mut i32)))'}
    store = Store()
    module = Module(
        store,
        f"""(module {imports[order[0]]} {imports[order[1]]}
            (func (export "first") (result i32) (i32.load8_u (i32.const 0)))
            (func (export "get") (result i32) (global.get $g)))""",
    )

    def use(memory: Memory) -> None:
        memory.uint8_view()[0] = 7

    def change(variable: Global) -> None:
        for number in range(20):
            variable.value = number

    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(3) as pool:
            for _ in range(100):
                memory, variable = Memory(store, MemoryType(1)), Global(store, Value.i32(3), mutable=True)
                given = {"env": {"m": memory, "g": variable}}
                making = pool.submit(Instance, module, given)
                for each in (pool.submit(use, memory), pool.submit(change, variable)):
                    each.result(30)
                exports = making.result(30).exports
                assert (exports.first(), exports.get(), variable.value) == (7, 19, 19)
    finally:
        sys.setswitchinterval(0.005)
