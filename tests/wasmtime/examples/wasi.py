"""A WASI program with files and an exit code."""

import tempfile
from pathlib import Path

from wasmtime import Engine, ExitTrap, Linker, Module, Store, WasiConfig

PROGRAM = """(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1) (data (i32.const 8) "from a guest\\n")
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 8)) (i32.store (i32.const 4) (i32.const 13))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 40)))
    (call $exit (i32.const 3))))"""

with tempfile.TemporaryDirectory() as folder:
    out = Path(folder) / "out.log"
    wasi = WasiConfig()
    wasi.argv = ["program", "argument"]
    wasi.env = [["KEY", "value"]]
    wasi.stdout_file = str(out)
    wasi.inherit_stderr()
    wasi.preopen_dir(folder, "/")

    engine = Engine()
    linker = Linker(engine)
    linker.define_wasi()
    with Store(engine) as store:
        store.set_wasi(wasi)
        start = linker.instantiate(store, Module(engine, PROGRAM)).exports(store)["_start"]
        code = 0
        try:
            start(store)
        except ExitTrap as trap:
            code = trap.code
    assert code == 3
    assert out.read_bytes() == b"from a guest\n"
