"""The style with an explicit store."""

from __future__ import annotations

import contextlib
from typing import Any

import anywasm
from anywasm import core, wasmtime
from drivers.base import Driver
from engine_configs import engine_with

TYPES = {name: getattr(wasmtime.ValType, name)() for name in ("i32", "i64", "f32", "f64", "funcref", "externref")}


def plain(value: Any) -> Any:
    """None for a null reference, which tables and globals of the style return as a `Val`."""
    return None if isinstance(value, wasmtime.Val) and value.value is None else value


class Explicit(Driver):
    trap = wasmtime.Trap
    error = wasmtime.WasmtimeError
    sequence = list

    def __init__(self, limits: anywasm.limits | None = None, **options: Any) -> None:
        engine = None
        if options:
            with limits or contextlib.nullcontext():
                engine = engine_with(**options)
        self.store = wasmtime.Store(engine, limits=limits)

    def compile(self, source: Any) -> Any:
        return wasmtime.Module(self.store.engine, source)

    def validate(self, wasm: bytes) -> bool:
        try:
            wasmtime.Module.validate(self.store.engine, wasm)
        except wasmtime.WasmtimeError:
            return False
        return True

    def load(self, data: bytes) -> Any:
        return wasmtime.Module.deserialize(self.store.engine, data)

    def instantiate(self, module: Any, imports: Any = None) -> Any:
        given = imports or {}
        missing = [each.name for each in module.imports if each.name not in given]
        if missing:
            raise self.error(f"unknown import: {missing}")
        return wasmtime.Instance(self.store, module, [given[each.name] for each in module.imports])

    def export(self, instance: Any, name: str) -> Any:
        return instance.exports(self.store)[name]

    def call(self, func: Any, *args: Any) -> Any:
        return func(self.store, *args)

    def func(self, params: Any, results: Any, function: Any) -> Any:
        ty = wasmtime.FuncType([self.type(ty) for ty in params], [self.type(ty) for ty in results])
        return wasmtime.Func(self.store, ty, function)

    def type(self, name: str) -> Any:
        if name in TYPES:
            return TYPES[name]
        # What the style has no constructor for is read from a module.
        asked = self.compile(f'(module (import "" "" (func (param {name}))))').imports[0].type
        return asked.params[0]

    def collect(self) -> None:
        self.store.gc()

    def close(self) -> None:
        self.store.close()

    def memory(self, minimum: int, maximum: int | None = None) -> Any:
        return wasmtime.Memory(self.store, wasmtime.MemoryType(wasmtime.Limits(minimum, maximum)))

    def read(self, memory: Any, start: int, stop: int) -> bytes:
        return bytes(memory.read(self.store, start, stop))

    def write(self, memory: Any, start: int, data: bytes) -> None:
        memory.write(self.store, data, start)

    def pages(self, memory: Any) -> int:
        return memory.size(self.store)

    def grow(self, memory: Any, delta: int) -> int:
        return memory.grow(self.store, delta)

    def buffer(self, memory: Any) -> memoryview:
        return memoryview(memory.get_buffer_ptr(self.store)).cast("B")

    def new_global(self, ty: str, value: Any, mutable: bool) -> Any:
        return wasmtime.Global(self.store, wasmtime.GlobalType(self.type(ty), mutable), value)

    def get(self, a_global: Any) -> Any:
        return plain(a_global.value(self.store))

    def set(self, a_global: Any, value: Any) -> None:
        a_global.set_value(self.store, value)

    host_objects = frozenset({"tables", "tags", "reference globals", "wide memories"})

    def wide_memory(self, minimum: int, maximum: int | None = None) -> Any:
        return wasmtime.Memory(self.store, wasmtime.MemoryType(wasmtime.Limits(minimum, maximum), is_64=True))

    def table_size(self, table: Any) -> int:
        return table.size(self.store)

    def table(self, element: str, init: Any, minimum: int, maximum: int | None = None) -> Any:
        return wasmtime.Table(self.store, wasmtime.TableType(TYPES[element], wasmtime.Limits(minimum, maximum)), init)

    def table_get(self, table: Any, index: int) -> Any:
        return plain(table.get(self.store, index))

    def table_set(self, table: Any, index: int, value: Any) -> None:
        table.set(self.store, index, value)

    def table_grow(self, table: Any, delta: int, value: Any) -> int:
        return table.grow(self.store, delta, value)

    def tag(self, params: Any) -> Any:
        return wasmtime.Tag(self.store, wasmtime.TagType(wasmtime.FuncType([self.type(ty) for ty in params], [])))

    def same_tag(self, one: Any, other: Any) -> bool:
        return one.eq(self.store, other)

    first_directory = 3

    def instantiate_wasi(
        self,
        module: Any,
        *,
        args: Any = ("program",),
        env: Any = None,
        stdin: Any = None,
        stdout: Any = None,
        stderr: Any = None,
        directories: Any = (),
        max_open_files: Any = None,
    ) -> Any:
        config = wasmtime.WasiConfig()
        config.argv, config.env = list(args), list((env or {}).items())
        config.stdin, config.stdout, config.stderr = stdin, stdout, stderr
        for name, path, read_only in directories:
            config.preopen_dir(str(path), name, not read_only)
        if max_open_files is not None:
            config.max_open_files = max_open_files
        self.store.set_wasi(config)
        linker = wasmtime.Linker(self.store.engine)
        linker.define_wasi()
        return linker.instantiate(self.store, module)

    def code(self, error: BaseException) -> core.TrapCode | None:
        code = error.trap_code if isinstance(error, wasmtime.Trap) else None
        return None if code is None else core.TrapCode(code.value)

    def exit_code(self, error: BaseException) -> int | None:
        return error.code if isinstance(error, wasmtime.ExitTrap) else None
