"""Passes values between the suite and a function: directly, or through an adapter module.

A value is passed directly if the API style can pass it without changing a bit, for example of a NaN. Any other
value is passed by an adapter: a module that imports the function or global, and exports a function whose parameters
and results have types that the style can pass. The program in conformance/suite has created several kinds of adapters
(`adapter.rs`). The chosen kind depends on the capabilities of the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from anywasm_conformance import values
from anywasm_conformance.styles import HostObject, Style
from anywasm_conformance.values import Actual, Const, Reference

#: The mask with all bits of each numeric type.
_MASKS = {"i32": 0xFFFF_FFFF, "f32": 0xFFFF_FFFF, "i64": 0xFFFF_FFFF_FFFF_FFFF, "f64": 0xFFFF_FFFF_FFFF_FFFF}
DIRECT = "direct"


class Missing(Exception):
    """No adapter can pass a value on this engine. The text is the name of the missing capability."""


def route(
    params: Sequence[str],
    results: Sequence[str],
    args: Sequence[Const],
    expected: Sequence[Const],
    capabilities: frozenset[str],
    proposals: frozenset[str],
) -> str:
    """Returns `direct`, or the kind of adapter for a call. Raises `Missing` if no adapter can pass the values."""
    types = [*params, *results]
    exact = all(map(values.survives, params, args)) and all(map(values.survives, results, expected))
    if exact and all(_is_direct(ty, capabilities) for ty in types):
        return DIRECT
    if not any(map(values.is_reference, types)):
        return "bits"
    if "externref" in capabilities and "gc" in proposals:
        return "host"
    if _only_nulls(params, results, args, expected):
        return "null"
    if "gc" in proposals:
        return "number"
    raise Missing("externref" if "externref" not in capabilities else "typed_refs")


def _is_direct(ty: str, capabilities: frozenset[str]) -> bool:
    """Returns whether the API styles can pass values of a type directly on an engine with these capabilities."""
    needed = {"v128": "v128", "externref": "externref", "funcref": "funcref"}.get(ty)
    return needed in capabilities if needed else ty in _MASKS


def _only_nulls(
    params: Sequence[str], results: Sequence[str], args: Sequence[Const], expected: Sequence[Const]
) -> bool:
    """Returns whether an adapter of the kind `null` can pass the references of a call.

    All reference arguments must be null. An adapter of this kind only reports whether a result is null, so no
    expected result may be a particular host object.
    """
    simple_types = ("funcref", "externref")
    if not all(ty in simple_types for ty in [*params, *results] if values.is_reference(ty)):
        return False
    only_null_args = all(values.is_null(arg) for ty, arg in zip(params, args) if values.is_reference(ty))
    return only_null_args and all(values.host_number(each) is None for each in expected)


def args_for(via: str, params: Sequence[str], args: Sequence[Const], style: Style) -> list[Any]:
    """Converts the suite's arguments to Python arguments for the function or for its adapter."""
    if via == DIRECT:
        return [_to_python(ty, arg, style) for ty, arg in zip(params, args)]
    return [part for ty, arg in zip(params, args) for part in _parts(via, ty, arg, style)]


def _to_python(ty: str, arg: Const, style: Style) -> Any:
    """Converts an argument of the suite to a Python value."""
    if values.is_reference(ty):
        number = values.host_number(arg)
        return None if number is None else style.host_object(number)
    bits = values.bits(arg)
    if ty in ("f32", "f64"):
        return values.float_of(ty, bits)
    return bits


def _parts(via: str, ty: str, arg: Const, style: Style) -> Sequence[Any]:
    """Converts an argument of the suite to the arguments of an adapter. The result has zero, one or two elements."""
    if not values.is_reference(ty):
        bits = values.bits(arg)
        return (bits & _MASKS["i64"], bits >> 64) if ty == "v128" else (bits,)
    number = values.host_number(arg)
    if via == "host":
        return (None if number is None else style.host_object(number),)
    if via == "number":
        # 0 is the null reference, so the numbers of host objects are shifted by one.
        return (0 if number is None else number + 1,)
    # The adapter makes the null reference itself, so it has no parameter for the reference.
    return ()


def results_of(via: str, results: Sequence[str], returned: Sequence[Any]) -> list[Actual]:
    """Converts the values that a function or its adapter has returned. Returns bits or a reference for each result."""
    if via == DIRECT:
        return [_from_python(ty, value) for ty, value in zip(results, returned)]
    parts = iter(returned)
    return [_joined(via, ty, parts) for ty in results]


def _from_python(ty: str, value: Any) -> Actual:
    """Converts a Python value to bits or a reference."""
    if ty in ("f32", "f64"):
        return values.bits_of(ty, value)
    if ty == "v128":
        return int(value)
    if ty in _MASKS:
        return int(value) & _MASKS[ty]
    if value is None:
        return Reference(values.NULL)
    # The object is a function, a host object, or an object that the guest has created.
    return Reference(values.FUNC) if ty == "funcref" else Reference(values.EXTERN, _host_number(value))


def _joined(via: str, ty: str, parts: Iterator[Any]) -> Actual:
    """Converts the next adapter results to one value. Takes as many results from `parts` as the value needs."""
    if ty == "v128":
        low, high = (int(next(parts)) & _MASKS["i64"] for _ in range(2))
        return low | high << 64
    if ty in _MASKS:
        bits: int = next(parts) & _MASKS[ty]
        return bits
    classes = int(next(parts))
    if via == "null":
        # The adapter only returns whether the reference is null. A reference that is not null has the class of its
        # type.
        return Reference(classes or (values.FUNC if ty == "funcref" else values.EXTERN))
    identity = next(parts)
    if via == "number":
        return Reference(classes, identity if classes & (values.EXTERN | values.I31) else None)
    return Reference(classes, _host_number(identity))


def _host_number(value: Any) -> int | None:
    """Returns the number of a host object, or `None` for any other object."""
    return value.number if isinstance(value, HostObject) else None
