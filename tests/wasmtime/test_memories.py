"""Memories of unusual kinds, made by the host."""

from __future__ import annotations

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
    Store,
    WasmtimeError,
)


@pytest.mark.needs("custom_page_sizes")
def test_pages_of_one_byte(on_engine: str) -> None:
    config = Config()
    config.wasm_custom_page_sizes = True
    store = Store(Engine(config))
    memory = Memory(store, MemoryType(Limits(10, 100), page_size_log2=0))
    assert (memory.page_size(store), memory.size(store), memory.data_len(store)) == (1, 10, 10)
    assert memory.grow(store, 7) == 10
    memory.write(store, b"x" * 17)
    with pytest.raises(IndexError):
        memory.write(store, b"x", 17)
    with pytest.raises(WasmtimeError, match=r"^failed to grow memory by `84`$"):
        memory.grow(store, 84)
    source = '(module (import "" "m" (memory 10 100 (pagesize 1))) (export "m" (memory 0)))'
    exported = Instance(store, Module(store.engine, source), [memory]).exports(store)["m"]
    assert exported.type(store).page_size == 1
    assert exported.data_len(store) == 17
    plain = '(module (import "" "m" (memory 0 1)))'
    with pytest.raises(WasmtimeError, match="incompatible import type"):
        Instance(store, Module(store.engine, plain), [memory])


@pytest.mark.needs("memory64")
@pytest.mark.parametrize("page_size_log2", [pytest.param(0, marks=pytest.mark.needs("custom_page_sizes")), 16])
def test_wide_addresses(on_engine: str, page_size_log2: int) -> None:
    config = Config()
    if page_size_log2 == 0:
        config.wasm_custom_page_sizes = True
    store = Store(Engine(config))
    memory = Memory(store, MemoryType(Limits(2, None), is_64=True, page_size_log2=page_size_log2))
    assert memory.grow(store, 1) == 2
    assert memory.data_len(store) == 3 << page_size_log2
    memory.write(store, b"end", (3 << page_size_log2) - 3)
    assert memory.read(store, -3) == b"end"
    for delta in (1 << 62, (1 << 64) - 1, 1 << 64):
        with pytest.raises(WasmtimeError, match=rf"^failed to grow memory by `{delta}`$"):
            memory.grow(store, delta)


def test_a_memory_that_may_move_is_read_where_it_is(on_engine: str) -> None:
    config = Config()
    config.memory_reservation = 0
    config.memory_reservation_for_growth = 0
    store = Store(Engine(config))
    memory = Memory(store, MemoryType(Limits(1, 200)))
    memory.write(store, b"kept", 100)
    for _ in range(20):
        memory.grow(store, 7)
        assert memory.read(store, 100, 104) == b"kept"
        memory.write(store, b"end", memory.data_len(store) - 3)
    if "views" in store.engine.capabilities:
        pointer = memory.data_ptr(store)
        memory.grow(store, 30)
        assert bytes(pointer[100:104]) == b"kept"
    else:
        with pytest.raises(anywasm.CapabilityError, match=r"^this memory may move when it grows"):
            memory.data_ptr(store)
    # One that cannot grow stays where it is.
    fixed = Memory(store, MemoryType(Limits(1, 1)))
    fixed.data_ptr(store)[7] = 7
    assert fixed.read(store, 7, 8) == b"\7"


@pytest.mark.needs("memory64", "views")
def test_a_buffer_over_a_memory_with_wide_addresses(on_engine: str) -> None:
    store = Store()
    for most in (1, 200, 1 << 16):
        memory = Memory(store, MemoryType(Limits(1, most), is_64=True))
        pointer = memory.data_ptr(store)
        pointer[7] = 7
        if most > 1:
            memory.grow(store, min(most - 1, 500))
        assert (pointer[7], memory.read(store, 7, 8)) == (7, b"\7")
    for limits in (Limits(1, None), Limits(1, (1 << 16) + 1)):
        memory = Memory(store, MemoryType(limits, is_64=True))
        if "stable_memory" in store.engine.capabilities:
            with pytest.raises(anywasm.CapabilityError, match=r"^this memory may move when it grows"):
                memory.get_buffer_ptr(store)
        else:
            assert len(memory.get_buffer_ptr(store)) == 1 << 16


def test_kinds_that_an_engine_cannot_make(on_engine: str) -> None:
    store = Store()
    kinds = {
        "memory64": MemoryType(Limits(1, None), is_64=True),
        "custom_page_sizes": MemoryType(Limits(1, None), page_size_log2=0),
    }
    for capability, ty in kinds.items():
        if capability not in store.engine.capabilities:
            with pytest.raises(anywasm.CapabilityError, match=f"`{capability}`"):
                Memory(store, ty)
