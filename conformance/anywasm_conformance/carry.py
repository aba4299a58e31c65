"""How values travel between the suite and a function: directly, or through an adapter module.

A value goes directly where the style can hand it over and its bits survive the way. Otherwise one of the adapters that
the converter wrote (conformance/suite, `adapter.rs`) carries it as numbers; which one follows from what the engine can
do, so that nothing is carried further around than it must be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from anywasm_conformance import values
from anywasm_conformance.styles import HostObject, Style
from anywasm_conformance.values import Actual, Const, Reference

_MASKS = {"i32": 0xFFFF_FFFF, "f32": 0xFFFF_FFFF, "i64": 0xFFFF_FFFF_FFFF_FFFF, "f64": 0xFFFF_FFFF_FFFF_FFFF}
DIRECT = "direct"


class Missing(Exception):
    """Nothing can carry a value on this engine; the text is the capability that would."""


def route(
    params: Sequence[str],
    results: Sequence[str],
    args: Sequence[Const],
    expected: Sequence[Const],
    capabilities: frozenset[str],
    proposals: frozenset[str],
) -> str:
    """`direct` or the kind of adapter for a call; `Missing` where there is no way."""
    types = [*params, *results]
    survive = all(map(values.survives, params, args)) and all(map(values.survives, results, expected))
    if survive and all(_direct(ty, capabilities) for ty in types):
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


def _direct(ty: str, capabilities: frozenset[str]) -> bool:
    needed = {"v128": "v128", "externref": "externref", "funcref": "funcref"}.get(ty)
    return needed in capabilities if needed else ty in _MASKS


def _only_nulls(
    params: Sequence[str], results: Sequence[str], args: Sequence[Const], expected: Sequence[Const]
) -> bool:
    """Whether no reference but null goes in, and of those that come out only whether they are null is asked."""
    simple = ("funcref", "externref")
    if not all(ty in simple for ty in [*params, *results] if values.is_reference(ty)):
        return False
    known = all(values.is_null(arg) for ty, arg in zip(params, args) if values.is_reference(ty))
    return known and all(values.host_number(each) is None for each in expected)


def args_for(via: str, params: Sequence[str], args: Sequence[Const], style: Style) -> list[Any]:
    """Arguments as the function or its adapter takes them."""
    if via == DIRECT:
        return [_plain(ty, arg, style) for ty, arg in zip(params, args)]
    return [part for ty, arg in zip(params, args) for part in _parts(via, ty, arg, style)]


def _plain(ty: str, arg: Const, style: Style) -> Any:
    if values.is_reference(ty):
        number = values.host_number(arg)
        return None if number is None else style.host_object(number)
    bits = values.bits(arg)
    if ty in ("f32", "f64"):
        return values.float_of(ty, bits)
    return bits


def _parts(via: str, ty: str, arg: Const, style: Style) -> Sequence[Any]:
    if not values.is_reference(ty):
        bits = values.bits(arg)
        return (bits & _MASKS["i64"], bits >> 64) if ty == "v128" else (bits,)
    number = values.host_number(arg)
    if via == "host":
        return (None if number is None else style.host_object(number),)
    if via == "number":
        return (0 if number is None else number + 1,)
    return ()


def results_of(via: str, results: Sequence[str], given: Sequence[Any]) -> list[Actual]:
    """What a function or its adapter gave, as bits and references."""
    if via == DIRECT:
        return [_bits(ty, value) for ty, value in zip(results, given)]
    parts = iter(given)
    return [_joined(via, ty, parts) for ty in results]


def _bits(ty: str, value: Any) -> Actual:
    if ty in ("f32", "f64"):
        return values.bits_of(ty, value)
    if ty == "v128":
        return int(value)
    if ty in _MASKS:
        return int(value) & _MASKS[ty]
    if value is None:
        return Reference(values.NULL)
    # A function, or one of the host's objects, or something that the guest made.
    return Reference(2) if ty == "funcref" else Reference(4, _number(value))


def _joined(via: str, ty: str, parts: Iterator[Any]) -> Actual:
    if ty == "v128":
        low, high = (int(next(parts)) & _MASKS["i64"] for _ in range(2))
        return low | high << 64
    if ty in _MASKS:
        bits: int = next(parts) & _MASKS[ty]
        return bits
    classes = int(next(parts))
    if via == "null":
        # All that is known of the rest is that it is not null, and of which of the two types.
        return Reference(classes or (2 if ty == "funcref" else 4))
    identity = next(parts)
    if via == "number":
        return Reference(classes, identity if classes & (4 | 32) else None)
    return Reference(classes, _number(identity))


def _number(value: Any) -> int | None:
    return value.number if isinstance(value, HostObject) else None
