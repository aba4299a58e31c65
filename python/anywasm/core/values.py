"""Writes plain Python values to the shim's value slots, and reads them from slots, on the slow paths.

A *plain value* is one of these, depending on its WebAssembly type:

* i32, i64: an int within the type's signed range.
* f32, f64: a float.
* v128: an int from 0 to 2**128 - 1.
* funcref: a function or None.
* externref: any Python object, where None is the null reference.

To *lower* a value is to convert it for a guest and write it into a slot. To *lift* a value is to read it from a slot
and convert it for Python.

These parts of the project convert a number between Python and a guest, in this order:

1. The fast paths in C: `src/glue/call.c` for arguments and results of calls, and `src/glue/host.c` for host functions.
   Both use the functions of `src/glue/numbers.h`.
2. The slow paths `Func._core_call_slowly` and `core/host.py`, for the cases that the fast paths do not handle.
3. The API style's rules (`convert.py` of the API style), which convert any Python object to a plain value or raise.
4. This module, which does not check its arguments: its callers pass plain values only.
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

#: Maps each number type to the field of `aw_value` that holds a number of this type.
_FIELDS = {ValType.I32: "i32", ValType.I64: "i64", ValType.F32: "f32", ValType.F64: "f64"}


def round_to_f32(value: float) -> float:
    """Returns the 32-bit float nearest to `value`, or an infinity if `value` is outside the range of 32-bit floats."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return math.copysign(math.inf, value)


def new_slots(store: Store, count: int) -> Any:
    """Returns a new array of `count` slots, C unions that hold one WebAssembly value each.

    If `count` is 0, the array has one slot.
    """
    return store._core_engine_module.ffi.new("aw_value[]", max(count, 1))


def lower(store: Store, slot: Any, ty: ValType, value: Any) -> Any:
    """Writes a plain value into a slot.

    Returns None, or an object that the caller must keep alive until nothing reads the slot any more.
    """
    field = _FIELDS.get(ty)
    if field is not None:
        setattr(slot, field, value)
    elif ty is ValType.V128:
        slot.v128 = value.to_bytes(16, "little")
    elif ty is ValType.EXTERNREF:
        # A slot holds the number of an externref object in the store's table. Without the capability `externref`, the
        # shim refuses every call that uses the slot. So the object gets no number, and the slot holds 0.
        has_externref = "externref" in store._core_engine_module.capabilities
        slot.reference = store._core_state.externrefs.add(store, value) if has_externref else 0
    else:
        func = None if value is None else value._core_reference_in(store)
        slot.reference = 0 if func is None else func._core_owner.address
        return func
    return None


def call_with_value(
    store: Store,
    ty: ValType,
    value: Any,
    function: Callable[..., Any],
    *args: Any,
    is_failure: Callable[[Any], bool] = not_,
) -> Any:
    """Writes a plain value into a new slot, calls a function of the shim, and returns `function(*args, slot)`.

    The call has failed if cffi refuses one of `args`, or if `is_failure(result)` returns True. After a failed call, no
    guest has received the value. So, if the value is an externref object, the store's table releases the object.
    """
    slot = new_slots(store, 1)
    # If the value is a function, this variable keeps the function alive until the call has read the slot.
    _func = lower(store, slot[0], ty, value)
    try:
        result = function(*args, slot)
    # cffi raises these two exceptions if it refuses an argument. A signal handler may raise any other exception after
    # the guest has received the object, so after other exceptions the object must not be released.
    except (TypeError, OverflowError):
        _discard(store, slot[0], ty)
        raise
    if is_failure(result):
        _discard(store, slot[0], ty)
    return result


def _discard(store: Store, slot: Any, ty: ValType) -> None:
    """Releases the externref object of a slot, if the slot has one. No guest has received the slot's value."""
    if ty is ValType.EXTERNREF:
        store._core_state.externrefs.discard(slot.reference)


def lift(store: Store, slot: Any, ty: ValType) -> Any:
    """Returns the plain value in a slot.

    For a function, returns a new Python object. The new object owns the pointer in the slot.
    """
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
    """Writes plain values into consecutive slots. Returns a list with the result of `lower` for each value.

    If a value cannot be written, releases the externref objects that have been written before, and raises.
    """
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
    """Returns the plain values in consecutive slots."""
    return [lift(store, array[index], ty) for index, ty in enumerate(types)]
