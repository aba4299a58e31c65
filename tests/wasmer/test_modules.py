"""What only this style has of modules: names that programs set, and exports as attributes."""

from __future__ import annotations

import copy
import pickle

import pytest

from anywasm.wasmer import Instance, Module, Store


@pytest.mark.parametrize("name", ["later", "", "naïve", "x" * 100_000])
def test_a_name_that_was_set_is_serialized(on_engine: str, name: str) -> None:
    store = Store()
    module = Module(store, '(module $shop (func (export "f") (result i32) (i32.const 7)))')
    module.name = name
    again = Module.deserialize(store, module.serialize())
    assert again.name == name
    assert Instance(again).exports.f() == 7
    assert Module.deserialize(store, again.serialize()).name == name


def test_a_module_without_a_name_stays_without(on_engine: str) -> None:
    store = Store()
    assert Module.deserialize(store, Module(store, "(module)").serialize()).name is None


def test_a_name_that_was_set_back(on_engine: str) -> None:
    store = Store()
    module = Module(store, "(module $shop)")
    binary = module.serialize()
    module.name = "other"
    module.name = "shop"
    assert module.serialize() == binary


def test_damaged_names(on_engine: str) -> None:
    store = Store()
    module = Module(store, "(module)")
    module.name = "name"
    binary = module.serialize()
    start = binary.index(b"name", 12)
    for length in (*range(12, start + 10), len(binary) - 1):
        with pytest.raises(RuntimeError, match="incompatible binary"):
            Module.deserialize(store, binary[:length])
    assert Module.deserialize(store, binary.replace(b"\4\0\0\0name", b"\4\0\0\0n\xffme", 1)).name == "n\ufffdme"


def test_exports_cannot_be_copied(on_engine: str) -> None:
    exports = Instance(Module(Store(), "(module)")).exports
    for use in (copy.copy, pickle.dumps):
        for expected in (LookupError, TypeError):
            with pytest.raises(expected, match="__getstate__"):
                use(exports)
