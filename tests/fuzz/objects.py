"""One object of each public class of both styles, for tests that misuse all of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import anywasm
from anywasm import wasmer, wasmtime
from anywasm.wasmer import engine as wasmer_engine
from anywasm.wasmer import target as wasmer_target
from anywasm.wasmer import wasi as wasmer_wasi
from anywasm.wasmer.compilers.cranelift import Compiler

#: A module that exports each kind of object and imports a function.
SOURCE = """
    (module $all
      (import "host" "f" (func $host (param i32) (result i32)))
      (memory (export "memory") 1 4)
      (table (export "table") 2 8 funcref)
      (global (export "global") (mut i32) (i32.const 7))
      (global (export "constant") f64 (f64.const 1.5))
      (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
      (func (export "call") (param i32) (result i32) (call $host (local.get 0)))
      (func (export "trap") unreachable)
      (func (export "mixed") (param i64 f32 f64) (result f64) (local.get 2))
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
      (elem (i32.const 0) $host))
"""

#: A WASI program.
PROGRAM = """
    (module
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (data (i32.const 0) "\\08\\00\\00\\00\\03\\00\\00\\00abc")
      (func (export "_start")
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))
        (call $exit (i32.const 3))))
"""


def explicit_objects() -> dict[str, object]:
    """Returns an object of each public class of the style with an explicit store, by a name of its own."""
    engine = wasmtime.Engine()
    store = wasmtime.Store(engine, "data")
    i32 = wasmtime.ValType.i32()
    unary = wasmtime.FuncType([i32], [i32])
    module = wasmtime.Module(engine, SOURCE)
    host = wasmtime.Func(store, unary, lambda number: number + 1)
    seen: list[object] = []
    with_caller = wasmtime.Func(store, unary, lambda caller, number: seen.append(caller) or number, access_caller=True)
    with_caller(store, 1)
    instance = wasmtime.Instance(store, module, [host])
    exports = instance.exports(store)
    trap = _caught(lambda: exports["trap"](store))
    assert isinstance(trap, wasmtime.Trap)
    linker = wasmtime.Linker(engine)
    linker.define_func("host", "f", unary, lambda number: number)
    linker.define_wasi()
    wasi = wasmtime.WasiConfig()
    wasi.argv, wasi.stdout = ["program"], bytearray()
    program_store = wasmtime.Store(engine)
    program_store.set_wasi(wasi)
    program = linker.instantiate(program_store, wasmtime.Module(engine, PROGRAM))
    objects: dict[str, object] = {
        "engine": engine,
        "store": store,
        "config": wasmtime.Config(),
        "wasi config": wasmtime.WasiConfig(),
        "module": module,
        "linker": linker,
        "instance": instance,
        "instance_pre": linker.instantiate_pre(module),
        "exports": exports,
        "host function": host,
        "function with a caller": with_caller,
        "caller": seen[0],
        "context": wasmtime.StoreContext(store),
        "trap by hand": wasmtime.Trap("by hand"),
        "error by hand": wasmtime.WasmtimeError("by hand"),
        "trap": trap,
        "exit": _caught(lambda: program.exports(program_store)["_start"](program_store)),
        "invalid": _caught(lambda: wasmtime.Module(engine, "(module (func unreachable")),
        "code": wasmtime.TrapCode.UNREACHABLE,
        "permissions": wasmtime.DirPerms.READ_ONLY,
        "file permissions": wasmtime.FilePerms.READ_ONLY,
        "value type": i32,
        "function type": unary,
        "tag type": wasmtime.TagType(wasmtime.FuncType([i32], [])),
        "memory type": wasmtime.MemoryType(wasmtime.Limits(1, 2)),
        "table type": wasmtime.TableType(wasmtime.ValType.funcref(), wasmtime.Limits(1, 2)),
        "global type": wasmtime.GlobalType(i32, True),
        "limits": wasmtime.Limits(1, 2),
        "import": module.imports[0],
        "export": module.exports[0],
        "value": wasmtime.Val.i32(3),
        "reference": wasmtime.Val.funcref(host),
        "own memory": wasmtime.Memory(store, wasmtime.MemoryType(wasmtime.Limits(1, 2))),
        "own global": wasmtime.Global(store, wasmtime.GlobalType(i32, True), 1),
        **{f"exported {name}": extern for name, extern in exports.items()},
    }
    objects |= {f"frame {index}": frame for index, frame in enumerate(trap.frames)}
    shared = wasmtime.MemoryType(wasmtime.Limits(1, 2), shared=True)
    references = wasmtime.TableType(wasmtime.ValType.funcref(), wasmtime.Limits(1, 4))
    optional: dict[str, Callable[[], object]] = {
        "own table": lambda: wasmtime.Table(store, references, None),
        "tag": lambda: wasmtime.Tag(store, wasmtime.TagType(wasmtime.FuncType([i32], []))),
        "shared memory": lambda: wasmtime.SharedMemory(_engine_with_shared_memories(), shared),
    }
    for name, create in optional.items():
        with contextlib.suppress(anywasm.CapabilityError):
            objects[name] = create()
    return objects


def _engine_with_shared_memories() -> wasmtime.Engine:
    config = wasmtime.Config()
    config.shared_memory = True
    return wasmtime.Engine(config)


def implicit_objects() -> dict[str, object]:
    """Returns an object of each public class of the style with an implicit store, by a name of its own."""
    store = wasmer.Store(wasmer_engine.Universal(Compiler))
    module = wasmer.Module(store, SOURCE)
    unary = wasmer.FunctionType([wasmer.Type.I32], [wasmer.Type.I32])
    host = wasmer.Function(store, lambda number: number + 1, unary)
    imports = wasmer.ImportObject()
    imports.register("host", {"f": host})
    exports = wasmer.Instance(module, imports).exports
    memory = wasmer.Memory(store, wasmer.MemoryType(1, 3))
    widths = [f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)]
    views = {f"{name} view": getattr(memory, f"{name}_view")() for name in (*widths, "float32", "float64")}
    output = bytearray()
    builder = wasmer_wasi.StateBuilder("program").stdout(output)
    program = wasmer.Module(store, PROGRAM)
    version = wasmer_wasi.get_version(program, strict=True)
    environment = builder.finalize()
    wasi_imports = environment.generate_import_object(store, version)
    start = wasmer.Instance(program, wasi_imports).exports._start
    assert "WASI exited with code: 3" in str(_caught(start))
    assert output == b"abc"
    return {
        "store": store,
        "together": wasmer.Store(together=True),
        "universal": wasmer_engine.Universal(Compiler),
        "dylib": wasmer_engine.Dylib(),
        "jit": wasmer_engine.JIT(),
        "native": wasmer_engine.Native(),
        "compiler": Compiler.into_opaque_compiler(),
        "triple": wasmer_target.Triple.host(),
        "features": wasmer_target.CpuFeatures(),
        "target": wasmer_target.Target(wasmer_target.Triple.host()),
        "module": module,
        "import object": imports,
        "wasi imports": wasi_imports,
        "wasi function": wasi_imports.to_dict()["wasi_snapshot_preview1"]["fd_write"],
        "builder": builder,
        "environment": environment,
        "version": wasmer_wasi.Version.LATEST,
        "instance": wasmer.Instance(module, imports),
        "exports": exports,
        "exports iterator": iter(exports),
        "host function": host,
        "bound host function": _called(wasmer.Function(store, lambda number: number + 1, unary), 1),
        "memory": memory,
        "unbound memory": wasmer.Memory(store, wasmer.MemoryType(1)),
        "buffer": memory.buffer,
        "global": wasmer.Global(store, wasmer.Value.i32(1), mutable=True),
        "constant": wasmer.Global(store, wasmer.Value.f64(1.5)),
        "value": wasmer.Value.i32(5),
        "type": wasmer.Type.I32,
        "function type": unary,
        "memory type": wasmer.MemoryType(1, 2),
        "table type": wasmer.TableType(wasmer.Type.FUNC_REF, 1, 2),
        "global type": wasmer.GlobalType(wasmer.Type.I32, True),
        "import": module.imports[0],
        "export": module.exports[0],
        **views,
        **{f"exported {name}": extern for name, extern in exports},
    }


#: The functions above, by the names of the styles.
STYLES = {"explicit": explicit_objects, "implicit": implicit_objects}


def public_classes(style: str) -> set[type]:
    """Returns the classes that a style's modules list in `__all__`."""
    modules = [wasmtime] if style == "explicit" else [wasmer, wasmer_engine, wasmer_target, wasmer_wasi]
    listed = [getattr(module, name) for module in modules for name in module.__all__]
    return {each for each in listed if isinstance(each, type)}


def _called(function: wasmer.Function, *args: object) -> wasmer.Function:
    function(*args)
    return function


def _caught(work: Callable[[], object]) -> Exception:
    try:
        work()
    except (wasmtime.Trap, wasmtime.WasmtimeError, RuntimeError, anywasm.CapabilityError) as error:
        return error
    raise AssertionError(f"no exception from {work}")
