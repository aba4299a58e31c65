"""References as far as an engine can."""

from __future__ import annotations

import pytest

import anywasm
from drivers import Driver

FUNCS = """(module (table (export "t") 3 10 funcref) (elem (i32.const 0) $one)
    (func $one (export "one") (result i32) (i32.const 1))
    (func (export "pass") (param funcref) (result funcref) (local.get 0))
    (func (export "put") (param i32 funcref) (table.set (local.get 0) (local.get 1)))
    (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0)))
    (func (export "is_null") (param funcref) (result i32) (ref.is_null (local.get 0))))"""


@pytest.mark.needs("funcref")
def test_functions_as_references(wasm: Driver) -> None:
    instance = wasm.instantiate(wasm.compile(FUNCS))
    one, put, call = (wasm.export(instance, name) for name in ("one", "put", "call"))
    wasm.call(put, 1, one)
    assert wasm.call(call, 1) == 1
    wasm.call(put, 1, None)
    with pytest.raises(wasm.trap, match="uninitialized"):
        wasm.call(call, 1)
    is_null = wasm.export(instance, "is_null")
    assert wasm.call(is_null, None) == 1
    assert wasm.call(is_null, one) == 0


@pytest.mark.needs("funcref")
def test_a_host_function_as_a_reference(wasm: Driver) -> None:
    instance = wasm.instantiate(wasm.compile(FUNCS))
    host = wasm.func([], ["i32"], lambda: 77)
    wasm.call(wasm.export(instance, "put"), 2, host)
    assert wasm.call(wasm.export(instance, "call"), 2) == 77


@pytest.mark.needs("funcref")
def test_a_reference_comes_back(wasm: Driver) -> None:
    instance = wasm.instantiate(wasm.compile(FUNCS))
    passed = wasm.call(wasm.export(instance, "pass"), wasm.export(instance, "one"))
    assert wasm.call(wasm.export(instance, "pass"), None) is None
    wasm.call(wasm.export(instance, "put"), 2, passed)
    assert wasm.call(wasm.export(instance, "call"), 2) == 1


@pytest.mark.needs("funcref", "funcref_call")
def test_a_reference_that_comes_back_can_be_called(wasm: Driver) -> None:
    instance = wasm.instantiate(wasm.compile(FUNCS))
    passed = wasm.call(wasm.export(instance, "pass"), wasm.export(instance, "one"))
    assert wasm.call(passed) == 1


@pytest.mark.needs("funcref", "funcref_call")
def test_the_host_calls_what_a_guest_passes_to_it(wasm: Driver) -> None:
    source = """(module (import "env" "apply" (func $apply (param funcref i32) (result i32)))
        (func $double (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
        (func $explode (param i32) (result i32) unreachable)
        (elem declare func $double $explode)
        (func (export "doubled") (param i32) (result i32) (call $apply (ref.func $double) (local.get 0)))
        (func (export "exploded") (result i32) (call $apply (ref.func $explode) (i32.const 1))))"""
    apply = wasm.func(["funcref", "i32"], ["i32"], lambda callback, value: wasm.call(callback, value + 1))
    instance = wasm.instantiate(wasm.compile(source), {"apply": apply})
    assert wasm.call(wasm.export(instance, "doubled"), 20) == 42
    with pytest.raises(wasm.trap, match="unreachable"):
        wasm.call(wasm.export(instance, "exploded"))


@pytest.mark.needs("funcref", "funcref_call")
@pytest.mark.lacks("v128")
def test_beside_functions_of_vectors_no_reference_can_be_called(wasm: Driver) -> None:
    instance = wasm.instantiate(wasm.compile(FUNCS[:-1] + '(func (export "vectors") (param v128)))'))
    passed = wasm.call(wasm.export(instance, "pass"), wasm.export(instance, "one"))
    with pytest.raises(anywasm.CapabilityError, match="a module that has functions of vectors") as caught:
        wasm.call(passed)
    assert caught.value.capability == "v128"
    wasm.call(wasm.export(instance, "put"), 2, passed)
    assert wasm.call(wasm.export(instance, "call"), 2) == 1


@pytest.mark.needs("funcref")
@pytest.mark.lacks("funcref_call")
def test_a_reference_that_cannot_be_called_says_so(wasm: Driver) -> None:
    instance = wasm.instantiate(wasm.compile(FUNCS))
    passed = wasm.call(wasm.export(instance, "pass"), wasm.export(instance, "one"))
    with pytest.raises(anywasm.CapabilityError, match="funcref_call"):
        wasm.call(passed)


EXTERNS = '(module (func (export "pass") (param externref) (result externref) (local.get 0)))'


@pytest.mark.needs("externref")
def test_any_object_as_a_reference(wasm: Driver) -> None:
    pass_on = wasm.export(wasm.instantiate(wasm.compile(EXTERNS)), "pass")
    for value in (object(), "text", 5, [1]):
        assert wasm.call(pass_on, value) is value
    assert wasm.call(pass_on, None) is None


@pytest.mark.needs("externref")
def test_a_host_function_with_references(wasm: Driver) -> None:
    source = """(module (import "env" "f" (func $f (param externref i32) (result externref)))
        (func (export "run") (param externref) (result externref) (call $f (local.get 0) (i32.const 3))))"""
    func = wasm.func(["externref", "i32"], ["externref"], lambda value, n: value * n)
    assert wasm.run(source, "run", "ab", imports={"f": func}) == "ababab"


V128 = '(module (func (export "f") (param v128) (result v128) (i32x4.add (local.get 0) (local.get 0))))'


@pytest.mark.needs("v128")
def test_vectors(wasm: Driver) -> None:
    assert wasm.run(V128, "f", 1 | 2 << 32 | 3 << 64) == 2 | 4 << 32 | 6 << 64


@pytest.mark.parametrize(("capability", "source"), [("externref", EXTERNS), ("v128", V128)])
def test_what_the_engine_lacks_is_refused(
    wasm: Driver, capability: str, source: str, request: pytest.FixtureRequest
) -> None:
    engine = request.node.callspec.params["wasm"][0]
    infos = {info.name: info for info in anywasm.engines()}
    if capability in infos[engine].capabilities:
        pytest.skip(f"{engine} has {capability}")
    instance = wasm.instantiate(wasm.compile(source))
    name = "pass" if capability == "externref" else "f"
    with pytest.raises(anywasm.CapabilityError) as caught:
        wasm.call(wasm.export(instance, name), 0)
    assert caught.value.capability == capability
    for word in (f"`{engine}`", f"`{capability}`"):
        assert word in str(caught.value)
    for info in infos.values():
        if capability in info.capabilities:
            assert info.name in str(caught.value)
