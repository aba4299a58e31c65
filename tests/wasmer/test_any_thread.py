"""Objects are used and dropped on any thread: in the package most of them panic outside their own."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import anywasm
from anywasm.wasmer import Function, Global, ImportObject, Instance, Memory, MemoryType, Module, Store, Value

SOURCE = """(module $shop (import "env" "twice" (func $twice (param i32) (result i32)))
    (memory (export "memory") 1 4) (table (export "table") 2 funcref) (global (export "count") (mut i32) (i32.const 5))
    (func (export "run") (param i32) (result i32) (call $twice (local.get 0))))"""


def twice(x: int) -> int:
    return 2 * x


@pytest.fixture
def objects(engine: str) -> Iterator[dict[str, Any]]:
    with anywasm.use_engine(engine):
        store = Store()
        module = Module(store, SOURCE)
        imports = ImportObject()
        imports.register("env", {"twice": Function(store, twice)})
        instance = Instance(module, imports)
        yield {
            "store": store,
            "module": module,
            "imports": imports,
            "instance": instance,
            "exports": instance.exports,
            "memory": instance.exports.memory,
            "view": instance.exports.memory.uint8_view(),
            "buffer": instance.exports.memory.buffer,
            "function": Function(store, twice),
            "new_global": Global(store, Value.i32(3), mutable=True),
            "new_memory": Memory(store, MemoryType(1)),
            "value": Value.i64(9),
        }


def in_thread(function: Callable[[], Any]) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function).result()


USES: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "store": (lambda store: Module(store, "(module $other)").name, "other"),
    "module": (lambda module: (module.name, [each.name for each in module.imports]), ("shop", ["twice"])),
    "imports": (lambda imports: imports.contains_namespace("env"), True),
    "instance": (lambda instance: instance.exports.run(4), 8),
    "exports": (lambda exports: [name for name, _ in exports], ["memory", "table", "count", "run"]),
    "memory": (lambda memory: (memory.grow(1), memory.size), (1, 2)),
    "view": (lambda view: (view.__setitem__(0, 7), view[0]), (None, 7)),
    "buffer": (lambda buffer: len(bytes(buffer)), 65536),
    "function": (lambda function: function(21), 42),
    "new_global": (lambda new: (setattr(new, "value", 8), new.value), (None, 8)),
    "new_memory": (lambda memory: memory.data_size, 65536),
    "value": (lambda value: Global(Store(), value).value, 9),
}


@pytest.mark.parametrize("name", USES)
def test_an_object_of_another_thread(objects: dict[str, Any], name: str) -> None:
    use, expected = USES[name]
    assert in_thread(lambda: use(objects[name])) == expected


def test_objects_are_dropped_on_another_thread(objects: dict[str, Any]) -> None:
    failures: list[Any] = []
    hook, threading.excepthook = threading.excepthook, failures.append
    held = list(objects.values())
    objects.clear()

    def drop() -> None:
        held.clear()
        gc.collect()

    try:
        in_thread(drop)
    finally:
        threading.excepthook = hook
    assert not failures


def test_one_instance_called_by_many_threads(engine: str) -> None:
    source = """(module (global $g (mut i32) (i32.const 0)) (func (export "next") (result i32)
        (global.set $g (i32.add (global.get $g) (i32.const 1))) (global.get $g)))"""
    with anywasm.use_engine(engine):
        exports = Instance(Module(Store(), source)).exports
        with ThreadPoolExecutor(4) as pool:
            numbers = list(pool.map(lambda _: exports.next(), range(400)))
        assert sorted(numbers) == list(range(1, 401))
