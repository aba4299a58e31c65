"""A WASI program of this style has the standard streams of the process, unless the program sets others."""

from __future__ import annotations

import os
import sys

import children

ECHO = """
import sys
from anywasm.wasmer import Instance, Module, Store, wasi

store = Store()
# Copies up to 64 bytes from the standard input to the descriptor that the argument names.
module = Module(store, '''(module
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "copy") (param i32) (result i32)
      (i32.store (i32.const 0) (i32.const 16))
      (i32.store (i32.const 4) (i32.const 64))
      (if (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)) (then (return (i32.const 99))))
      (i32.store (i32.const 4) (i32.load (i32.const 8)))
      (call $write (local.get 0) (i32.const 0) (i32.const 1) (i32.const 8))))''')
environment = wasi.StateBuilder("echo").finalize()
imports = environment.generate_import_object(store, wasi.Version.LATEST)
sys.exit(Instance(module, imports).exports.copy(int(sys.argv[1])))
"""


def test_the_streams_of_the_process_are_inherited(engine: str) -> None:
    environment = {**os.environ, "ANYWASM_ENGINE": engine, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    outputs = []
    for descriptor in ("1", "2"):
        # A pipe, which can only be read at its end, is the standard input.
        line = [sys.executable, "-c", ECHO, descriptor]
        done = children.completed(line, environment, 60, input="from the host")
        assert done.returncode == 0, done.stderr
        outputs.append((done.stdout, done.stderr))
    assert outputs == [("from the host", ""), ("", "from the host")]
