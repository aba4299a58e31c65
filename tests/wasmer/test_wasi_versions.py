"""What only this style has of WASI: the versions as numbers, and import objects that list functions."""

from __future__ import annotations

import pytest

from anywasm.wasmer import ImportObject, Instance, Module, Store, wasi
from anywasm.wasmer.wasi import Version


def test_versions_have_the_numbers_of_wasmer() -> None:
    assert dict(Version.__members__) == {"LATEST": 1, "SNAPSHOT0": 2, "SNAPSHOT1": 3}


@pytest.mark.parametrize(
    ("name", "version"), [("wasi_unstable", Version.SNAPSHOT0), ("wasi_snapshot_preview1", Version.SNAPSHOT1)]
)
def test_the_version_that_a_module_imports(on_engine: str, name: str, version: Version) -> None:
    store = Store()
    imports = f'(import "{name}" "sched_yield" (func (result i32)))'
    assert wasi.get_version(Module(store, f"(module {imports})"), strict=True) == version
    mixed = Module(store, f'(module {imports} (import "env" "f" (func)))')
    assert wasi.get_version(mixed, strict=False) == version
    assert wasi.get_version(mixed, strict=True) is None
    assert wasi.get_version(Module(store, "(module)"), strict=False) is None


ACCEPT = """(module (import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "accept") (result i32) (call $accept (i32.const 99) (i32.const 0) (i32.const 0))))"""
ERRNO_BADF = 8


def test_a_later_function_is_there_for_a_module_that_imports_it(on_engine: str) -> None:
    store = Store()
    imports = wasi.StateBuilder("program").finalize().generate_import_object(store, Version.SNAPSHOT1)
    assert "sock_accept" not in imports.to_dict()["wasi_snapshot_preview1"]
    assert Instance(Module(store, ACCEPT), imports).exports.accept() == ERRNO_BADF


def test_a_replaced_namespace_has_no_later_function(on_engine: str) -> None:
    store = Store()
    imports = wasi.StateBuilder("program").finalize().generate_import_object(store, Version.SNAPSHOT1)
    imports.register("wasi_snapshot_preview1", imports.to_dict()["wasi_snapshot_preview1"])
    with pytest.raises(RuntimeError, match="unknown import"):
        Instance(Module(store, ACCEPT), imports)


def test_an_empty_import_object_has_no_function(on_engine: str) -> None:
    with pytest.raises(RuntimeError, match="unknown import"):
        Instance(Module(Store(), ACCEPT), ImportObject())
