"""Values as bits: the suite's constants, and whether a result is what is expected.

Nothing is compared as a float: a NaN equals nothing, and zeros of both signs are equal.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Union

Const = Mapping[str, Any]

_WIDTHS = {"i8": 8, "i16": 16, "i32": 32, "i64": 64, "f32": 32, "f64": 64}
#: Sign bit, exponent with the quiet bit, of each float.
_SIGN = {"f32": 1 << 31, "f64": 1 << 63}
_QUIET_NAN = {"f32": 0x7FC0_0000, "f64": 0x7FF8_0000_0000_0000}

#: Constants that only say what a reference is, and the bit of that class (conformance/suite, `adapter.rs`).
_CLASSES = {"funcref": 2, "externref": 4, "anyref": 8, "eqref": 16, "i31ref": 32, "structref": 64}
_CLASSES |= {"arrayref": 128, "exnref": 256}
_NULLS = frozenset(("refnull", "nullref", "nullfuncref", "nullexternref", "nullexnref", "nullcontref"))
NULL = 1


@dataclass(frozen=True)
class Reference:
    """A reference that came out: which classes it is of, and the number of the host's object where it is one."""

    classes: int
    host: int | None = None

    def __str__(self) -> str:
        names = ["null"] if self.classes & NULL else [name for name, bit in _CLASSES.items() if self.classes & bit]
        return f"{'/'.join(names) or 'reference'}{'' if self.host is None else f' {self.host}'}"


#: A number or vector as its bits, or a reference.
Actual = Union[int, Reference]


def is_reference(ty: str) -> bool:
    """Whether a type, as written in the text format, is of references."""
    return ty not in _WIDTHS and ty != "v128"


def bits(const: Const) -> int:
    """The bits of a constant that is a number or vector; patterns count as the NaN they stand for."""
    ty = const["type"]
    if ty == "v128":
        lane = const["lane_type"]
        lanes = (_lane_bits(lane, value) << position * _WIDTHS[lane] for position, value in enumerate(const["value"]))
        return sum(lanes)
    return _lane_bits(ty, const["value"])


def _lane_bits(ty: str, value: str) -> int:
    if value.startswith("nan:"):
        return _QUIET_NAN[ty]
    return int(value) & (1 << _WIDTHS[ty]) - 1


def is_null(const: Const) -> bool:
    """Whether a constant is a null reference."""
    return const["type"] in _NULLS or const.get("value") == "null"


def host_number(const: Const) -> int | None:
    """The number of the host's object that a constant refers to."""
    value = const.get("value")
    return int(value) if isinstance(value, str) and value.isdigit() else None


def matches(expected: Const, actual: Actual) -> bool:
    """Whether a result is what is expected."""
    ty = expected["type"]
    if ty == "either":
        return any(matches(each, actual) for each in expected["values"])
    if isinstance(actual, Reference):
        return _matches_reference(expected, actual)
    if ty == "v128":
        lane, width = expected["lane_type"], _WIDTHS[expected["lane_type"]]
        parts = (actual >> position * width & (1 << width) - 1 for position in range(128 // width))
        return all(_matches_lane(lane, value, part) for value, part in zip(expected["value"], parts))
    return not is_reference(ty) and _matches_lane(ty, expected["value"], actual)


def _matches_lane(ty: str, value: str, actual: int) -> bool:
    if value == "nan:canonical":
        return actual & ~_SIGN[ty] == _QUIET_NAN[ty]
    if value == "nan:arithmetic":
        return actual & _QUIET_NAN[ty] == _QUIET_NAN[ty]
    return actual == _lane_bits(ty, value)


def _matches_reference(expected: Const, actual: Reference) -> bool:
    if is_null(expected):
        return bool(actual.classes & NULL)
    number = host_number(expected)
    if number is not None:
        return actual.host == number
    return bool(actual.classes & _CLASSES.get(expected["type"], 0))


def float_of(ty: str, value: int) -> float:
    """The Python float of these bits; of an f32, only where `survives` says so."""
    unpacked = struct.unpack("<f", value.to_bytes(4, "little")) if ty == "f32" else struct.unpack("<d", _eight(value))
    return float(unpacked[0])


def bits_of(ty: str, value: float) -> int:
    """The bits of a Python float as a WebAssembly one."""
    return int.from_bytes(struct.pack("<f" if ty == "f32" else "<d", value), "little")


def _eight(value: int) -> bytes:
    return value.to_bytes(8, "little")


def survives(ty: str, const: Const) -> bool:
    """Whether a constant can go through a Python float, which is a double, and be told from others afterwards.

    An f32 that is a NaN cannot: its way to a double and back makes a signaling one quiet, so that it would match where
    it must not.
    """
    if const["type"] == "either":
        return all(survives(ty, each) for each in const["values"])
    if ty != "f32":
        return True
    magnitude = _lane_bits("f32", const["value"]) & ~_SIGN["f32"]
    return magnitude <= 0x7F80_0000


def show(const: Const) -> str:
    """A constant for people: type and bits in hexadecimal."""
    ty = const["type"]
    if ty == "either":
        return " or ".join(map(show, const["values"]))
    if ty == "v128":
        return f"v128 {const['lane_type']} [{' '.join(_show_lane(const['lane_type'], v) for v in const['value'])}]"
    if is_reference(ty):
        value = const.get("value")
        return ty if value is None else f"{ty} {value}"
    return f"{ty} {_show_lane(ty, const['value'])}"


def _show_lane(ty: str, value: str) -> str:
    return value if value.startswith("nan:") else f"{_lane_bits(ty, value):#0{_WIDTHS[ty] // 4 + 2}x}"


def show_actual(ty: str, actual: Actual) -> str:
    """A result for people."""
    if isinstance(actual, Reference):
        return str(actual)
    width = 128 if ty == "v128" else _WIDTHS[ty]
    return f"{ty} {actual:#0{width // 4 + 2}x}"
