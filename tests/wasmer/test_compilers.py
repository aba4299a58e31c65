"""Engines and compilers of the implicit style, on every engine."""

from __future__ import annotations

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import anywasm
from anywasm.wasmer import Function, Instance, Module, Store, engine, target, wat2wasm
from anywasm.wasmer.compilers import cranelift, llvm, singlepass
from conftest import INSTALLED

COMPILERS: list[Any] = [cranelift.Compiler, llvm.Compiler, singlepass.Compiler]
KINDS = [engine.Universal, engine.Dylib, engine.JIT, engine.Native]
#: Singlepass has no vectors, the others do.
VECTORS = wat2wasm('(module (func (export "f") (result i32) (i32x4.extract_lane 0 (i32x4.splat (i32.const 7)))))')
PROGRAM = """(module $program (import "env" "twice" (func $twice (param i32) (result i32))) (memory (export "m") 1)
    (func (export "f") (param i32) (result i32) (i32.add (call $twice (local.get 0)) (i32.load (local.get 0))))
    (func (export "trap") unreachable))"""


@pytest.fixture(params=INSTALLED)
def below(request: pytest.FixtureRequest) -> str:
    """The name of what runs below: `engine` is a module here."""
    return str(request.param)


def has(below: str, capability: str) -> bool:
    return any(info.name == below and capability in info.capabilities for info in anywasm.engines())


def twice(x: int) -> int:
    return 2 * x


def run(store: Store, module: Module) -> int:
    instance = Instance(module, {"env": {"twice": Function(store, twice)}})
    instance.exports.m.uint8_view()[20] = 1
    with pytest.raises(RuntimeError, match="unreachable"):
        instance.exports.trap()
    return instance.exports.f(20)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("compiler", COMPILERS)
def test_every_kind_and_compiler_runs_a_program(below: str, kind: Any, compiler: Any) -> None:
    store = Store(kind(compiler), name=below)
    assert store.engine_name == ("universal" if issubclass(kind, engine.Universal) else "dylib")
    assert store.compiler_name == compiler.into_opaque_compiler().name
    assert run(store, Module(store, PROGRAM)) == 41


def test_the_compiler_is_a_real_one_where_there_is_a_choice(below: str) -> None:
    valid = [Module.validate(Store(engine.Universal(compiler), name=below), VECTORS) for compiler in COMPILERS]
    assert valid == [True, True, not has(below, "compilers")]


def test_compilers_make_different_code_where_there_is_a_choice(below: str) -> None:
    saved = {Module(Store(engine.Universal(compiler), name=below), PROGRAM).serialize() for compiler in COMPILERS}
    # LLVM is not among them: it is a label, as all are where there is no choice.
    assert len(saved) == (2 if has(below, "compilers") else 1)


@pytest.mark.parametrize("saving", COMPILERS)
@pytest.mark.parametrize("loading", [None, *COMPILERS])
def test_what_one_compiler_made_runs_with_any(below: str, saving: Any, loading: Any) -> None:
    saved = Module(Store(engine.Universal(saving), name=below), PROGRAM).serialize()
    store = Store(engine.Dylib(loading), name=below)
    module = Module.deserialize(store, saved)
    assert module.name == "program"
    assert run(store, module) == 41


def test_what_the_default_made_fits_the_other_style(below: str) -> None:
    from anywasm import wasmtime

    saved = Module(Store(name=below), "(module)").serialize()
    assert not wasmtime.Module.deserialize(wasmtime.Engine(name=below), saved).exports


@pytest.mark.parametrize("kind", KINDS)
def test_a_headless_engine_compiles_nothing(below: str, kind: Any) -> None:
    store = Store(kind(), name=below)
    title = "UniversalEngine" if issubclass(kind, engine.Universal) else "`DylibEngine`"
    expected = f"^Compilation error: The {title} is operating in headless mode, so it can only execute already compiled"
    with pytest.raises(RuntimeError, match=expected):
        Module(store, PROGRAM)
    assert not Module.validate(store, VECTORS)
    assert store.compiler_name is None


@pytest.mark.parametrize("triple", ["host", "x86_64-linux-musl"])
def test_a_target_like_this_machine(below: str, triple: str) -> None:
    if triple != "host" and target.Triple.host().architecture not in triple:
        pytest.skip("this machine is of another kind")
    features = target.CpuFeatures()
    features.add("sse2")
    features.add("avx512dq")
    made = target.Triple.host() if triple == "host" else target.Triple(triple)
    store = Store(engine.Dylib(cranelift.Compiler, target.Target(made, features)), name=below)
    assert run(store, Module(store, PROGRAM)) == 41


@pytest.mark.parametrize("triple", ["s390x-ibm-linux-gnu", "x86_64-pc-windows-msvc", "wasm32", "unknown"])
def test_a_target_unlike_this_machine(below: str, triple: str) -> None:
    store = Store(engine.Universal(cranelift.Compiler, target.Target(target.Triple(triple))), name=below)
    full, host = target.Triple(triple), target.Triple.host()
    with pytest.raises(RuntimeError) as caught:
        Module(store, PROGRAM)
    assert str(caught.value) == (
        f"Compilation error: the store's target is {full}, but anywasm compiles only for this machine, {host}: "
        "compile on such a machine, or leave the target out"
    )
    # Whether a module is valid does not depend on the machine; what is compiled already is this machine's.
    assert Module.validate(store, VECTORS)
    assert run(store, Module.deserialize(store, Module(Store(name=below), PROGRAM).serialize())) == 41


def test_a_name_that_is_no_engine() -> None:
    with pytest.raises(anywasm.EngineUnavailable, match="there is no engine 'v8'"):
        Store(name="v8")
    for wrong in ("universal", anywasm.engines()[0].name, engine.Universal, cranelift.Compiler, 1):
        with pytest.raises(TypeError, match=r"^Unknown engine$"):
            Store(wrong)


def test_a_class_derived_from_an_engine() -> None:
    class Ours(engine.Universal):
        pass

    assert Store(Ours(singlepass.Compiler)).compiler_name == "singlepass"
    for final in (engine.JIT, engine.Native, target.Triple, cranelift.Compiler):
        with pytest.raises(TypeError, match=f"type '{final.__name__}' is not an acceptable base type"):
            type("Derived", (final,), {})


def test_a_compiler_is_released_with_its_stores(below: str) -> None:
    stores = [Store(engine.Universal(compiler), name=below) for compiler in COMPILERS for _ in range(2)]
    shared = {id(store._engine) for store in stores}
    assert len(shared) == (2 if has(below, "compilers") else 1)
    watched = weakref.ref(stores[-1]._engine)
    del stores
    gc.collect()
    assert watched() is None


def test_stores_with_all_compilers_from_many_threads(below: str) -> None:
    def work(index: int) -> int:
        store = Store(engine.Universal(COMPILERS[index % 3]), name=below)
        return run(store, Module(store, PROGRAM))

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(60))) == {41}
