"""The hand-over of Python functions to an engine module's C code: complete, early enough, and harmless to repeat."""

from __future__ import annotations

import ctypes
import os
from typing import Any

import pytest

import children
from anywasm.wasmtime import Engine, Func, FuncType, Store, ValType

# In a process of its own, since an engine module is set up once per process. `check` uses four of the functions that
# are handed over: the slow path of a call, the slow path of a host call, a failure, and the parking of an exception.
PRELUDE = """
    import gc, os, threading
    from anywasm.engines import default_engine
    from anywasm.wasmtime import Engine, Func, FuncType, Store, Trap, ValType

    engine_module = default_engine()
    signature = FuncType([ValType.i32()], [ValType.i32()])

    def fail(number):
        raise KeyError(number)

    def check(store):
        assert Func(store, signature, lambda number: True)(store, 0xFFFF_FFFF) == 1
        try:
            Func(store, signature, fail)(store, 5)
        except KeyError as error:
            assert error.args == (5,)
        else:
            raise AssertionError
"""

CASES = {
    "before the set-up, C raises": """
        class Function(engine_module.callable):
            pass
        try:
            Function()(1)
        except RuntimeError as error:
            assert str(error) == "setup of this engine module has not been called"
        else:
            raise AssertionError
        check(Store())
    """,
    "a finalizer makes a store in the middle": """
        class Garbage:
            def __init__(self):
                self.itself = self
            def __del__(self):
                late.append(Store())
        late = []
        original = engine_module.setup
        def setup(**functions):
            gc.collect()
            original(**functions)
        engine_module.setup = setup
        gc.disable()
        Garbage()
        check(Store())
        check(*late)
    """,
    "several threads are first at once": """
        ready, failed = threading.Barrier(4), []
        original = engine_module.setup
        def setup(**functions):
            ready.wait(20)
            original(**functions)
        engine_module.setup = setup
        def work():
            try:
                check(Store(Engine()))
            except BaseException as error:
                failed.append(error)
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed, failed
    """,
    "the set-up is done anew": """
        from anywasm.core import glue
        store = Store()
        for _ in range(3):
            glue._set_up.clear()
            glue.set_up(engine_module)
            gc.collect()
            check(store)
    """,
    "a child is forked": """
        store = Store()
        child = os.fork()
        check(store)
        check(Store())
        if child == 0:
            os._exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    """,
}


@pytest.mark.parametrize("case", CASES)
def test_functions_are_handed_over(engine: str, case: str) -> None:
    if "fork" in case and not hasattr(os, "fork"):
        pytest.skip("processes do not fork here")
    assert children.run(engine, children.joined(PRELUDE, CASES[case], "print('ok')"), timeout=60) == "ok\n"


def test_a_hand_over_must_be_complete(on_engine: str) -> None:
    setup = Engine()._core_engine_module.setup
    with pytest.raises(TypeError, match="setup takes 13 keyword arguments"):
        setup()
    with pytest.raises(TypeError, match="setup takes 13 keyword arguments"):
        setup(*range(13))
    with pytest.raises(TypeError, match="setup lacks the argument 'call_slowly'"):
        setup(**{f"function{index}": print for index in range(13)})
    # What was handed over before is still in place.
    store = Store()
    assert Func(store, FuncType([ValType.i32()], []), print)(store, 0xFFFF_FFFF) is None


def test_a_derived_class_may_override_the_slow_path(on_engine: str) -> None:
    class Mine(Func):
        def _core_call_slowly(self, args: tuple[Any, ...]) -> Any:
            return "slow", args

    store = Store()
    func = Mine(store, FuncType([ValType.i32()], [ValType.i32()]), lambda number: number)
    assert func(store, 3) == 3
    assert func(store, "three") == ("slow", (store, "three"))


def test_only_the_shim_and_the_init_function_are_exported(engine: str) -> None:
    code = "from anywasm.engines import default_engine; print(default_engine().path)"
    path = children.run(engine, code).strip()
    library = ctypes.CDLL(path)
    assert hasattr(library, f"PyInit_{os.path.basename(path).split('.')[0]}")
    assert hasattr(library, "aw_version")
    for name in ("py_init_module", "py_cffi_init", "py_callbacks", "py_setup", "py_host_call"):
        assert not hasattr(library, name), name
