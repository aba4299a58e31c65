"""WASI in this style: when a store must be configured, and with what."""

from __future__ import annotations

import gc
import io
import os
import weakref
from pathlib import Path

import pytest

import children
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


HELLO = """(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1) (data (i32.const 8) "Hello")
    (func (export "_start") (i32.store (i32.const 0) (i32.const 8)) (i32.store (i32.const 4) (i32.const 5))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 20)))))"""

REPLACED = """
    import gc, weakref
    from anywasm.wasmtime import *
    engine = Engine()
    module, linker = Module(engine, {hello!r}), Linker(engine)
    linker.define_wasi()
    def configured(stream):
        config = WasiConfig()
        config.stdout = stream
        return config
    class Out:
        def __call__(self, data):
            for _ in range({times}):
                store.set_wasi(configured(len))
            raise KeyError("from the stream")
    gone = []
    for _ in range(20):
        store = Store(engine)
        out = Out()
        gone.append(weakref.ref(out))
        store.set_wasi(configured(out))
        del out
        try:
            linker.instantiate(store, module).exports(store)["_start"](store)
        except KeyError as error:
            assert error.args == ("from the stream",)
        else:
            assert False
        store.set_wasi(configured(len))
        assert gone[-1]() is None
    print("went on")
"""


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_stream_replaces_what_it_belongs_to(engine: str, times: int) -> None:
    assert children.run(engine, REPLACED.format(hello=HELLO, times=times)) == "went on\n"


@pytest.mark.parametrize("count", [-4096, -5000, -(1 << 40), -(1 << 63)])
def test_a_stream_that_returns_no_number_of_an_error(on_engine: str, count: int) -> None:
    store = Store()
    linker = Linker(store.engine)
    linker.define_wasi()
    config = WasiConfig()
    config.stdout = lambda data: count
    store.set_wasi(config)
    source = HELLO.replace('"_start")', '"_start") (result i32)').replace("(drop (call $write", "(call $write")
    source = source.replace("(i32.const 20)))))", "(i32.const 20))))")
    errno = linker.instantiate(store, Module(store.engine, source)).exports(store)["_start"](store)
    assert errno == 29  # EIO


def test_closing_a_store_closes_its_directories_and_streams(on_engine: str, tmp_path: Path) -> None:
    def opened() -> int:
        descriptors = Path("/proc/self/fd")
        return sum(os.path.realpath(descriptors / name) == str(tmp_path) for name in os.listdir(descriptors))

    class Out(io.BytesIO):
        pass

    store, config, output = Store(), WasiConfig(), Out()
    linker = Linker(store.engine)
    linker.define_wasi()
    config.stdout = output
    config.preopen_dir(str(tmp_path), "data")
    store.set_wasi(config)
    start = linker.instantiate(store, Module(store.engine, HELLO)).exports(store)["_start"]
    start(store)
    assert output.getvalue() == b"Hello"
    stream = weakref.ref(output)
    del config, output
    assert (opened(), stream() is None) == (1, False)
    store.close()
    gc.collect()
    assert (opened(), stream() is None) == (0, True)
