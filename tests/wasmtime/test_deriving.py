"""What programs do to this style's classes: derive from them, hang things on their objects, send exceptions away."""

from __future__ import annotations

import copy
import pickle
import weakref
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest

import anywasm
from anywasm.engines import default_engine
from anywasm.wasmtime import (
    Config,
    Engine,
    ExitTrap,
    Func,
    FuncType,
    Instance,
    Linker,
    Module,
    Store,
    Trap,
    TrapCode,
    Val,
    ValType,
    WasiConfig,
    WasmtimeError,
)

EVERYTHING = """(module (memory (export "m") 1) (table (export "t") 1 funcref)
    (global (export "g") (mut i32) (i32.const 0)) (func (export "f")))"""


class Doubling(Func):
    """A class with another constructor."""

    def __init__(self, factor: int, store: Store) -> None:
        super().__init__(store, FuncType([ValType.i32()], [ValType.i32()]), lambda value: factor * value)
        self.factor = factor


class Named(Func):
    """A class with one method more."""

    def name(self) -> str:
        return "named"


def test_functions_of_a_derived_class(on_engine: str) -> None:
    store = Store()
    double = Doubling(2, store)
    assert isinstance(double, Doubling)
    assert (double(store, 21), double.factor) == (42, 2)
    source = """(module (import "" "f" (func $f (param i32) (result i32)))
        (func (export "g") (result i32) (call $f (i32.const 4))))"""
    assert Instance(store, Module(store.engine, source), [double]).exports(store)["g"](store) == 8
    named = Named(store, FuncType([], []), lambda: None, access_caller=False)
    assert (named.name(), named(store)) == ("named", None)
    with pytest.raises(TypeError, match="expected a Store"):
        Named(1, FuncType([], []), lambda: None)  # type: ignore[arg-type]


class Sandbox(Store):
    """A store with attributes of the program's own."""

    limit = 5

    def __init__(self) -> None:
        super().__init__()
        self.wasi = WasiConfig()
        self.set_wasi(self.wasi)
        self.exception = self.failure = self.collect = None


def test_a_store_of_a_derived_class_keeps_its_own_attributes(on_engine: str) -> None:
    store = Sandbox()
    module = Module(store.engine, "(module (func $f unreachable) (start $f))")
    with pytest.raises(Trap, match="unreachable"):
        Instance(store, module, [])
    store.gc()
    if "limits" in next(info for info in anywasm.engines() if info.name == on_engine).capabilities:
        store.set_limits(memory_size=1 << 20)
    store.set_wasi(WasiConfig())
    assert (store.limit, store.exception, store.failure, store.collect) == (5, None, None, None)


def test_objects_take_attributes_and_weak_references(on_engine: str) -> None:
    store = Store()
    instance = Instance(store, Module(store.engine, EVERYTHING), [])
    for thing in (instance, *instance.exports(store).values(), Val.i32(1), store, store.engine):
        thing.label = "mine"
        assert vars(thing)["label"] == "mine"
        assert weakref.ref(thing)() is thing


def _trap() -> None:
    store = Store()
    Instance(store, Module(store.engine, "(module (func $f unreachable) (start $f))"), [])


def _invalid() -> None:
    Module(Engine(), "(mod")


def _exit() -> None:
    store = Store()
    linker = Linker(store.engine)
    linker.define_wasi()
    store.set_wasi(WasiConfig())
    source = """(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1) (func $start (call $exit (i32.const 3))) (start $start))"""
    linker.instantiate(store, Module(store.engine, source))


def _capability() -> None:
    Store().set_wasi_http()


ERRORS = {Trap: _trap, WasmtimeError: _invalid, ExitTrap: _exit}


def caught(work: Callable[[], None], kind: type[BaseException]) -> Any:
    with pytest.raises(kind) as found:
        work()
    return found.value


def same(one: Any, other: Any) -> bool:
    frames = [[str(frame.func_name) for frame in getattr(each, "frames", ())] for each in (one, other)]
    facts = [
        (type(each), str(each), each.args, *(getattr(each, name, None) for name in ("code", "trap_code", "capability")))
        for each in (one, other)
    ]
    return facts[0] == facts[1] and frames[0] == frames[1]


@pytest.mark.parametrize("kind", ERRORS)
def test_exceptions_are_copied_and_pickled(on_engine: str, kind: type[BaseException]) -> None:
    error = caught(ERRORS[kind], kind)
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert same(again, error)


def test_other_exceptions_too(on_engine: str) -> None:
    for error in (Trap("by hand"), WasmtimeError("by hand"), caught(_capability, anywasm.CapabilityError)):
        assert same(pickle.loads(pickle.dumps(error)), error)
    assert pickle.loads(pickle.dumps(Trap("by hand"))).message == "by hand"


def test_a_worker_process_tells_what_went_wrong() -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        error = caught(lambda: pool.submit(_trap).result(60), Trap)
    assert same(error, caught(_trap, Trap))
    assert error.trap_code is TrapCode.UNREACHABLE
    has_frames = "frames" in default_engine().capabilities
    assert [frame.func_index for frame in error.frames] == ([0] if has_frames else [])


def test_a_value_holds_a_plain_number() -> None:
    class Odd(int):
        def __and__(self, other: int) -> int:
            raise AssertionError

    class Half(float):
        pass

    assert type(Val.i32(Odd(3)).value) is int
    assert type(Val.f64(Half(0.5)).value) is type(Val.f32(Half(0.5)).value) is float


def test_a_config_can_be_derived_from() -> None:
    class Tuned(Config):
        def __init__(self) -> None:
            super().__init__()
            self.label = "tuned"
            self.cranelift_opt_level = "speed"

    config = Tuned()
    Engine(config)
    assert config.label == "tuned"
