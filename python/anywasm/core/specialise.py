"""A class for each signature, whose `__call__` has the right parameters and calls the right typed entry.

This is the call path: no argument tuple, no value buffer, no loop. Everything unusual (a wrong type, a missing
argument, a number out of range) goes to `_call_slowly`, which does what the style wants or raises its error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from anywasm.core.types import NUMBERS, FuncType, ValType
from anywasm.engines import Native

if TYPE_CHECKING:
    from anywasm.core.func import Func


class _Missing:
    """Stands for an argument that was not given."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<missing>"


MISSING = _Missing()

_classes: dict[tuple[type, Native, FuncType], Any] = {}

_KINDS = {ValType.I32: "i", ValType.I64: "i", ValType.F32: "d", ValType.F64: "d"}

# What the entry returns when it fails. An i32 cannot be that; of the rest any value can, so the error is looked for.
_SUCCESS = {
    None: "if result:\n        return None",
    ValType.I32: "if result >= -0x80000000:\n        return result",
    ValType.I64: "if result != -0x8000000000000000:\n        return result",
    ValType.F32: "if result == result:\n        return result",
    ValType.F64: "if result == result:\n        return result",
}

_SOURCE = """
def __call__(self{params}, *rest):
    {guard}
    try:
        result = _call(self._ptr{args})
    except (TypeError, OverflowError):
        return self._call_slowly(({all}*rest,))
    {success}
    return self._after_failure(result, ({all}*rest,))
"""

_GENERAL = """
def __call__(self, *args):
    return self._call_slowly(args)
"""


class _Calls(Protocol):
    takes_store: bool


def specialise(base: type[Func], native: Native, signature: FuncType) -> Any:
    """The subclass of a style's function class for this signature, with the same name."""
    key = (base, native, signature)
    found = _classes.get(key)
    if found is None:
        found = _classes.setdefault(key, _make(base, native, signature))
    return found


def _make(base: type[Func], native: Native, signature: FuncType) -> Any:
    entry = _entry(native, signature)
    source = _typed(base, signature) if entry else _GENERAL
    scope: dict[str, Any] = {"_call": entry, "_missing": MISSING}
    exec(compile(source, f"<call {signature}>", "exec"), scope)
    body = {"__slots__": (), "__call__": scope["__call__"], "__doc__": base.__doc__, "__module__": base.__module__}
    return type(base)(base.__name__, (base,), body)


def _entry(native: Native, signature: FuncType) -> Any:
    if len(signature.results) > 1 or not NUMBERS.issuperset(signature.params + signature.results):
        return None
    params = "".join(_KINDS[ty] for ty in signature.params)
    result = _KINDS[signature.results[0]] if signature.results else "v"
    return getattr(native.lib, f"aw_call_{params}_{result}", None)


def _typed(base: _Calls, signature: FuncType) -> str:
    names = [f"a{index}" for index in range(len(signature.params))]
    guards = [f"{name}.__class__ is not float" for name, ty in zip(names, signature.params) if _KINDS[ty] == "d"]
    given = names
    if base.takes_store:
        given = ["store", *names]
        guards.insert(0, "store is not self._store")
    if guards:
        everything = "".join(f"{name}, " for name in given)
        guard = f"if rest or {' or '.join(guards)}:\n        return self._call_slowly(({everything}*rest,))"
    else:
        guard = "if rest:\n        return self._call_slowly((" + "".join(f"{name}, " for name in given) + "*rest,))"
    return _SOURCE.format(
        params="".join(f", {name}=_missing" for name in given),
        args="".join(f", {name}" for name in names),
        all="".join(f"{name}, " for name in given),
        guard=guard,
        success=_SUCCESS[signature.results[0] if signature.results else None],
    )
