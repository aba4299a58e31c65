"""The operations of the implicit style, and what they share."""

from __future__ import annotations

from typing import Any

from anywasm.wasmer import Function, FunctionType, Global, Instance, Memory, MemoryType, Module, Store, Type, Value
from operations import Operations, Round, Skip

OPERATIONS = Operations()

I32_TO_I32 = FunctionType([Type.I32], [Type.I32])


def compiled(store: Store, source: str | bytes) -> Module:
    try:
        return Module(store, source)
    except RuntimeError as error:
        raise Skip(str(error)) from None


def importing(store: Store) -> dict[str, Any]:
    """What the module `IMPORTING` imports."""
    return {
        "f": Function(store, lambda value: value, I32_TO_I32),
        "m": Memory(store, MemoryType(1)),
        "g": Global(store, Value.i32(1), True),
    }


def exports_of(source: str, env: dict[str, Any] | None = None, store: Store | None = None) -> Any:
    return Instance(Module(store or Store(), source), {"env": env or {}}).exports


def calls(source: str, *args: Any) -> Round:
    exports = exports_of(source)
    return lambda _: exports.run(*args)
