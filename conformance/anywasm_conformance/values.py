"""The suite's constants as bits, and the comparison of results with them.

Floats are compared by their bits. A comparison as floats would be wrong: a NaN does not equal itself, and zeros of both
signs are equal.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Union

#: A constant of the suite, in the JSON that the converter (conformance/suite) writes.
Const = Mapping[str, Any]

_WIDTHS = {"i8": 8, "i16": 16, "i32": 32, "i64": 64, "f32": 32, "f64": 64}
#: The sign bit of each float type.
_SIGN = {"f32": 1 << 31, "f64": 1 << 63}
#: The canonical NaN of each float type.
_QUIET_NAN = {"f32": 0x7FC0_0000, "f64": 0x7FF8_0000_0000_0000}

#: The bits of the infinity of an f32. A float is a NaN if its bits, without the sign bit, are a larger number.
_F32_INFINITY = 0x7F80_0000

#: A reference belongs to classes. Each class has a bit, which adapters use too (conformance/suite, `adapter.rs`).
NULL, FUNC, EXTERN, I31 = 1, 2, 4, 32
#: Some expected values name only a class of references, such as `(ref.func)`. Maps their types to the bit of the class.
_CLASSES = {"funcref": FUNC, "externref": EXTERN, "anyref": 8, "eqref": 16, "i31ref": I31, "structref": 64}
_CLASSES |= {"arrayref": 128, "exnref": 256}
#: The types of constants that expect a null reference.
_NULLS = frozenset(("refnull", "nullref", "nullfuncref", "nullexternref", "nullexnref", "nullcontref"))


@dataclass(frozen=True)
class Reference:
    """A reference that a function has returned: the bits of its classes, and the number of its host object."""

    classes: int
    host: int | None = None

    def __str__(self) -> str:
        names = ["null"] if self.classes & NULL else [name for name, bit in _CLASSES.items() if self.classes & bit]
        return f"{'/'.join(names) or 'reference'}{'' if self.host is None else f' {self.host}'}"


#: A result: the bits of a number or vector, or a reference.
Actual = Union[int, Reference]


def is_reference(ty: str) -> bool:
    """Returns whether `ty`, the name of a type in the text format, is a reference type."""
    return ty not in _WIDTHS and ty != "v128"


def bits(const: Const) -> int:
    """Returns the bits of a number or vector.

    Returns the canonical NaN for `nan:canonical` and `nan:arithmetic`, which stand for several values.
    """
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
    """Returns whether a constant is a null reference."""
    return const["type"] in _NULLS or const.get("value") == "null"


def host_number(const: Const) -> int | None:
    """Returns the number of a host object, such as 1 for `(ref.extern 1)`, or `None` for any other constant."""
    value = const.get("value")
    return int(value) if isinstance(value, str) and value.isdigit() else None


def matches(expected: Const, actual: Actual) -> bool:
    """Returns whether a result matches the expected constant."""
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
    """Converts bits to a Python float. The conversion of an f32 is exact only if `survives` returns True."""
    code, size = ("<f", 4) if ty == "f32" else ("<d", 8)
    return float(struct.unpack(code, value.to_bytes(size, "little"))[0])


def bits_of(ty: str, value: float) -> int:
    """Converts a Python float to the bits of an f32 or f64."""
    return int.from_bytes(struct.pack("<f" if ty == "f32" else "<d", value), "little")


def survives(ty: str, const: Const) -> bool:
    """Returns whether the conversion to a Python float and back keeps the bits of a constant.

    A Python float is a double. The conversion of an f32 to a double changes a signaling NaN to a quiet NaN. The quiet
    NaN would match the wrong constants, so the function returns False for every f32 NaN.
    """
    if const["type"] == "either":
        return all(survives(ty, each) for each in const["values"])
    if ty != "f32":
        return True
    magnitude = _lane_bits("f32", const["value"]) & ~_SIGN["f32"]
    return magnitude <= _F32_INFINITY


def show(const: Const) -> str:
    """Returns a constant as text: the type, and the bits in hexadecimal."""
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
    """Returns a result as text, in the format in which `show` returns a constant."""
    if isinstance(actual, Reference):
        return str(actual)
    width = 128 if ty == "v128" else _WIDTHS[ty]
    return f"{ty} {actual:#0{width // 4 + 2}x}"
