"""Python code that runs where nobody expects it: finalizers, in processes of their own that must go on."""

from __future__ import annotations

import pytest

import children

NESTED_RESULTS = """
    from anywasm.wasmtime import *
    store, ref, exports = Store(), ValType.funcref(), {}
    module = Module(store.engine, '''(module
        (import "" "a" (func $a (result funcref))) (import "" "b" (func $b (result funcref)))
        (func $x) (elem declare func $x) (func (export "x") (result funcref) (ref.func $x))
        (func (export "a") (result funcref) (call $a)) (func (export "b") (result funcref) (call $b)))''')
    class Calling:
        def __del__(self):
            exports["a"](store)
    def plain():
        return exports["x"](store)
    def leaving():
        made = exports["x"](store)
        made.hung = Calling()
        return made
    funcs = [Func(store, FuncType([], [ref]), each) for each in (plain, leaving)]
    exports.update(Instance(store, module, funcs).exports(store))
    for _ in range(3000):
        assert type(exports["b"](store)) is type(exports["a"](store)) is type(exports["a"](store))
    print("went on")
"""

LOADING = """
    import gc
    from anywasm.wasmtime import *
    def fails():
        try:
            wat2wasm("(")
        except WasmtimeError:
            pass
    class Garbage:
        def __init__(self):
            self.me = self
        def __del__(self):
            fails()
    gc.collect()
    gc.set_threshold({threshold})
    Garbage()
    fails()
    print("went on")
"""


def test_a_finalizer_of_results_calls_for_results(engine: str) -> None:
    assert children.run(engine, NESTED_RESULTS) == "went on\n"


@pytest.mark.parametrize("threshold", [1, 4, 16])
def test_a_finalizer_asks_for_the_engine_that_is_being_loaded(engine: str, threshold: int) -> None:
    assert children.run(engine, LOADING.format(threshold=threshold), timeout=30) == "went on\n"
