"""Plain Python values in and out of the shim's value slots, for what the fast path does not cover.

A plain value is an int within its type's signed range, a float, an int below 2**128 for a v128, a function or None for
a funcref, any object or None for an externref.
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

_FIELDS = {ValType.I32: "i32", ValType.I64: "i64", ValType.F32: "f32", ValType.F64: "f64"}


def single(value: float) -> float:
    """The 32-bit float that is nearest; infinity beyond their range."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def slots(store: Store, count: int) -> Any:
    """`count` fresh slots, at least one."""
    return store._engine_module.ffi.new("aw_value[]", max(count, 1))


def write(store: Store, slot: Any, ty: ValType, value: Any) -> Any:
    """Writes a plain value (see above); returns what must live for as long as the slot is used."""
    field = _FIELDS.get(ty)
    if field is not None:
        setattr(slot, field, value)
    elif ty is ValType.V128:
        slot.v128 = value.to_bytes(16, "little")
    elif ty is ValType.EXTERNREF:
        # Where no store has the capability, the shim refuses whatever is done with the slot: no object gets anywhere.
        able = "externref" in store._engine_module.capabilities
        slot.reference = store._host_objects.number(value) if able else 0
    else:
        owner = None if value is None else value.reference_in(store)
        slot.reference = 0 if owner is None else owner._owner.address
        return owner
    return None


def hand_over(
    store: Store, ty: ValType, value: Any, call: Callable[..., Any], *args: Any, failed: Callable[[Any], bool] = not_
) -> Any:
    """What a call of the shim gives whose last argument, after `args`, is a slot with this value.

    Of an object that it does not take nothing is kept: where cffi refuses another argument, and where it has `failed`.
    """
    slot = slots(store, 1)
    _owner = write(store, slot[0], ty, value)
    try:
        result = call(*args, slot)
    # What else may be raised here comes from a signal handler, when the guest may have the object.
    except (TypeError, OverflowError):
        _take_back(store, slot[0], ty)
        raise
    if failed(result):
        _take_back(store, slot[0], ty)
    return result


def _take_back(store: Store, slot: Any, ty: ValType) -> None:
    if ty is ValType.EXTERNREF:
        store._host_objects.take_back(slot.reference)


def read(store: Store, slot: Any, ty: ValType) -> Any:
    """The plain value in a slot. A function becomes a new object, which owns what is in the slot."""
    field = _FIELDS.get(ty)
    if field is not None:
        return getattr(slot, field)
    if ty is ValType.V128:
        return int.from_bytes(bytes(slot.v128), "little")
    if ty is ValType.EXTERNREF:
        return store._host_objects.value(slot.reference)
    return function(store, slot.reference)


def function(store: Store, address: int) -> Any:
    """The function that a slot refers to, or None; an opaque reference where the engine tells nothing of it."""
    if not address:
        return None
    from anywasm.core.func import from_pointer

    return from_pointer(store, store._engine_module.ffi.cast("aw_extern *", address))


def write_all(store: Store, at: Any, types: Sequence[ValType], values: Sequence[Any]) -> list[Any]:
    """Writes values into consecutive slots, all or none; returns what must live for as long as they are used."""
    kept: list[Any] = []
    try:
        for index, (ty, value) in enumerate(zip(types, values)):
            kept.append(write(store, at[index], ty, value))
    except BaseException:
        for index in range(len(kept)):
            _take_back(store, at[index], types[index])
        raise
    return kept


def read_all(store: Store, at: Any, types: Sequence[ValType]) -> list[Any]:
    """Reads consecutive slots."""
    return [read(store, at[index], ty) for index, ty in enumerate(types)]
