"""Plain Python values in and out of the shim's value slots, in the cases that the fast paths do not cover.

A *plain value* is an int within its type's signed range, a float, an int from 0 to 2**128 - 1 for a v128, a function or
None for a funcref, or any object or None for an externref. To *lower* a value is to write it into a slot; to *lift* it
is to read it from a slot.

A number on its way between Python and a guest meets, in this order:

1. the fast paths in C: `src/glue/call.c` for arguments and results of calls, `src/glue/host.c` for host functions;
2. the slow paths `Func._core_call_slowly` and `core/host.py`, for whatever the fast paths do not cover;
3. the style's rules, which turn any Python object into a plain value or raise (`convert.py` of the style);
4. this module, which trusts that it is given plain values.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from operator import not_
from typing import TYPE_CHECKING, Any

from anywasm.core.types import ValType

if TYPE_CHECKING:
    from anywasm.core.store import Store

#: By number type, the slot's field for it.
_FIELDS = {ValType.I32: "i32", ValType.I64: "i64", ValType.F32: "f32", ValType.F64: "f64"}


def single(value: float) -> float:
    """Returns the nearest 32-bit float; infinity for a value beyond the range of 32-bit floats."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def slots(store: Store, count: int) -> Any:
    """Returns a new array of `count` slots, but at least one slot."""
    return store._core_engine_module.ffi.new("aw_value[]", max(count, 1))


def lower(store: Store, slot: Any, ty: ValType, value: Any) -> Any:
    """Writes a plain value into a slot. Returns the object to keep alive while the slot is in use, or None."""
    field = _FIELDS.get(ty)
    if field is not None:
        setattr(slot, field, value)
    elif ty is ValType.V128:
        slot.v128 = value.to_bytes(16, "little")
    elif ty is ValType.EXTERNREF:
        # If the engine lacks the capability, the shim refuses every use of the slot, so that no object needs a number.
        able = "externref" in store._core_engine_module.capabilities
        slot.reference = store._core_state.externrefs.add(store, value) if able else 0
    else:
        func = None if value is None else value._core_reference_in(store)
        slot.reference = 0 if func is None else func._core_owner.address
        return func
    return None


def call_with(
    store: Store,
    ty: ValType,
    value: Any,
    function: Callable[..., Any],
    *args: Any,
    failed: Callable[[Any], bool] = not_,
) -> Any:
    """Lowers a plain value and calls a function of the shim: returns `function(*args, slot)`.

    If cffi refuses another argument, or if `failed(result)`, the guest has not received the value: then an object that
    was lowered as externref is released.
    """
    slot = slots(store, 1)
    _func = lower(store, slot[0], ty, value)
    try:
        result = function(*args, slot)
    # Any other exception comes from a signal handler, when the guest may have received the object already.
    except (TypeError, OverflowError):
        _discard(store, slot[0], ty)
        raise
    if failed(result):
        _discard(store, slot[0], ty)
    return result


def _discard(store: Store, slot: Any, ty: ValType) -> None:
    """Releases what was lowered into a slot that no guest has received."""
    if ty is ValType.EXTERNREF:
        store._core_state.externrefs.discard(slot.reference)


def lift(store: Store, slot: Any, ty: ValType) -> Any:
    """Reads the plain value in a slot. A function becomes a new object, which owns what the slot refers to."""
    field = _FIELDS.get(ty)
    if field is not None:
        return getattr(slot, field)
    if ty is ValType.V128:
        return int.from_bytes(bytes(slot.v128), "little")
    if ty is ValType.EXTERNREF:
        return store._core_state.externrefs.get(slot.reference)
    address = slot.reference
    if not address:
        return None
    return store._core_style.func_reference(store, store._core_engine_module.ffi.cast("aw_extern *", address))


def lower_all(store: Store, array: Any, types: Sequence[ValType], values: Sequence[Any]) -> list[Any]:
    """Lowers values into consecutive slots, all or none. Returns for each what `lower` returns."""
    kept_alive: list[Any] = []
    try:
        for index, (ty, value) in enumerate(zip(types, values)):
            kept_alive.append(lower(store, array[index], ty, value))
    except BaseException:
        for index in range(len(kept_alive)):
            _discard(store, array[index], types[index])
        raise
    return kept_alive


def lift_all(store: Store, array: Any, types: Sequence[ValType]) -> list[Any]:
    """Lifts the values in consecutive slots."""
    return [lift(store, array[index], ty) for index, ty in enumerate(types)]
