"""Instances around one shared object, and the comparison of what they read with a model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from anywasm.engines import default_engine
from drivers import Driver

ModelT = TypeVar("ModelT")


class Limits(NamedTuple):
    """Limits of a memory, in pages, or of a table, in elements."""

    minimum: int
    maximum: int | None

    def __str__(self) -> str:
        return f"{self.minimum}" if self.maximum is None else f"{self.minimum} {self.maximum}"

    def allow(self, size: int) -> bool:
        return self.maximum is None or size <= self.maximum

    def loosened(self) -> Limits:
        """Limits that an import may declare for an object of these limits."""
        return Limits(1, None)


class World(Generic[ModelT]):
    """Instances that share one object, and the model of the object.

    The owner defines the object, or imports it from the host. The importer imports it from the owner. The third
    instance imports what the importer exports again, and declares looser limits.
    """

    def __init__(self, kind: Kind[ModelT]) -> None:
        self.kind, self.wasm, self.model = kind, kind.wasm, kind.new_model()
        made = kind.make() if kind.made_by_host else None
        self.instances: dict[str, Any] = {}
        self.handles: dict[str, Any] = {} if made is None else {"host": made}
        for name in ("owner", "importer", "third"):
            handle = self.handles[next(reversed(self.handles))] if self.handles else None
            self.add(name, handle, loose=name == "third")
            self.handles[name] = self.wasm.export(self.instances[name], "x")
        kind.prepare(self)

    def add(self, name: str, handle: Any, *, loose: bool = False, extra: str = "") -> Any:
        """Adds an instance. It imports the object of the handle, or defines it. `extra` is part of its module."""
        number = len(self.instances)
        source = self.kind.guest(number, self.kind.declaration(handle is None, loose), extra)
        imports = {} if handle is None else {"x": handle}
        self.instances[name] = instance = self.wasm.instantiate(self.kind.compiled(source), imports)
        return instance

    def call(self, instance: str, export: str, *args: Any) -> Any:
        return self.wasm.call(self.wasm.export(self.instances[instance], export), *args)


@dataclass
class Write(Generic[ModelT]):
    """A write to the object of a world. It changes the model too. `turn` tells the first write from the second."""

    name: str
    run: Callable[[World[ModelT], int], None]


class Kind(ABC, Generic[ModelT]):
    """A kind of shared object, in one form: its type, its limits, and whether the host makes it."""

    made_by_host: bool

    def __init__(self, wasm: Driver) -> None:
        self.wasm = wasm
        self.capabilities = default_engine().capabilities
        self._modules: dict[str, Any] = {}

    def compiled(self, source: str) -> Any:
        if source not in self._modules:
            self._modules[source] = self.wasm.compile(source)
        return self._modules[source]

    @abstractmethod
    def make(self) -> Any:
        """The object, made by the host."""

    @abstractmethod
    def new_model(self) -> ModelT: ...

    @abstractmethod
    def declaration(self, defines: bool, loose: bool) -> str:
        """The object `$x` in the text of a module, defined or imported. The module exports it as `x`."""

    @abstractmethod
    def guest(self, number: int, declaration: str, extra: str) -> str:
        """A module that reads and writes the object. `number` tells the instances apart."""

    def prepare(self, world: World[ModelT]) -> None:
        """Gives the instances what their writes need."""

    @abstractmethod
    def writes(self) -> Iterator[Write[ModelT]]: ...

    @abstractmethod
    def reads(self, world: World[ModelT]) -> Iterator[tuple[str, Any, Any]]:
        """The reader's name, what it reads, and what it should read."""


def differences(kind: Kind[Any]) -> list[str]:
    """Each read that differs from the model, and each write that fails. Each write has a world of its own."""
    found: list[str] = []
    for write in kind.writes():
        world = World(kind)
        before = len(found)
        # The first reads come before the first write, because an instance may keep what it has read.
        for turn in (None, 0, 1):
            if turn is not None:
                try:
                    write.run(world, turn)
                except Exception as error:
                    found.append(f"{write.name}, turn {turn}: {type(error).__name__}: {error}")
            for reader, value, expected in kind.reads(world):
                if value != expected:
                    found.append(f"{write.name}, turn {turn}: {reader} reads {value!r}, not {expected!r}")
            if len(found) > before:
                break
    return found
