"""`engine`, `Store` and the compilers."""

from wasmer import Instance, Module, Store, engine
from wasmer_compiler_cranelift import Compiler as Cranelift
from wasmer_compiler_llvm import Compiler as Llvm
from wasmer_compiler_singlepass import Compiler as Singlepass

SQUARE = '(module (func (export "square") (param i32) (result i32) (i32.mul (local.get 0) (local.get 0))))'

# Each compiler with each kind of engine.
for kind, kind_name in ((engine.Universal, "universal"), (engine.Dylib, "dylib")):
    for compiler, name in ((Cranelift, "cranelift"), (Llvm, "llvm"), (Singlepass, "singlepass")):
        store = Store(kind(compiler))
        assert store.engine_name == kind_name
        assert store.compiler_name == name
        assert Instance(Module(store, SQUARE)).exports.square(12) == 144

# The names of old are classes derived from those of today.
assert isinstance(engine.JIT(Cranelift), engine.Universal)
assert isinstance(engine.Native(Cranelift), engine.Dylib)

# A store without an engine takes the first compiler there is.
assert (Store().engine_name, Store().compiler_name) == ("universal", "cranelift")

# Without a compiler, only what is compiled already can be run.
headless = Store(engine.Universal())
assert headless.compiler_name is None
refused = ""
try:
    Module(headless, SQUARE)
except RuntimeError as error:
    refused = str(error)
assert "headless mode" in refused
compiled = Module(Store(engine.Universal(Cranelift)), SQUARE).serialize()
assert Instance(Module.deserialize(headless, compiled)).exports.square(7) == 49
