"""Plain Python values in and out of the shim's value slots, for what the fast path does not cover.

A plain value is an int within its type's signed range, a float, an int below 2**128 for a v128, a function or None for
a funcref, any object or None for an externref.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
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
    return store._native.ffi.new("aw_value[]", max(count, 1))


def write(store: Store, slot: Any, ty: ValType, value: Any) -> Any:
    """Writes a plain value (see above); returns what must live for as long as the slot is used."""
    field = _FIELDS.get(ty)
    if field is not None:
        setattr(slot, field, value)
    elif ty is ValType.V128:
        slot.v128 = value.to_bytes(16, "little")
    elif ty is ValType.EXTERNREF:
        slot.reference = store._host_objects.number(value)
    else:
        owner = None if value is None else value.reference_in(store)
        slot.reference = 0 if owner is None else owner._owner.address
        return owner
    return None


def one(store: Store, ty: ValType, value: Any) -> tuple[Any, Any]:
    """A slot with this value, and what must live for as long as it is used."""
    slot = slots(store, 1)
    return slot, write(store, slot[0], ty, value)


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

    return from_pointer(store, store._native.ffi.cast("aw_extern *", address))


def write_all(store: Store, at: Any, types: Sequence[ValType], values: Sequence[Any]) -> list[Any]:
    """Writes values into consecutive slots; returns what must live for as long as they are used."""
    return [write(store, at[index], ty, value) for index, (ty, value) in enumerate(zip(types, values))]


def read_all(store: Store, at: Any, types: Sequence[ValType]) -> list[Any]:
    """Reads consecutive slots."""
    return [read(store, at[index], ty) for index, ty in enumerate(types)]
