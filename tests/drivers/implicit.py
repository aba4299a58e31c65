"""The style with an implicit store."""

from __future__ import annotations

import gc
from typing import Any

import anywasm
from anywasm import core, wasmer
from anywasm.core.store import externrefs
from drivers.base import Driver

TYPES = {name: getattr(wasmer.Type, name.upper()) for name in ("i32", "i64", "f32", "f64", "v128")}
TYPES |= {"funcref": wasmer.Type.FUNC_REF, "externref": wasmer.Type.EXTERN_REF}


class Implicit(Driver):
    trap = RuntimeError
    error = RuntimeError
    sequence = tuple

    def __init__(self, limits: anywasm.limits | None = None, **options: Any) -> None:
        self.store = wasmer.Store(limits=limits, options=options)

    def compile(self, source: Any) -> Any:
        return wasmer.Module(self.store, source)

    def validate(self, wasm: bytes) -> bool:
        return wasmer.Module.validate(self.store, wasm)

    def load(self, data: bytes) -> Any:
        return wasmer.Module.deserialize(self.store, data)

    def instantiate(self, module: Any, imports: Any = None) -> Any:
        return wasmer.Instance(module, {"env": dict(imports or {})})

    def export(self, instance: Any, name: str) -> Any:
        return getattr(instance.exports, name)

    def call(self, func: Any, *args: Any) -> Any:
        return func(*args)

    def func(self, params: Any, results: Any, function: Any) -> Any:
        ty = wasmer.FunctionType([TYPES[ty] for ty in params], [TYPES[ty] for ty in results])
        return wasmer.Function(self.store, function, ty)

    def collect(self) -> None:
        # The style has no word for it: engine stores come and go with instances.
        for each in gc.get_objects():
            if isinstance(each, core.Store):
                externrefs.collect(each)

    def close(self) -> None:
        self.store = wasmer.Store()

    def memory(self, minimum: int, maximum: int | None = None) -> Any:
        return wasmer.Memory(self.store, wasmer.MemoryType(minimum, maximum))

    def read(self, memory: Any, start: int, stop: int) -> bytes:
        return bytes(memory.uint8_view()[start:stop])

    def write(self, memory: Any, start: int, data: bytes) -> None:
        memory.uint8_view()[start : start + len(data)] = data

    def pages(self, memory: Any) -> int:
        return memory.size

    def grow(self, memory: Any, delta: int) -> int:
        return memory.grow(delta)

    def buffer(self, memory: Any) -> memoryview:
        return memoryview(memory.buffer)

    def new_global(self, ty: str, value: Any, mutable: bool) -> Any:
        return wasmer.Global(self.store, getattr(wasmer.Value, ty)(value), mutable)

    def get(self, a_global: Any) -> Any:
        return a_global.value

    def set(self, a_global: Any, value: Any) -> None:
        a_global.value = value

    def table_size(self, table: Any) -> int:
        return table.size

    first_directory = 4

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
        builder = wasmer.wasi.StateBuilder(args[0], list(args[1:]), dict(env or {}))
        builder.stdin(stdin).stdout(stdout).stderr(stderr)
        for name, path, read_only in directories:
            builder.map_directory(name, str(path), read_only=read_only)
        if max_open_files is not None:
            builder.max_open_files(max_open_files)
        version = wasmer.wasi.get_version(module, False) or wasmer.wasi.Version.LATEST
        return wasmer.Instance(module, builder.finalize().generate_import_object(self.store, version))

    def code(self, error: BaseException) -> core.TrapCode | None:
        # The style says it in the text only.
        line = str(error).partition("\n")[0]
        return next((code for code in core.TrapCode if line == f"RuntimeError: {code.text}"), None)

    def exit_code(self, error: BaseException) -> int | None:
        text = str(error)
        return int(text.rpartition(" ")[2]) if text.startswith("RuntimeError: WASI exited with code: ") else None
