"""`target`."""

import platform

from wasmer import Instance, Module, Store, engine, target
from wasmer_compiler_cranelift import Compiler

triple = target.Triple("x86_64-apple-darwin")
assert str(triple) == "x86_64-apple-darwin"
assert triple.architecture == "x86_64"
assert triple.vendor == "apple"
assert triple.operating_system == "darwin"
assert triple.binary_format == "macho"
assert triple.environment == "unknown"
assert triple.endianness == "little"
assert triple.pointer_width == 8
assert triple.default_calling_convention == "system_v"

assert target.Triple.host().architecture == platform.machine()

# A target for this machine with another C library, which makes no difference to compiled code.
cpu_features = target.CpuFeatures()
cpu_features.add("sse2")
here = target.Target(target.Triple(f"{platform.machine()}-linux-musl"), cpu_features)
store = Store(engine.Dylib(Compiler, here))
sum_of_two = """(module (func (export "sum") (param $x i32) (param $y i32) (result i32)
    (i32.add (local.get $x) (local.get $y))))"""
module = Module(store, sum_of_two)
assert module.serialize()
assert Instance(module).exports.sum(1, 2) == 3
