"""WASI in this style: when a store must be configured, and with what."""

from __future__ import annotations

import pytest

from anywasm.wasmtime import Linker, Module, Store, WasiConfig, WasmtimeError

ARGS = """(module
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "count") (result i32) (drop (call $sizes (i32.const 0) (i32.const 4))) (i32.load (i32.const 0))))"""


def args(*texts: str) -> WasiConfig:
    config = WasiConfig()
    config.argv = list(texts)
    return config


def test_a_store_is_configured_any_time_before_the_first_call(on_engine: str) -> None:
    store = Store()
    linker = Linker(store.engine)
    linker.define_wasi()
    assert linker.get(store, "wasi_snapshot_preview1", "args_sizes_get") is not None
    instance = linker.instantiate(store, Module(store.engine, ARGS))
    other = linker.instantiate_pre(Module(store.engine, ARGS)).instantiate(store)
    count = instance.exports(store)["count"]
    with pytest.raises(WasmtimeError, match="WASI is not configured in this store"):
        count(store)
    store.set_wasi(args("a", "b"))
    assert count(store) == other.exports(store)["count"](store) == 2
    store.set_wasi(args("a"))
    assert count(store) == other.exports(store)["count"](store) == 1


def test_a_directory_that_cannot_be(on_engine: str) -> None:
    for path in ("/no/such/directory", "a\0b"):
        with pytest.raises(WasmtimeError, match=r"^failed to add preopen dir$"):
            WasiConfig().preopen_dir(path, "/")
