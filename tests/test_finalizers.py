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


TYPES = """
    import gc
    from anywasm.engines import default_engine
    ffi = default_engine().ffi
    def use(*_):
        gc.callbacks.clear()
        for name in ffi.list_types()[0]:
            try:
                ffi.sizeof(name)
            except ffi.error:
                pass
    gc.callbacks.append(use)
    gc.set_threshold(1)
    ffi.sizeof({name!r})
    print("went on")
"""


@pytest.mark.parametrize("name", ["aw_error", "aw_extern_type_info", "aw_import", "aw_module_info_parts", "aw_triple"])
def test_the_collector_runs_what_uses_a_type_that_is_in_use(engine: str, name: str) -> None:
    assert children.run(engine, TYPES.format(name=name)) == "went on\n"


LATER = """
    import gc
    from anywasm.engines import default_engine
    from anywasm.wasmtime import *
    engine_module = default_engine()
    kind = type(engine_module.ffi.typeof("int"))
    def made():
        return {each.cname for each in gc.get_objects() if type(each) is kind}
    before = made()
    for name in sum(engine_module.ffi.list_types(), []):
        try:
            engine_module.ffi.sizeof(name)
        except engine_module.ffi.error:
            continue
    for name in dir(engine_module.lib):
        getattr(engine_module.lib, name)
    store = Store()
    exports = Instance(store, Module(store.engine, '''(module
        (memory (export "m") 1) (table (export "t") 1 funcref) (global (export "g") i64 (i64.const 1))
        (func (export "f") (param f32) (result f32 i32) (local.get 0) (i32.const 1)))'''), []).exports(store)
    exports["f"](store, 1.0)
    exports["m"].read(store), exports["g"].value(store), exports["t"].size(store)
    Memory(store, MemoryType(Limits(1, 2))).write(store, b"abc")
    Global(store, GlobalType(ValType.i32(), True), 1).set_value(store, 2)
    Func(store, FuncType([], [ValType.i32()] * 2), lambda: [1, 2])(store)
    print(sorted(made() - before))
"""


def test_all_types_are_made_when_an_engine_is_loaded(engine: str) -> None:
    """Whatever the interpreter: one that is made at its first use may be used by two at once."""
    assert children.run(engine, LATER) == "[]\n"
