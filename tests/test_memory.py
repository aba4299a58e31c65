"""Memories, from both sides."""

from __future__ import annotations

from typing import Any

import pytest

from drivers import Driver

SOURCE = """(module (memory (export "memory") 1 4)
    (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
    (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"""


@pytest.fixture
def instance(wasm: Driver) -> Any:
    return wasm.instantiate(wasm.compile(SOURCE))


@pytest.fixture
def memory(wasm: Driver, instance: Any) -> Any:
    return wasm.export(instance, "memory")


def test_both_sides_see_the_same_bytes(wasm: Driver, instance: Any, memory: Any) -> None:
    wasm.write(memory, 10, b"abc")
    assert wasm.call(wasm.export(instance, "load"), 11) == ord("b")
    wasm.call(wasm.export(instance, "store"), 11, ord("X"))
    assert wasm.read(memory, 10, 13) == b"aXc"


def test_the_last_bytes(wasm: Driver, memory: Any) -> None:
    wasm.write(memory, 65534, b"yz")
    assert wasm.read(memory, 65534, 65536) == b"yz"


def test_writing_beyond_the_end_is_refused(wasm: Driver, memory: Any) -> None:
    with pytest.raises(IndexError):
        wasm.write(memory, 65535, b"yz")
    assert wasm.read(memory, 65535, 65536) == b"\0"


def test_grow(wasm: Driver, instance: Any, memory: Any) -> None:
    wasm.write(memory, 0, b"kept")
    assert wasm.grow(memory, 1) == 1
    assert wasm.call(wasm.export(instance, "grow"), 1) == 2
    assert wasm.pages(memory) == 3
    assert wasm.read(memory, 0, 4) == b"kept"
    wasm.write(memory, 3 * 65536 - 1, b"!")
    assert wasm.call(wasm.export(instance, "load"), 3 * 65536 - 1) == ord("!")


@pytest.mark.parametrize("delta", [4, 65536, 2**32 - 1])
def test_grow_past_max(wasm: Driver, memory: Any, delta: int) -> None:
    with pytest.raises(wasm.error, match=r"grow"):
        wasm.grow(memory, delta)
    assert wasm.pages(memory) == 1


@pytest.mark.needs("views")
def test_a_buffer_shares_the_bytes(wasm: Driver, instance: Any, memory: Any) -> None:
    buffer = wasm.buffer(memory)
    assert len(buffer) == 65536
    assert not buffer.readonly
    buffer[5] = 99
    assert wasm.call(wasm.export(instance, "load"), 5) == 99
    wasm.call(wasm.export(instance, "store"), 6, 100)
    assert buffer[6] == 100


@pytest.mark.needs("views")
def test_a_buffer_stays_good_when_the_memory_grows(wasm: Driver) -> None:
    memory = wasm.memory(1, 2000)
    wasm.write(memory, 0, b"before")
    buffers = [wasm.buffer(memory)]
    for _ in range(10):
        wasm.grow(memory, 100)
        buffers.append(wasm.buffer(memory))
    for number, buffer in enumerate(buffers):
        assert len(buffer) == (1 + 100 * number) * 65536
        assert bytes(buffer[:6]) == b"before"
        buffer[-1] = number
    assert wasm.read(memory, 0, 6) == b"before"


@pytest.mark.needs("views")
def test_a_buffer_outlives_everything_else(wasm: Driver) -> None:
    memory = wasm.memory(1)
    wasm.write(memory, 0, b"alive")
    buffer = wasm.buffer(memory)
    del memory
    del wasm.store  # type: ignore[attr-defined]
    assert bytes(buffer[:5]) == b"alive"


def test_imported_by_two_instances(wasm: Driver) -> None:
    memory = wasm.memory(1)
    source = """(module (import "env" "memory" (memory 1))
        (func (export "load") (result i32) (i32.load (i32.const 0)))
        (func (export "store") (param i32) (i32.store (i32.const 0) (local.get 0))))"""
    module = wasm.compile(source)
    one, two = (wasm.instantiate(module, {"memory": memory}) for _ in range(2))
    wasm.call(wasm.export(one, "store"), 12345)
    assert wasm.call(wasm.export(two, "load")) == 12345
    assert wasm.read(memory, 0, 4) == (12345).to_bytes(4, "little")


def test_large_copies(wasm: Driver) -> None:
    memory = wasm.memory(70)
    data = bytes(range(256)) * (4 << 20 >> 8)
    wasm.write(memory, 100, data)
    assert wasm.read(memory, 100, 100 + len(data)) == data


@pytest.mark.parametrize(("minimum", "maximum"), [(5, 2), (65537, None), (1, 2**32)])
def test_impossible_types(wasm: Driver, minimum: int, maximum: int | None) -> None:
    with pytest.raises((wasm.error, OverflowError)):
        wasm.pages(wasm.memory(minimum, maximum))
