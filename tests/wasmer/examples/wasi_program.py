"""`wasi`: a program that asks for its arguments, and prints the last."""

from wasmer import Instance, Module, Store, wasi

SOURCE = """
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "count") (result i32)
    (drop (call $args_sizes_get (i32.const 0) (i32.const 4)))
    (i32.load (i32.const 0)))
  (func (export "_start")
    (drop (call $args_get (i32.const 16) (i32.const 64)))
    ;; The second argument, of five characters.
    (i32.store (i32.const 0) (i32.load (i32.const 20)))
    (i32.store (i32.const 4) (i32.const 5))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
"""

store = Store()
module = Module(store, SOURCE)

wasi_version = wasi.get_version(module, strict=True)
wasi_env = wasi.StateBuilder("test-program").argument("--foo").finalize()
import_object = wasi_env.generate_import_object(store, wasi_version)
instance = Instance(module, import_object)

assert wasi_version == wasi.Version.SNAPSHOT1
assert instance.exports.count() == 2
instance.exports._start()
