"""`WasiConfig`, and what a guest finds."""

import os
import sys
import tempfile
from unittest import mock

from wasmtime import Engine, Linker, Module, Store, WasiConfig

engine = Engine()
linker = Linker(engine)
linker.define_wasi()
probe = Module(
    engine,
    """(module
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_get" (func $environ (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_filestat_get" (func $stat (param i32 i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 8) (data (i32.const 16) "file")
    (func (export "args") (drop (call $args_sizes (i32.const 0) (i32.const 4)))
      (drop (call $args (i32.const 65536) (i32.const 131072))))
    (func (export "environ") (drop (call $environ_sizes (i32.const 0) (i32.const 4)))
      (drop (call $environ (i32.const 65536) (i32.const 131072))))
    (func (export "stat") (result i32)
      (call $stat (i32.const 3) (i32.const 0) (i32.const 16) (i32.const 4) (i32.const 64)))
    (func (export "write") (param i32) (result i32)
      (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (local.get 0))
      (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))""",
)


def instance(config):
    """A store with this config, and the exports of an instance in it."""
    store = Store(engine)
    store.set_wasi(config)
    return store, linker.instantiate(store, probe).exports(store)


def strings(config, name):
    """What the guest finds: its arguments or its environment."""
    store, exports = instance(config)
    exports[name](store)
    size = int.from_bytes(exports["memory"].read(store, 4, 8), "little")
    return [text.decode() for text in bytes(exports["memory"].read(store, 131072, 131072 + size)).split(b"\0")[:-1]]


def environment(*steps):
    """The environment after these steps: pairs to set, or True to inherit HOST and BOTH."""
    config = WasiConfig()
    with mock.patch.dict(os.environ, {"HOST": "1", "BOTH": "inherited"}, clear=True):
        for step in steps:
            if step is True:
                config.inherit_env()
            else:
                config.env = step
    return strings(config, "environ")


def arguments(*steps):
    """The arguments after these steps: texts to set, or True to inherit."""
    config = WasiConfig()
    for step in steps:
        if step is True:
            config.inherit_argv()
        else:
            config.argv = step
    return strings(config, "args")


def written(size, *results):
    """The sizes of what a custom stream gets of one write, if it returns these."""
    sizes, results = [], list(results)

    def take(data):
        sizes.append(len(data))
        return results.pop(0) if results else None

    config = WasiConfig()
    config.stdout_custom = take
    store, exports = instance(config)
    errno = exports["write"](store, size)
    return errno, sizes


environment(True)
environment([("EXTRA", "2")])
environment(True, [("EXTRA", "2")])
environment([("EXTRA", "2")], True)
environment(True, [("BOTH", "given")])
environment(True, True)
environment([("A", "1")], [("B", "2")])
environment([("A", "1"), ("A", "2")])
environment([("A", "")])
arguments(["a", "", "b"])
arguments(["a"], ["b"])
arguments(True) == sys.orig_argv
arguments(["a"], True) == ["a", *sys.orig_argv]
arguments(True, ["a"]) == [*sys.orig_argv, "a"]

written(10)
written(5000)
written(60_000)
written(5000, 4096, 904)
written(5000, None, -28)

folder = tempfile.mkdtemp()
os.makedirs(folder + "/one/data")
os.makedirs(folder + "/two/data")
open(folder + "/two/data/file", "w").close()
before = os.getcwd()
moved = WasiConfig()
os.chdir(folder + "/one")
moved.preopen_dir("data", "/")
os.chdir(folder + "/two")
moved_store, moved_exports = instance(moved)
moved_exports["stat"](moved_store)
os.chdir(before)
WasiConfig().preopen_dir("/no/such/directory", "/")

linker.define_wasi()
