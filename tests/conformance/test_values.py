"""Bits: what matches, what survives a Python float, and which way values go."""

from __future__ import annotations

from typing import Any

import pytest

from anywasm_conformance import carry, values
from anywasm_conformance.values import Reference


def number(ty: str, value: int | str) -> dict[str, Any]:
    return {"type": ty, "value": str(value)}


@pytest.mark.parametrize(
    ("expected", "actual", "good"),
    [
        (number("i32", -1), 0xFFFF_FFFF, True),
        (number("i64", -2), 0xFFFF_FFFF_FFFF_FFFE, True),
        (number("f32", 0x8000_0000), 0, False),
        (number("f32", "nan:canonical"), 0x7FC0_0000, True),
        (number("f32", "nan:canonical"), 0xFFC0_0000, True),
        (number("f32", "nan:canonical"), 0x7FC0_0001, False),
        (number("f32", "nan:arithmetic"), 0x7FC0_0001, True),
        (number("f32", "nan:arithmetic"), 0x7FA0_0000, False),
        (number("f32", "nan:arithmetic"), 0x7F80_0000, False),
        (number("f64", "nan:canonical"), 0xFFF8_0000_0000_0000, True),
        (number("f64", "nan:arithmetic"), 0x7FF4_0000_0000_0000, False),
        ({"type": "either", "values": [number("i32", 1), number("i32", 2)]}, 2, True),
        ({"type": "either", "values": [number("i32", 1), number("i32", 2)]}, 3, False),
        ({"type": "refnull"}, Reference(1), True),
        ({"type": "nullfuncref"}, Reference(2), False),
        ({"type": "funcref"}, Reference(2), True),
        ({"type": "funcref"}, Reference(1), False),
        ({"type": "externref", "value": "7"}, Reference(4, 7), True),
        ({"type": "externref", "value": "7"}, Reference(4, 8), False),
        ({"type": "externref", "value": "7"}, Reference(4), False),
        ({"type": "externref", "value": "null"}, Reference(1), True),
        ({"type": "i31ref"}, Reference(8 | 16 | 32), True),
        ({"type": "structref"}, Reference(8 | 16 | 32), False),
        (number("i32", 0), Reference(1), False),
    ],
)
def test_matches(expected: Any, actual: Any, good: bool) -> None:
    assert values.matches(expected, actual) is good


def test_lanes_match_each_by_itself() -> None:
    expected = {"type": "v128", "lane_type": "f32", "value": ["nan:canonical", "nan:arithmetic", "0", "1065353216"]}
    actual = 0x7FC0_0000 | 0xFFC0_0001 << 32 | 0x3F80_0000 << 96
    assert values.matches(expected, actual)
    assert not values.matches(expected, actual | 1)
    assert not values.matches(expected, actual | 1 << 64)
    signed = {"type": "v128", "lane_type": "i8", "value": ["-1"] * 16}
    assert values.bits(signed) == (1 << 128) - 1
    assert values.matches(signed, (1 << 128) - 1)


@pytest.mark.parametrize("bits", [0, 1, 0x8000_0000, 0x7F80_0000, 0x3F80_0000, 0x7F7F_FFFF])
def test_a_number_survives_a_float(bits: int) -> None:
    assert values.survives("f32", number("f32", bits))
    assert values.bits_of("f32", values.float_of("f32", bits)) == bits


@pytest.mark.parametrize("bits", [0x7FF0_0000_0000_0001, 0xFFF4_0000_0000_0000, 0x7FF8_0000_0000_0000, 1 << 63])
def test_a_double_survives_always(bits: int) -> None:
    assert values.survives("f64", number("f64", bits))
    assert values.bits_of("f64", values.float_of("f64", bits)) == bits


@pytest.mark.parametrize("value", [0x7F80_0001, 0x7FA0_0000, 0x7FC0_0000, "nan:arithmetic", "nan:canonical"])
def test_a_nan_of_32_bits_does_not_survive(value: int | str) -> None:
    assert not values.survives("f32", number("f32", value))


ALL = frozenset(("v128", "externref", "funcref"))
GC = frozenset(("gc",))
NULL, OBJECT = {"type": "externref", "value": "null"}, {"type": "externref", "value": "1"}


@pytest.mark.parametrize(
    ("params", "results", "args", "expected", "capabilities", "proposals", "via"),
    [
        (["i32"], ["f64"], [number("i32", 1)], [number("f64", "nan:arithmetic")], (), (), "direct"),
        (["f32"], [], [number("f32", 0x7FA0_0000)], [], (), (), "bits"),
        ([], ["v128"], [], [], (), (), "bits"),
        ([], ["v128"], [], [], ALL, (), "direct"),
        (["externref"], ["externref"], [OBJECT], [OBJECT], ALL, (), "direct"),
        (["externref"], [], [NULL], [], (), (), "null"),
        (["externref"], [], [OBJECT], [], (), GC, "number"),
        ([], ["(ref null any)"], [], [{"type": "i31ref"}], ALL, GC, "host"),
        ([], ["(ref null any)"], [], [{"type": "i31ref"}], (), GC, "number"),
    ],
)
def test_values_go_the_shortest_way(
    params: Any, results: Any, args: Any, expected: Any, capabilities: Any, proposals: Any, via: str
) -> None:
    assert carry.route(params, results, args, expected, frozenset(capabilities), frozenset(proposals)) == via


def test_what_nothing_can_carry_names_the_capability() -> None:
    with pytest.raises(carry.Missing, match="externref"):
        carry.route(["externref"], [], [OBJECT], [], frozenset(), frozenset())
