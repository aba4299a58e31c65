"""Objects in stores, types, values and WASI in the explicit style."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from typing import Any

from anywasm.wasmtime import (
    DirPerms,
    Engine,
    FilePerms,
    Func,
    FuncType,
    Global,
    GlobalType,
    Instance,
    Limits,
    Linker,
    Memory,
    MemoryType,
    Module,
    SharedMemory,
    Store,
    Table,
    TableType,
    Tag,
    TagType,
    Val,
    ValType,
    WasiConfig,
    WasmtimeError,
)
from explicit_base import FUNCREF, I32, I32_TO_I32, OPERATIONS, OWNED, engine_with
from operations import HELLO, SLOW, Round, raises, use


def in_a_new_store(make: Any) -> Round:
    engine = Engine()
    return lambda _: make(Store(engine))


def in_one_store(make: Any) -> Round:
    store = Store()
    return lambda _: make(store)


def make_func(store: Store) -> None:
    func = Func(store, I32_TO_I32, lambda value: value)
    assert func(store, 1) == 1
    assert func.type(store) is not None


def make_memory(store: Store) -> None:
    Memory(store, MemoryType(Limits(1, 2))).write(store, b"text")


def make_table(store: Store) -> None:
    assert Table(store, TableType(ValType.funcref(), Limits(1, 2)), None).size(store) == 1


def make_global(store: Store) -> None:
    assert Global(store, GlobalType(I32, True), 1).value(store) == 1


def make_tag(store: Store) -> None:
    tag = Tag(store, TagType(FuncType([I32], [])))
    assert tag.eq(store, tag)
    assert tag.type(store).functype.params


@OPERATIONS.add()
def a_function_in_a_new_store() -> Round:
    return in_a_new_store(make_func)


@OPERATIONS.add()
def a_memory_in_a_new_store() -> Round:
    return in_a_new_store(make_memory)


@OPERATIONS.add()
def a_table_in_a_new_store() -> Round:
    return in_a_new_store(make_table)


@OPERATIONS.add()
def a_global_in_a_new_store() -> Round:
    return in_a_new_store(make_global)


@OPERATIONS.add("tags")
def a_tag_in_a_new_store() -> Round:
    return in_a_new_store(make_tag)


@OPERATIONS.add(keeps=OWNED)
def a_function_in_one_store() -> Round:
    return in_one_store(make_func)


@OPERATIONS.add(keeps=OWNED, rounds=SLOW)
def a_memory_in_one_store() -> Round:
    return in_one_store(make_memory)


@OPERATIONS.add(keeps=OWNED)
def a_table_in_one_store() -> Round:
    return in_one_store(make_table)


@OPERATIONS.add(keeps=OWNED)
def a_global_in_one_store() -> Round:
    return in_one_store(make_global)


@OPERATIONS.add("tags", keeps=OWNED)
def a_tag_in_one_store() -> Round:
    return in_one_store(make_tag)


@OPERATIONS.add("shared_memory", rounds=SLOW)
def a_shared_memory() -> Round:
    engine = engine_with(shared_memory=True, wasm_threads=True)
    module = Module(engine, '(module (import "" "m" (memory 1 9 shared)) (export "m" (memory 0)))')

    def one_round(_: int) -> None:
        memory = SharedMemory(engine, MemoryType(Limits(1, 9), shared=True))
        assert memory.grow(1) == 1
        memory.data_ptr()[0] = 1
        assert (memory.size(), memory.data_len()) == (2, 2 << 16)
        assert memory.type().is_shared
        store = Store(engine)
        assert isinstance(Instance(store, module, [memory]).exports(store)["m"], SharedMemory)

    return one_round


@OPERATIONS.add()
def objects_that_are_refused() -> Round:
    store = Store()
    too_large = TableType(FUNCREF, Limits(1 << 31, None))

    def one_round(_: int) -> None:
        raises((WasmtimeError, TypeError), lambda: Global(store, GlobalType(I32, True), "text"))
        raises(WasmtimeError, lambda: MemoryType(Limits(2, 1)))
        raises(WasmtimeError, lambda: Table(store, too_large, None))
        raises(TypeError, lambda: Func(store, I32, use))  # type: ignore[arg-type]

    return one_round


# Types and values


@OPERATIONS.add()
def types() -> Round:
    def one_round(number: int) -> None:
        for make in (ValType.i32, ValType.i64, ValType.f32, ValType.f64, ValType.funcref, ValType.externref):
            assert make() == make()
        func = FuncType([I32] * (number % 9), [I32])
        use(func.params, func.results)
        limits = Limits(1, number + 1)
        assert MemoryType(limits, is_64=True, shared=True).limits == limits
        memory = MemoryType(limits, page_size_log2=0)
        assert (memory.is_64, memory.is_shared, memory.page_size, memory.page_size_log2) == (False, False, 1, 0)
        assert TableType(ValType.funcref(), limits).limits == limits
        assert TableType(ValType.funcref(), limits).element == ValType.funcref()
        assert GlobalType(I32, True).content == I32
        assert GlobalType(I32, True).mutable
        with TagType(FuncType([I32], [])) as tag:
            assert tag.functype.params
        assert copy.copy(limits) == copy.deepcopy(limits)

    return one_round


@OPERATIONS.add()
def values() -> Round:
    def one_round(number: int) -> None:
        for val in (Val.i32(number), Val.i64(number), Val.f32(0.5), Val.f64(0.5), Val.externref(object())):
            use(val.type, val.value)
            use(val.as_i32(), val.as_i64(), val.as_f32(), val.as_f64(), val.as_externref())
        null = Val.ref_null(ValType.funcref())
        assert null == Val.funcref(None)
        assert Val.i32(1).as_funcref() is None

    return one_round


# WASI


@OPERATIONS.add(rounds=SLOW)
def a_wasi_config_and_its_program() -> Round:
    engine = Engine()
    module, linker = Module(engine, HELLO), Linker(engine)
    linker.define_wasi()
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name, "file")
    path.write_bytes(b"input")

    def one_round(number: int, folder: Any = folder) -> None:
        output = bytearray()
        for variant in range(4):
            config = WasiConfig()
            config.max_open_files = 100
            config.argv, config.env = ["program", str(number)], [("NAME", str(number))]
            config.preopen_dir(folder.name, "data")
            config.preopen_dir(folder.name, "old", DirPerms.READ_ONLY, FilePerms.READ_ONLY)
            if variant == 0:
                config.stdin, config.stdout, config.stderr = b"input", output, output
            elif variant == 1:
                config.stdin_file, config.stdout_file, config.stderr_file = path, f"{path}-1", f"{path}-2"
            elif variant == 2:
                config.stdout_custom = config.stderr_custom = len
            else:
                config.inherit_argv()
                config.inherit_env()
                config.inherit_stdin()
                config.inherit_stderr()
                config.stdout = output
                config.stdin = b""
            store = Store(engine)
            store.set_wasi(config)
            linker.instantiate(store, module).exports(store)["_start"](store)
        assert output == b"HelloHello"
        with WasiConfig() as config:
            config.preopen_dir(folder.name, "data")

    return one_round


@OPERATIONS.add()
def a_wasi_config_set_again() -> Round:
    store = Store()

    def one_round(number: int) -> None:
        config = WasiConfig()
        config.env, config.stderr = [("NAME", str(number))], bytearray()
        config.inherit_stdout()
        config.preopen_dir("/", "root")
        store.set_wasi(config)

    return one_round


@OPERATIONS.add()
def a_linker_with_wasi() -> Round:
    engine = Engine()
    module = Module(engine, HELLO)

    def one_round(_: int) -> None:
        linker, store = Linker(engine), Store(engine)
        linker.define_wasi()
        store.set_wasi(WasiConfig())
        linker.instantiate(store, module)

    return one_round
