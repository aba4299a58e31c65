"""Where stock wasmtime-py aborts the process, or shows nonsense: an error, or what is meant."""

from __future__ import annotations

import ctypes
from typing import Any

import pytest

from anywasm.wasmtime import (
    Caller,
    Func,
    FuncType,
    Global,
    GlobalType,
    Instance,
    Limits,
    Linker,
    Memory,
    MemoryType,
    Module,
    Store,
    Val,
    ValType,
    WasmtimeError,
)

NOTHING = FuncType([], [])
SOURCE = """(module (func (export "f"))
    (func (export "many") (param i32 i32) (result i32 i32) (local.get 0) (local.get 1))
    (memory (export "m") 1) (global (export "g") (mut i32) (i32.const 1)) (table (export "t") 1 funcref))"""

USES: dict[str, Any] = {
    "call": lambda exports, store: exports["f"](store),
    "call of several values": lambda exports, store: exports["many"](store, 1, 2),
    "type of a function": lambda exports, store: exports["f"].type(store),
    "size of a memory": lambda exports, store: exports["m"].size(store),
    "read": lambda exports, store: exports["m"].read(store, 0, 4),
    "write": lambda exports, store: exports["m"].write(store, b"abc"),
    "pointer": lambda exports, store: exports["m"].data_ptr(store),
    "grow": lambda exports, store: exports["m"].grow(store, 1),
    "value": lambda exports, store: exports["g"].value(store),
    "set value": lambda exports, store: exports["g"].set_value(store, 2),
    "size of a table": lambda exports, store: exports["t"].size(store),
    "element": lambda exports, store: exports["t"].get(store, 0),
    "set element": lambda exports, store: exports["t"].set(store, 0, None),
    "grow a table": lambda exports, store: exports["t"].grow(store, 1, None),
    "definition": lambda exports, store: Linker(store.engine).define(store, "a", "b", exports["f"]),
}


@pytest.mark.parametrize("use", USES)
def test_the_wrong_store(store: Store, use: str) -> None:
    instance = Instance(store, Module(store.engine, SOURCE), [])
    exports = instance.exports(store)
    USES[use](exports, store)
    with pytest.raises(WasmtimeError, match="wrong store"):
        USES[use](exports, Store(store.engine))
    with pytest.raises(WasmtimeError, match="wrong store"):
        Instance(store, Module(store.engine, SOURCE), []).exports(Store(store.engine))


def test_the_wrong_store_within_a_host_function(store: Store) -> None:
    other = Store(store.engine)
    memory = Memory(other, MemoryType(Limits(1, None)))

    def host(caller: Caller) -> None:
        memory.size(caller)

    with pytest.raises(WasmtimeError, match="wrong store"):
        Func(store, NOTHING, host, access_caller=True)(store)


def test_types_that_wasmtime_py_has_no_word_for(store: Store) -> None:
    source = """(module (import "a" "f" (func (param v128) (result externref))) (export "f" (func 0))
        (global (export "g") v128 (v128.const i64x2 1 2)))"""
    module = Module(store.engine, source)
    (asked,) = module.imports
    assert [str(ty) for ty in (*asked.type.params, *asked.type.results)] == ["v128", "anyref"]
    assert str(module.exports[1].type.content) == "v128"


@pytest.mark.parametrize("kind", [ctypes.c_uint8, int])
def test_values_by_wasmtime_s_numbers(kind: type) -> None:
    values = [1, 2, 1.5, 2.5, 7, None, "object"]
    types = ["i32", "i64", "f32", "f64", "v128", "funcref", "anyref"]
    for number, (value, ty) in enumerate(zip(values, types)):
        made = Val(kind(number), value)
        assert (made.value, str(made.type)) == (value, ty)
    with pytest.raises(TypeError, match="the number of a value type"):
        Val(kind(77), 1)


def test_the_type_of_a_null_reference_is_known(store: Store) -> None:
    null = Global(store, GlobalType(ValType.funcref(), False), None).value(store)
    assert null == None  # noqa: E711 (it compares equal, and is not it)
    assert null.type == ValType.funcref()


def test_exceptions_leave_a_chain(store: Store) -> None:
    def host() -> None:
        try:
            raise ValueError("first")
        except ValueError as error:
            raise KeyError("second") from error

    with pytest.raises(KeyError) as caught:
        Func(store, NOTHING, host)(store)
    assert isinstance(caught.value.__cause__, ValueError)
    assert caught.traceback[-1].name == "host"
