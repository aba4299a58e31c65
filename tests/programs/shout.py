"""Text through a guest's allocator, with a log, a cache of compiled code, and errors that are handled: wasmer 1.1."""

import argparse
import logging
import pathlib
import sys

from wasmer import Function, FunctionType, ImportObject, Instance, Module, Store, Type, engine, target, wat2wasm
from wasmer_compiler_cranelift import Compiler

GUEST = """
(module $shout
  (import "host" "log" (func $log (param i32 i32)))
  (memory (export "memory") 1)
  (global $free (mut i32) (i32.const 1024))
  (func (export "allocate") (param $size i32) (result i32)
    (global.get $free)
    (global.set $free (i32.add (global.get $free) (local.get $size))))
  (func (export "shout") (param $at i32) (param $size i32) (result i32)
    (local $end i32) (local $char i32) (local $changed i32)
    (call $log (local.get $at) (local.get $size))
    (local.set $end (i32.add (local.get $at) (local.get $size)))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
      (local.set $char (i32.load8_u (local.get $at)))
      (if (i32.and (i32.ge_u (local.get $char) (i32.const 97)) (i32.le_u (local.get $char) (i32.const 122)))
        (then
          (i32.store8 (local.get $at) (i32.sub (local.get $char) (i32.const 32)))
          (local.set $changed (i32.add (local.get $changed) (i32.const 1)))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $next)))
    (local.get $changed)))
"""


class Shouter:
    def __init__(self, cache: pathlib.Path) -> None:
        here = target.Triple.host()
        features = target.CpuFeatures()
        features.add("sse2")
        self.store = Store(engine.Universal(Compiler, target.Target(here, features)))
        imports = ImportObject()
        imports.register("host", {"log": Function(self.store, self.log, FunctionType([Type.I32, Type.I32], []))})
        self.instance = Instance(self.compile(cache), imports)
        self.heard = []

    def compile(self, cache: pathlib.Path) -> Module:
        try:
            module = Module.deserialize(self.store, cache.read_bytes())
            logging.info("from the cache")
        except (FileNotFoundError, RuntimeError):
            module = Module(self.store, wat2wasm(GUEST))
            cache.write_bytes(module.serialize())
            logging.info("compiled")
        return module

    def log(self, at: int, size: int) -> None:
        self.heard.append(bytes(self.instance.exports.memory.uint8_view(at)[:size]))

    def shout(self, text: str) -> str:
        data = text.encode()
        at = self.instance.exports.allocate(len(data))
        view = self.instance.exports.memory.uint8_view(at)
        view[0 : len(data)] = data
        changed = self.instance.exports.shout(at, len(data))
        logging.info("%d changed", changed)
        return bytes(view[0 : len(data)]).decode()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("words", nargs="+")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    shouter = Shouter(options.cache)
    for word in options.words:
        print(shouter.shout(word))
    print(shouter.heard, shouter.store.engine_name, shouter.store.compiler_name)
    try:
        shouter.instance.exports.shout(65530, 100)
    except RuntimeError as error:
        print(str(error).splitlines()[0])
    return len(shouter.heard)


if __name__ == "__main__":
    sys.exit(main())
