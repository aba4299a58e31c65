"""`wasmer.engine`, `Store`'s engines, and the compilers."""

import copy
import importlib
import pickle

import wasmer
import wasmer.wasmer
import wasmer_compiler_singlepass
import wasmer_compiler_singlepass.wasmer_compiler_singlepass as inner
from wasmer import Function, Instance, Memory, MemoryType, Module, Store, engine, target
from wasmer_compiler_cranelift import Compiler
from wasmer_compiler_cranelift.wasmer_compiler_cranelift import Compiler as SameCompiler

HERE = target.Target(target.Triple.host())
WASM = wasmer.wat2wasm('(module $answer (func (export "f") (result i32) i32.const 4))')
SAVED = Module(Store(), WASM).serialize()


class Borrowed:
    """Something that has the method, and is no compiler's class."""

    @staticmethod
    def into_opaque_compiler():
        return wasmer_compiler_singlepass.Compiler.into_opaque_compiler()


class NoMethod:
    into_opaque_compiler = 1


class NotOpaque:
    @staticmethod
    def into_opaque_compiler():
        return 5


class Failing:
    @staticmethod
    def into_opaque_compiler():
        raise KeyError("none today")


def names(*arguments, **keywords):
    store = Store(*arguments, **keywords)
    return store.engine_name, store.compiler_name


wasmer.__version__
wasmer.__core_version__
wasmer.wasmer.__name__ in ("wasmer.wasmer", "anywasm.wasmer.wasmer")
sorted(set(wasmer.wasmer.__all__) - {"wasi"})
[name for name in wasmer.wasmer.__all__ if getattr(wasmer, name) is not getattr(wasmer.wasmer, name)]
wasmer.wasmer.Store is Store
importlib.import_module("wasmer") is wasmer
sorted(engine.__all__)
SameCompiler is Compiler
inner.__all__
inner.Compiler is wasmer_compiler_singlepass.Compiler
Compiler
Compiler()
Compiler(1)
Compiler.into_opaque_compiler()
Compiler.into_opaque_compiler(1)
Compiler.into_opaque_compiler().name
type(Compiler.into_opaque_compiler())()
setattr(Compiler.into_opaque_compiler(), "name", "x")
type("Sub", (Compiler,), {})
names()
names(None)
names(engine=None)
names(1)
names("universal")
names(Compiler)
names(engine.Universal)
names(Compiler.into_opaque_compiler())
names(None, None)
names(compiler=Compiler)
setattr(Store(), "engine_name", "x")
names(engine.Universal(Borrowed))
names(engine.Universal(Borrowed()))
names(engine.Universal(NoMethod))
names(engine.Universal(NotOpaque))
names(engine.Universal(Failing))
names(engine.Universal(wasmer_compiler_singlepass.Compiler))
issubclass(engine.Universal, engine.Universal), issubclass(engine.Universal, engine.Dylib)
engine.Universal()
engine.Universal(Compiler)
engine.Universal(compiler=Compiler)
engine.Universal(Compiler, None)
engine.Universal(Compiler, HERE)
engine.Universal(None, HERE)
engine.Universal(target=HERE)
engine.Universal(1)
engine.Universal("cranelift")
engine.Universal(Compiler.into_opaque_compiler())
engine.Universal(Compiler, 1)
engine.Universal(1, 1)
engine.Universal(Compiler, target.Triple.host())
engine.Universal(anything=1)
engine.Universal(Compiler, None, 1)
engine.Universal() == engine.Universal()
setattr(engine.Universal(), "anything", 1)
pickle.dumps(engine.Universal())
copy.copy(engine.Universal())
names(engine.Universal())
names(engine.Universal(Compiler))
names(engine=engine.Universal(Compiler))
issubclass(engine.Dylib, engine.Universal), issubclass(engine.Dylib, engine.Dylib)
engine.Dylib()
engine.Dylib(Compiler)
engine.Dylib(compiler=Compiler)
engine.Dylib(Compiler, None)
engine.Dylib(Compiler, HERE)
engine.Dylib(None, HERE)
engine.Dylib(target=HERE)
engine.Dylib(1)
engine.Dylib("cranelift")
engine.Dylib(Compiler.into_opaque_compiler())
engine.Dylib(Compiler, 1)
engine.Dylib(1, 1)
engine.Dylib(Compiler, target.Triple.host())
engine.Dylib(anything=1)
engine.Dylib(Compiler, None, 1)
engine.Dylib() == engine.Dylib()
setattr(engine.Dylib(), "anything", 1)
pickle.dumps(engine.Dylib())
copy.copy(engine.Dylib())
names(engine.Dylib())
names(engine.Dylib(Compiler))
names(engine=engine.Dylib(Compiler))
issubclass(engine.JIT, engine.Universal), issubclass(engine.JIT, engine.Dylib)
engine.JIT()
engine.JIT(Compiler)
engine.JIT(compiler=Compiler)
engine.JIT(Compiler, None)
engine.JIT(Compiler, HERE)
engine.JIT(None, HERE)
engine.JIT(target=HERE)
engine.JIT(1)
engine.JIT("cranelift")
engine.JIT(Compiler.into_opaque_compiler())
engine.JIT(Compiler, 1)
engine.JIT(1, 1)
engine.JIT(Compiler, target.Triple.host())
engine.JIT(anything=1)
engine.JIT(Compiler, None, 1)
engine.JIT() == engine.JIT()
setattr(engine.JIT(), "anything", 1)
pickle.dumps(engine.JIT())
copy.copy(engine.JIT())
names(engine.JIT())
names(engine.JIT(Compiler))
names(engine=engine.JIT(Compiler))
issubclass(engine.Native, engine.Universal), issubclass(engine.Native, engine.Dylib)
engine.Native()
engine.Native(Compiler)
engine.Native(compiler=Compiler)
engine.Native(Compiler, None)
engine.Native(Compiler, HERE)
engine.Native(None, HERE)
engine.Native(target=HERE)
engine.Native(1)
engine.Native("cranelift")
engine.Native(Compiler.into_opaque_compiler())
engine.Native(Compiler, 1)
engine.Native(1, 1)
engine.Native(Compiler, target.Triple.host())
engine.Native(anything=1)
engine.Native(Compiler, None, 1)
engine.Native() == engine.Native()
setattr(engine.Native(), "anything", 1)
pickle.dumps(engine.Native())
copy.copy(engine.Native())
names(engine.Native())
names(engine.Native(Compiler))
names(engine=engine.Native(Compiler))
names(type("Sub", (engine.Universal,), {})(Compiler))
names(type("Sub", (engine.Dylib,), {})(Compiler))
type("Sub", (engine.JIT,), {})
type("Sub", (engine.Native,), {})
Module(Store(engine.Universal()), WASM)
Module(Store(engine.Universal()), b"\0asm")
Module(Store(engine.Universal()), 1)
Module(Store(engine.JIT()), WASM)
Module.validate(Store(engine.Universal()), WASM)
Module.validate(Store(engine.Universal()), "(module)")
Module.deserialize(Store(engine.Universal()), SAVED).name
Instance(Module.deserialize(Store(engine.Universal()), SAVED)).exports.f()
Module(Store(engine.Dylib()), WASM)
Module(Store(engine.Native()), WASM)
Module.validate(Store(engine.Dylib()), WASM)
Function(Store(engine.Universal()), lambda: None)()
Memory(Store(engine.Universal()), MemoryType(1)).size
