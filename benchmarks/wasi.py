"""Measures WASI with the API of wasmtime-py: a guest writes 100 MB by `fd_write`, and reads 100 MB by `fd_read`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any

#: Number of bytes that the guest writes or reads in one measurement.
SIZE = 100_000_000

#: A guest that writes and reads 50,000 bytes with each call.
SOURCE = f"""(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 2) (data (i32.const 0) "file")
  (func $open_file (param $oflags i32) (param $rights i64) (result i32)
    (if (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 4) (local.get $oflags) (local.get $rights)
          (local.get $rights) (i32.const 0) (i32.const 16)) (then unreachable))
    (i32.store (i32.const 24) (i32.const 65536)) (i32.store (i32.const 28) (i32.const 50000))
    (i32.load (i32.const 16)))
  (func (export "write") (result i32) (local $fd i32) (local $done i32)
    (local.set $fd (call $open_file (i32.const 9) (i64.const 64)))
    (loop $more
      (if (call $write (local.get $fd) (i32.const 24) (i32.const 1) (i32.const 20)) (then unreachable))
      (local.set $done (i32.add (local.get $done) (i32.load (i32.const 20))))
      (br_if $more (i32.lt_u (local.get $done) (i32.const {SIZE}))))
    (drop (call $close (local.get $fd))) (local.get $done))
  (func (export "read") (result i32) (local $fd i32) (local $done i32)
    (local.set $fd (call $open_file (i32.const 0) (i64.const 2)))
    (loop $more
      (if (call $read (local.get $fd) (i32.const 24) (i32.const 1) (i32.const 20)) (then unreachable))
      (local.set $done (i32.add (local.get $done) (i32.load (i32.const 20))))
      (br_if $more (i32.load (i32.const 20))))
    (drop (call $close (local.get $fd))) (local.get $done)))"""

#: The temporary folders of the guests. A folder is deleted with its Python object, so this list keeps all objects until
#: the process ends.
_folders: list[tempfile.TemporaryDirectory[str]] = []


def explicit(wasmtime: Any, engine: Any) -> dict[str, Callable[[], int]]:
    """Returns the two operations to measure, by name. `wasmtime` is `anywasm.wasmtime` or wasmtime-py."""
    folder = tempfile.TemporaryDirectory()
    _folders.append(folder)
    store, linker, config = wasmtime.Store(engine), wasmtime.Linker(engine), wasmtime.WasiConfig()
    config.preopen_dir(folder.name, "work")
    store.set_wasi(config)
    linker.define_wasi()
    exports = linker.instantiate(store, wasmtime.Module(engine, SOURCE)).exports(store)

    def work(name: str) -> Callable[[], int]:
        function = exports[name]

        def run() -> int:
            assert function(store) == SIZE
            return 1

        return run

    # Writes the file once, so that the reading work can run before the writing work.
    work("write")()
    return {"fd_write of 100 MB": work("write"), "fd_read of 100 MB": work("read")}
