"""Engines, stores and modules in the explicit style."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import anywasm
from anywasm.engines import default_engine
from anywasm.wasmtime import (
    Config,
    Engine,
    ExportType,
    ImportType,
    Instance,
    Limits,
    Memory,
    MemoryType,
    Module,
    Store,
    StoreContext,
    WasmtimeError,
    wat2wasm,
)
from explicit_base import OPERATIONS, engine_with
from operations import CONSTANT, IMPORTING, SIMPLE, SLOW, Round, Variants, raises, use


@OPERATIONS.add(rounds=SLOW)
def an_engine() -> Round:
    return lambda _: Engine()


@OPERATIONS.add(rounds=SLOW)
def an_engine_with_options_closed() -> Round:
    def one_round(_: int) -> None:
        config = Config()
        config.wasm_multi_memory = True
        config.cranelift_flag_set("opt_level", "speed")
        config.cranelift_flag_enable("enable_probestack")
        config.close()
        with engine_with(wasm_multi_memory=False) as engine:
            assert not engine.is_pulley()

    return one_round


@OPERATIONS.add(rounds=SLOW)
def an_engine_with_a_store_and_an_instance() -> Round:
    wasm = wat2wasm(SIMPLE)

    def one_round(_: int) -> None:
        store = Store(Engine())
        Instance(store, Module(store.engine, wasm), []).exports(store)["run"](store)

    return one_round


@OPERATIONS.add()
def a_store() -> Round:
    engine = Engine()
    return lambda _: Store(engine, data=object())


@OPERATIONS.add()
def a_store_closed() -> Round:
    engine = Engine()

    def one_round(_: int) -> None:
        with Store(engine) as store:
            assert store.data() is None
            Memory(store, MemoryType(Limits(1, 1))).write(store, b"text")
            StoreContext(store)._context()

    return one_round


@OPERATIONS.add("fuel")
def fuel_and_epochs_of_a_store() -> Round:
    engine = engine_with(consume_fuel=True, epoch_interruption=True)
    store = Store(engine)
    run = Instance(store, Module(engine, SIMPLE), []).exports(store)["run"]

    def one_round(_: int) -> None:
        store.set_fuel(1000)
        store.set_epoch_deadline(2)
        engine.increment_epoch()
        run(store)
        assert store.get_fuel() < 1000

    return one_round


@OPERATIONS.add("limits")
def limits_of_a_store() -> Round:
    store = Store()
    memory = Memory(store, MemoryType(Limits(1, None)))

    def one_round(_: int) -> None:
        store.set_limits(memory_size=1 << 17)
        raises(WasmtimeError, lambda: memory.grow(store, 5))

    return one_round


@OPERATIONS.add("epoch", rounds=SLOW)
def an_interruptible_engine() -> Round:
    def one_round(_: int) -> None:
        store = Store(Engine(interruptible=True))
        run = Instance(store, Module(store.engine, SIMPLE), []).exports(store)["run"]
        run(store)

    return one_round


@OPERATIONS.add()
def an_engine_by_its_name() -> Round:
    name = default_engine().name

    def one_round(_: int) -> None:
        with anywasm.use_engine(name):
            Store()
        use(anywasm.engines())

    return one_round


# Modules


@OPERATIONS.add(rounds=SLOW)
def a_module_of_the_same_bytes() -> Round:
    engine, wasm = Engine(), wat2wasm(SIMPLE)
    return lambda _: Module(engine, wasm)


@OPERATIONS.add(rounds=SLOW)
def a_module_of_different_bytes() -> Round:
    engine, variants = Engine(), Variants(wat2wasm(SIMPLE))
    return lambda number: Module(engine, variants(number)).close()


@OPERATIONS.add(rounds=SLOW)
def a_module_of_different_bytes_while_a_store_lives() -> Round:
    store, variants = Store(), Variants(wat2wasm(SIMPLE))
    return lambda number: Module(store.engine, variants(number))


@OPERATIONS.add(rounds=SLOW)
def a_module_of_different_bytes_and_its_instance_in_a_new_store() -> Round:
    engine, variants = Engine(), Variants(wat2wasm(SIMPLE))

    def one_round(number: int) -> None:
        store = Store(engine)
        run = Instance(store, Module(engine, variants(number)), []).exports(store)["run"]
        assert run(store) == CONSTANT + 1 + number

    return one_round


@OPERATIONS.add(rounds=SLOW)
def a_module_from_text_and_from_a_file() -> Round:
    engine, folder = Engine(), tempfile.TemporaryDirectory()
    path = Path(folder.name, "module.wasm")
    path.write_bytes(wat2wasm(SIMPLE))

    def one_round(_: int, folder: Any = folder) -> None:
        Module.from_file(engine, path)
        Module(engine, "(module)")

    return one_round


@OPERATIONS.add(rounds=SLOW)
def a_module_serialized_and_deserialized() -> Round:
    engine = Engine()
    module = Module(engine, SIMPLE)
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name, "module.bin")
    path.write_bytes(module.serialize())

    def one_round(_: int, folder: Any = folder) -> None:
        Module.deserialize(engine, module.serialize())
        Module.deserialize_file(engine, str(path))

    return one_round


@OPERATIONS.add()
def a_module_validated() -> Round:
    engine, wasm = Engine(), wat2wasm(SIMPLE)
    return lambda _: Module.validate(engine, wasm)


@OPERATIONS.add()
def a_module_refused() -> Round:
    engine, wasm = Engine(), wat2wasm(SIMPLE)[:-3]

    def one_round(_: int) -> None:
        raises(WasmtimeError, lambda: Module(engine, wasm))
        raises(WasmtimeError, lambda: Module.deserialize(engine, b"nonsense"))
        raises(WasmtimeError, lambda: wat2wasm("(module (func $f) (func $f))"))

    return one_round


@OPERATIONS.add()
def imports_and_exports_of_a_module() -> Round:
    module = Module(Engine(), IMPORTING)

    def one_round(_: int) -> None:
        for item in module.imports:
            assert isinstance(item, ImportType)
            use(item.module, item.name, item.type)
        for export in module.exports:
            assert isinstance(export, ExportType)
            use(export.name, export.type)

    return one_round


@OPERATIONS.add()
def text_as_a_module_in_binary() -> Round:
    return lambda _: wat2wasm(SIMPLE)
