"""What only this style has of WASI: the versions as numbers."""

from __future__ import annotations

import pytest

from anywasm.wasmer import Module, Store, wasi
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
