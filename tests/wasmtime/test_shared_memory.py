"""Shared memories: of an engine, in several stores, on several threads."""

from __future__ import annotations

import gc
import threading

import pytest

import anywasm
from anywasm.wasmtime import (
    Config,
    Engine,
    Instance,
    Limits,
    Memory,
    MemoryType,
    Module,
    SharedMemory,
    Store,
    WasmtimeError,
)

SHARER = """(module (import "" "m" (memory 1 4 shared)) (export "m" (memory 0))
    (func (export "add") (param i32) (local i32)
      (loop (drop (i32.atomic.rmw.add (i32.const 8) (i32.const 1)))
            (br_if 0 (i32.lt_u (local.tee 1 (i32.add (local.get 1) (i32.const 1))) (local.get 0)))))
    (func (export "load") (result i32) (i32.atomic.load (i32.const 8)))
    (func (export "wait") (param i64) (result i32)
      (memory.atomic.wait32 (i32.const 16) (i32.const 0) (local.get 0))))"""


def engine() -> Engine:
    config = Config()
    config.shared_memory = True
    return Engine(config)


def shared(limits: Limits) -> MemoryType:
    return MemoryType(limits, shared=True)


@pytest.mark.needs("shared_memory")
def test_instances_in_two_stores_share_it(on_engine: str) -> None:
    made_with = engine()
    memory = SharedMemory(made_with, shared(Limits(1, 4)))
    module = Module(made_with, SHARER)

    def work() -> None:
        store = Store(made_with)
        Instance(store, module, [memory]).exports(store)["add"](store, 100_000)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store = Store(made_with)
    exports = Instance(store, module, [memory]).exports(store)
    assert exports["load"](store) == 200_000
    assert bytes(memory.data_ptr()[8:12]) == (200_000).to_bytes(4, "little")
    assert exports["wait"](store, 1000) == 2


@pytest.mark.needs("shared_memory")
def test_an_exported_one_is_the_same(on_engine: str) -> None:
    made_with = engine()
    memory = SharedMemory(made_with, shared(Limits(1, 4)))
    store = Store(made_with)
    exported = Instance(store, Module(made_with, SHARER), [memory]).exports(store)["m"]
    assert isinstance(exported, SharedMemory)
    assert exported.type().is_shared
    assert exported.type().limits == Limits(1, 4)
    exported.data_ptr()[3] = 77
    assert memory.data_ptr()[3] == 77
    assert memory.grow(1) == 1
    assert (exported.size(), exported.data_len()) == (2, 2 << 16)
    own = Instance(store, Module(made_with, '(module (memory (export "m") 2 3 shared))'), []).exports(store)["m"]
    assert isinstance(own, SharedMemory)
    assert own.size() == 2


@pytest.mark.needs("shared_memory")
def test_it_lives_as_long_as_anybody_has_it(on_engine: str) -> None:
    for _ in range(20):
        memory = SharedMemory(engine(), shared(Limits(1, 4)))
        pointer = memory.data_ptr()
        memory.close()
        del memory
        gc.collect()
        pointer[65535] = 9
        assert pointer[65535] == 9


@pytest.mark.needs("shared_memory")
def test_wrong_uses(on_engine: str) -> None:
    made_with = engine()
    memory = SharedMemory(made_with, shared(Limits(1, 3)))
    with pytest.raises(WasmtimeError, match="cannot grow by negative amount"):
        memory.grow(-1)
    for delta in (10, 2**64):
        with pytest.raises(WasmtimeError, match=f"^failed to grow memory by `{delta}`$"):
            memory.grow(delta)
    with pytest.raises(WasmtimeError, match="must have the `shared` flag"):
        SharedMemory(made_with, MemoryType(Limits(1, 3)))
    with pytest.raises(WasmtimeError, match="shared memories must be created through `SharedMemory`"):
        Memory(Store(made_with), shared(Limits(1, 3)))
    with pytest.raises(WasmtimeError, match="shared memory support is disabled for this engine"):
        SharedMemory(Engine(), shared(Limits(1, 3)))
    elsewhere = Store(engine())
    with pytest.raises(WasmtimeError):
        Instance(elsewhere, Module(elsewhere.engine, SHARER), [memory])
    memory.close()
    for use in (memory.type, memory.size, memory.data_len, memory.data_ptr, lambda: memory.grow(1)):
        with pytest.raises(ValueError, match=r"^already closed$"):
            use()


@pytest.mark.lacks("shared_memory")
def test_an_engine_without_says_so(on_engine: str) -> None:
    with pytest.raises(anywasm.CapabilityError, match="shared_memory"):
        SharedMemory(Engine(), shared(Limits(1, 3)))
