"""Calling exported functions: arguments and results of every type and number."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers import Driver

NUMBERS = {"i32": (-(2**31), 2**31 - 1), "i64": (-(2**63), 2**63 - 1)}


def identity(ty: str) -> str:
    return f'(module (func (export "f") (param {ty}) (result {ty}) local.get 0))'


@pytest.mark.parametrize("ty", ["i32", "i64"])
def test_integers_keep_their_range(wasm: Driver, ty: str) -> None:
    func = wasm.export(wasm.instantiate(wasm.compile(identity(ty))), "f")
    low, high = NUMBERS[ty]
    for value in (0, 1, -1, low, low + 1, high):
        assert wasm.call(func, value) == value
    # The unsigned half of the range is taken too, and comes back signed.
    assert wasm.call(func, 2 * high + 1) == -1


@pytest.mark.parametrize("ty", ["f32", "f64"])
def test_floats_keep_their_bits(wasm: Driver, ty: str) -> None:
    func = wasm.export(wasm.instantiate(wasm.compile(identity(ty))), "f")
    for value in (0.0, -1.5, math.inf, -math.inf, 2.0**-126):
        assert wasm.call(func, value) == value
    assert math.copysign(1, wasm.call(func, -0.0)) == -1
    assert math.isnan(wasm.call(func, math.nan))


def test_f32_rounds(wasm: Driver) -> None:
    assert wasm.run(identity("f32"), "f", 0.1) == pytest.approx(0.1, rel=1e-6)
    assert wasm.run(identity("f32"), "f", 0.1) != 0.1


@given(st.lists(st.integers(*NUMBERS["i64"]), min_size=3, max_size=3))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_integers_arrive_in_order(wasm: Driver, values: list[int]) -> None:
    source = """(module (func (export "f") (param i64 i64 i64) (result i64)
        (i64.xor (i64.rotl (local.get 0) (i64.const 1))
                 (i64.xor (i64.rotl (local.get 1) (i64.const 2)) (local.get 2)))))"""

    def rotl(value: int, by: int) -> int:
        value &= 2**64 - 1
        return value << by | value >> 64 - by

    expected = (rotl(values[0], 1) ^ rotl(values[1], 2) ^ values[2]) & (2**64 - 1)
    assert wasm.run(source, "f", *values) & (2**64 - 1) == expected


@pytest.mark.parametrize("count", [0, 1, 4, 5, 8, 9, 20])
def test_many_parameters(wasm: Driver, count: int) -> None:
    params = " ".join(["i32"] * count)
    adds = "".join(f"(i32.add (i32.mul (local.get {i}) (i32.const {i + 1})))" for i in range(count))
    source = f'(module (func (export "f") (param {params}) (result i32) (i32.const 0) {adds}))'
    assert wasm.run(source, "f", *range(count)) == sum(i * (i + 1) for i in range(count))


def test_mixed_parameters(wasm: Driver) -> None:
    source = """(module (func (export "f") (param i32 f64 i64 f32) (result f64)
        (f64.add (f64.add (f64.convert_i32_s (local.get 0)) (local.get 1))
                 (f64.add (f64.convert_i64_s (local.get 2)) (f64.promote_f32 (local.get 3))))))"""
    assert wasm.run(source, "f", 1, 0.25, -(2**40), 0.5) == 1.75 - 2**40


def test_no_result_and_several(wasm: Driver) -> None:
    source = """(module (func (export "none"))
        (func (export "many") (param i32) (result i32 f64 i64) local.get 0 f64.const 2.5 i64.const -3))"""
    instance = wasm.instantiate(wasm.compile(source))
    assert wasm.call(wasm.export(instance, "none")) is None
    results = wasm.call(wasm.export(instance, "many"), 7)
    assert type(results) is wasm.sequence
    assert list(results) == [7, 2.5, -3]


def test_failure_values_are_results_too(wasm: Driver) -> None:
    source = """(module (func (export "i64") (result i64) i64.const -0x8000000000000000)
        (func (export "i32") (result i32) i32.const -0x80000000) (func (export "f64") (result f64) f64.const nan)
        (func (export "trap") unreachable))"""
    instance = wasm.instantiate(wasm.compile(source))
    with pytest.raises(wasm.trap):
        wasm.call(wasm.export(instance, "trap"))
    assert wasm.call(wasm.export(instance, "i64")) == -(2**63)
    assert wasm.call(wasm.export(instance, "i32")) == -(2**31)
    assert math.isnan(wasm.call(wasm.export(instance, "f64")))


@pytest.mark.parametrize("bad", ["1", None, [1], 1j, b"1"])
@pytest.mark.parametrize("ty", ["i32", "i64", "f32", "f64"])
def test_wrong_types_are_refused(wasm: Driver, ty: str, bad: object) -> None:
    with pytest.raises(TypeError):
        wasm.run(identity(ty), "f", bad)


@pytest.mark.parametrize("ty", ["f32", "f64"])
def test_an_int_is_not_a_float(wasm: Driver, ty: str) -> None:
    with pytest.raises(TypeError):
        wasm.run(identity(ty), "f", 1)


def test_a_float_is_not_an_int(wasm: Driver) -> None:
    with pytest.raises(TypeError):
        wasm.run(identity("i32"), "f", 1.0)


def test_too_few_arguments(wasm: Driver) -> None:
    with pytest.raises(wasm.error):
        wasm.run(identity("i32"), "f")
