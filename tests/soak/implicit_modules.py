"""Stores, engine classes, modules, types and WASI in the implicit style."""

from __future__ import annotations

import pickle
import tempfile
from pathlib import Path
from typing import Any

from anywasm.wasmer import (
    ExportType,
    FunctionType,
    GlobalType,
    ImportType,
    Instance,
    MemoryType,
    Module,
    Store,
    TableType,
    Type,
    Value,
    wasm2wat,
    wat2wasm,
)
from anywasm.wasmer.compilers import cranelift, singlepass
from anywasm.wasmer.engine import JIT, Dylib, Native, Universal
from anywasm.wasmer.target import CpuFeatures, Target, Triple
from anywasm.wasmer.wasi import Environment, StateBuilder, Version, get_version
from implicit_base import OPERATIONS
from operations import CONSTANT, HELLO, IMPORTING, SIMPLE, SLOW, Round, Variants, raises, use


@OPERATIONS.add()
def a_store() -> Round:
    def one_round(_: int) -> None:
        store = Store()
        use(store.engine_name, store.compiler_name)

    return one_round


@OPERATIONS.add(rounds=SLOW)
def a_store_whose_engine_is_freed() -> Round:
    # No other store has this option, so the engine goes with the store.
    return lambda _: Store(options={"wasm_multi_memory": False})


@OPERATIONS.add()
def a_store_with_an_engine_class() -> Round:
    def one_round(_: int) -> None:
        target = Target(Triple("x86_64-linux-musl"), CpuFeatures())
        for engine in (Universal(cranelift.Compiler, target), Dylib(cranelift.Compiler), Universal()):
            Store(engine, together=True)
        JIT(cranelift.Compiler)
        Native(singlepass.Compiler)

    return one_round


@OPERATIONS.add()
def targets() -> Round:
    def one_round(_: int) -> None:
        features = CpuFeatures()
        features.add("avx2")
        for triple in (Triple.host(), Triple("aarch64-apple-darwin")):
            use(triple.architecture, triple.vendor, triple.operating_system, triple.binary_format, triple.environment)
            use(triple.endianness, triple.pointer_width, triple.default_calling_convention, str(triple))
            Target(triple, features)
        raises(ValueError, lambda: Triple("x86_64-vendor-plan8"))

    return one_round


# Modules


@OPERATIONS.add(rounds=SLOW)
def a_module_of_the_same_bytes() -> Round:
    store, wasm = Store(), wat2wasm(SIMPLE)
    return lambda _: Module(store, wasm)


@OPERATIONS.add(rounds=SLOW)
def a_module_of_different_bytes() -> Round:
    store, variants = Store(), Variants(wat2wasm(SIMPLE))
    return lambda number: Module(store, variants(number))


@OPERATIONS.add(rounds=SLOW)
def a_module_of_different_bytes_in_a_new_store() -> Round:
    variants = Variants(wat2wasm(SIMPLE))

    def one_round(number: int) -> None:
        store = Store()
        assert Instance(Module(store, variants(number))).exports.run() == CONSTANT + 1 + number

    return one_round


@OPERATIONS.add(rounds=SLOW)
def a_module_of_different_bytes_and_its_instance() -> Round:
    store, variants = Store(), Variants(wat2wasm(SIMPLE))
    return lambda number: Instance(Module(store, variants(number))).exports.run()


@OPERATIONS.add(rounds=SLOW)
def a_module_from_text() -> Round:
    store = Store()

    def one_round(_: int) -> None:
        module = Module(store, "(module $name)")
        module.name = "other"
        assert module.name == "other"

    return one_round


@OPERATIONS.add(rounds=SLOW)
def a_module_serialized_and_deserialized() -> Round:
    store = Store()
    module = Module(store, SIMPLE)
    return lambda _: Module.deserialize(store, module.serialize())


@OPERATIONS.add()
def a_module_validated() -> Round:
    store, wasm = Store(), wat2wasm(SIMPLE)

    def one_round(_: int) -> None:
        assert Module.validate(store, wasm)
        assert not Module.validate(store, wasm[:-3])

    return one_round


@OPERATIONS.add()
def a_module_refused() -> Round:
    store, wasm = Store(), wat2wasm(SIMPLE)[:-3]

    def one_round(_: int) -> None:
        raises(RuntimeError, lambda: Module(store, wasm))
        raises(RuntimeError, lambda: Module.deserialize(store, b"nonsense"))
        raises(RuntimeError, lambda: wat2wasm("(module (func $f) (func $f))"))

    return one_round


@OPERATIONS.add()
def imports_and_exports_of_a_module() -> Round:
    module = Module(Store(), IMPORTING)

    def one_round(_: int) -> None:
        for item in module.imports:
            assert isinstance(item, ImportType)
            use(item.module, item.name, item.type, str(item.type))
        for export in module.exports:
            assert isinstance(export, ExportType)
            use(export.name, export.type)
        use(module.custom_sections("name"))

    return one_round


@OPERATIONS.add()
def text_and_binary_formats() -> Round:
    return lambda _: wasm2wat(wat2wasm(SIMPLE))


# Types and values


@OPERATIONS.add()
def types() -> Round:
    def one_round(number: int) -> None:
        func = FunctionType([Type.I32] * (number % 9), [Type.I32])
        use(func.params, func.results, str(func))
        memory = MemoryType(1, number + 1, shared=True)
        use(memory.minimum, memory.maximum, memory.shared, str(memory))
        table = TableType(Type.FUNC_REF, 1, number + 1)
        use(table.type, table.minimum, table.maximum, str(table))
        a_global = GlobalType(Type.I32, True)
        use(a_global.type, a_global.mutable, str(a_global))
        use(ExportType("name", func).name, ImportType("module", "name", func).module)
        assert pickle.loads(pickle.dumps(Type.I32)) is Type.I32

    return one_round


@OPERATIONS.add()
def values() -> Round:
    def one_round(number: int) -> None:
        for value in (Value.i32(number), Value.i64(number), Value.f32(0.5), Value.f64(0.5), Value.v128(number)):
            use(repr(value))

    return one_round


# WASI


@OPERATIONS.add(rounds=SLOW)
def a_wasi_environment_and_its_program() -> Round:
    store = Store()
    module = Module(store, HELLO)
    folder = tempfile.TemporaryDirectory()
    path = str(Path(folder.name, "output"))

    def one_round(number: int, folder: Any = folder) -> None:
        output = bytearray()
        for sink in (output, path, len):
            builder = StateBuilder("program").argument(str(number)).arguments(["more"]).max_open_files(100)
            builder.environment("NAME", str(number)).environments({"OTHER": "value"})
            builder.map_directory("data", folder.name, read_only=True).map_directories({"more": folder.name})
            builder.preopen_directory(folder.name).preopen_directories(["/tmp"])
            environment = builder.stdin(b"input").stdout(sink).stderr(None).finalize()
            assert isinstance(environment, Environment)
            imports = environment.generate_import_object(store, get_version(module, strict=True))
            Instance(module, imports).exports._start()
            use(environment.generate_imports(store, Version.SNAPSHOT0))
        assert output == b"Hello"

    return one_round


@OPERATIONS.add(rounds=SLOW)
def an_instance_with_the_same_wasi_environment() -> Round:
    store = Store()
    module = Module(store, HELLO)
    environment = StateBuilder("program").stdin(b"").stdout(None).finalize()
    imports = environment.generate_import_object(store, Version.LATEST)
    return lambda _: Instance(module, imports).exports._start()
