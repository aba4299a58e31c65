"""The verbs that a style's driver has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import anywasm
from anywasm import core


class Driver(ABC):
    """One store on one engine. Types are written as in the text format: `"i32"`."""

    @abstractmethod
    def __init__(self, limits: anywasm.limits | None = None, **options: Any) -> None:
        """A store, with limits and options of the engine."""

    def limited(self, options: Mapping[str, Any] | None = None, **limits: Any) -> Driver:
        """A driver of the same style, whose store has these limits."""
        return type(self)(anywasm.limits(**limits), **options or {})

    #: What the style raises when WebAssembly traps, and for everything else.
    trap: type[BaseException]
    error: type[BaseException]
    #: What a call with several results gives.
    sequence: type

    @abstractmethod
    def compile(self, source: str | bytes) -> Any: ...

    @abstractmethod
    def validate(self, wasm: bytes) -> bool: ...

    @abstractmethod
    def load(self, data: bytes) -> Any: ...

    @abstractmethod
    def instantiate(self, module: Any, imports: Mapping[str, Any] | None = None) -> Any:
        """Imports by name, all asked of one module name, `env`."""

    @abstractmethod
    def export(self, instance: Any, name: str) -> Any: ...

    @abstractmethod
    def call(self, func: Any, *args: Any) -> Any: ...

    @abstractmethod
    def func(self, params: Sequence[str], results: Sequence[str], function: Callable[..., Any]) -> Any: ...

    @abstractmethod
    def memory(self, minimum: int, maximum: int | None = None) -> Any: ...

    @abstractmethod
    def read(self, memory: Any, start: int, stop: int) -> bytes: ...

    @abstractmethod
    def write(self, memory: Any, start: int, data: bytes) -> None: ...

    @abstractmethod
    def pages(self, memory: Any) -> int: ...

    @abstractmethod
    def grow(self, memory: Any, delta: int) -> int: ...

    @abstractmethod
    def buffer(self, memory: Any) -> memoryview: ...

    @abstractmethod
    def new_global(self, ty: str, value: Any, mutable: bool) -> Any: ...

    @abstractmethod
    def get(self, a_global: Any) -> Any: ...

    @abstractmethod
    def set(self, a_global: Any, value: Any) -> None: ...

    #: What the host can make and use in this style besides functions, memories and globals of numbers: "tables",
    #: "tags", "reference globals", and "wide memories", whose addresses have 64 bits.
    host_objects: frozenset[str] = frozenset()

    def wide_memory(self, minimum: int, maximum: int | None = None) -> Any:
        """Needs "wide memories"."""
        raise NotImplementedError

    @abstractmethod
    def table_size(self, table: Any) -> int: ...

    def table(self, element: str, init: Any, minimum: int, maximum: int | None = None) -> Any:
        """Needs "tables", as the next three methods do."""
        raise NotImplementedError

    def table_get(self, table: Any, index: int) -> Any:
        """The element; None for the null reference."""
        raise NotImplementedError

    def table_set(self, table: Any, index: int, value: Any) -> None:
        raise NotImplementedError

    def table_grow(self, table: Any, delta: int, value: Any) -> int:
        raise NotImplementedError

    def tag(self, params: Sequence[str]) -> Any:
        """Needs "tags", as the next method does."""
        raise NotImplementedError

    def same_tag(self, one: Any, other: Any) -> bool:
        raise NotImplementedError

    @abstractmethod
    def instantiate_wasi(
        self,
        module: Any,
        *,
        args: Sequence[str] = ("program",),
        env: Mapping[str, str] | None = None,
        stdin: Any = None,
        stdout: Any = None,
        stderr: Any = None,
        directories: Sequence[tuple[str, Any, bool]] = (),
        max_open_files: int | None = None,
    ) -> Any:
        """An instance with WASI. Directories are a name, a path, and whether it is read-only."""

    #: How many descriptors there are before the first directory's.
    first_directory: int

    @abstractmethod
    def exit_code(self, error: BaseException) -> int | None:
        """What a WASI program ended with, from what the call raised; None where that is something else."""

    def run_program(self, wasm: bytes | str, **setup: Any) -> int:
        """Runs a WASI program, and gives its exit code, 0 where it just returns."""
        instance = self.instantiate_wasi(self.compile(wasm), **setup)
        try:
            self.call(self.export(instance, "_start"))
        except self.error as error:
            code = self.exit_code(error)
            if code is None:
                raise
            return code
        return 0

    @abstractmethod
    def collect(self) -> None:
        """Has the engine let go of what no guest reaches."""

    @abstractmethod
    def close(self) -> None:
        """Lets go of the store."""

    @abstractmethod
    def code(self, error: BaseException) -> core.TrapCode | None:
        """Why WebAssembly has trapped; None for an unknown reason, and for what is no trap."""

    def run(self, source: str, name: str, *args: Any, imports: Mapping[str, Any] | None = None) -> Any:
        """Compiles, instantiates and calls an export."""
        instance = self.instantiate(self.compile(source), imports)
        return self.call(self.export(instance, name), *args)
