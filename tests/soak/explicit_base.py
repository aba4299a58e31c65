"""The operations of the explicit style, and what they share."""

from __future__ import annotations

from typing import Any

from anywasm.wasmtime import (
    Config,
    Engine,
    Func,
    FuncType,
    Global,
    GlobalType,
    Instance,
    Limits,
    Memory,
    MemoryType,
    Module,
    Store,
    ValType,
    WasmtimeError,
)
from operations import Operations, Round, Skip

OPERATIONS = Operations()
OWNED = "a store owns its objects until it is closed"

I32, FUNCREF, EXTERNREF = ValType.i32(), ValType.funcref(), ValType.externref()
I32_TO_I32 = FuncType([I32], [I32])


def compiled(engine: Engine, source: str | bytes) -> Module:
    try:
        return Module(engine, source)
    except WasmtimeError as error:
        raise Skip(str(error)) from None


def engine_with(**options: Any) -> Engine:
    config = Config()
    for name, value in options.items():
        setattr(config, name, value)
    return Engine(config)


def importing(store: Store) -> list[Any]:
    """What the module `IMPORTING` imports."""
    return [
        Func(store, I32_TO_I32, lambda value: value),
        Memory(store, MemoryType(Limits(1, None))),
        Global(store, GlobalType(I32, True), 1),
    ]


def run_of(store: Store, source: str, *imports: Any) -> Func:
    func = Instance(store, Module(store.engine, source), imports).exports(store)["run"]
    assert isinstance(func, Func)
    return func


def calls(source: str, *args: Any) -> Round:
    store = Store()
    run = run_of(store, source)
    return lambda _: run(store, *args)
