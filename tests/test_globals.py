"""Globals, from both sides."""

from __future__ import annotations

import pytest

from drivers import Driver

VALUES = {"i32": -7, "i64": -(2**40), "f32": 0.5, "f64": 1e300}


@pytest.mark.parametrize("ty", VALUES)
def test_both_sides_see_the_same_value(wasm: Driver, ty: str) -> None:
    source = f"""(module (import "env" "g" (global $g (mut {ty})))
        (func (export "get") (result {ty}) (global.get $g))
        (func (export "set") (param {ty}) (global.set $g (local.get 0))))"""
    value = VALUES[ty]
    a_global = wasm.new_global(ty, value, True)
    instance = wasm.instantiate(wasm.compile(source), {"g": a_global})
    assert wasm.call(wasm.export(instance, "get")) == value
    half = value / 2 if ty.startswith("f") else value // 2
    wasm.set(a_global, half)
    assert wasm.call(wasm.export(instance, "get")) == half
    assert wasm.get(a_global) == half
    wasm.call(wasm.export(instance, "set"), value)
    assert wasm.get(a_global) == value


def test_an_exported_global(wasm: Driver) -> None:
    source = '(module (global (export "c") i64 (i64.const 42)) (global (export "m") (mut i32) (i32.const 1)))'
    instance = wasm.instantiate(wasm.compile(source))
    constant, mutable = wasm.export(instance, "c"), wasm.export(instance, "m")
    assert wasm.get(constant) == 42
    wasm.set(mutable, 5)
    assert wasm.get(wasm.export(instance, "m")) == 5
    with pytest.raises(wasm.error, match=r"mutable"):
        wasm.set(constant, 1)
    assert wasm.get(constant) == 42


def test_a_wrong_value_is_refused(wasm: Driver) -> None:
    a_global = wasm.new_global("i32", 1, True)
    with pytest.raises(TypeError):
        wasm.set(a_global, "1")
    assert wasm.get(a_global) == 1
