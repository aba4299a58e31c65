"""The verbs of a style."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anywasm
from anywasm.core import TrapCode

#: Externs by the module and the name under which they are imported.
Externs = Mapping[tuple[str, str], Any]


class Kind(enum.Enum):
    """What went wrong."""

    TRAP = "trap"
    EXCEPTION = "exception"
    LINK = "link error"
    #: The engine lacks a capability, which `Failure.capability` names.
    CAPABILITY = "missing capability"
    ERROR = "error"


@dataclass(frozen=True)
class Failure:
    """An exception of a style, as the runner sees it."""

    kind: Kind
    text: str
    code: TrapCode | None = None
    capability: str | None = None

    def __str__(self) -> str:
        detail = f" ({self.code.name.lower()})" if self.code is not None else ""
        lines = [line.strip() for line in self.text.strip().splitlines() if line.strip()]
        # Of a backtrace, what was the matter: it comes last.
        return f"{self.kind.value}{detail}: {lines[-1] if self.kind is Kind.TRAP and lines else ' '.join(lines)}"


#: What engines say of a capability that is off, where their header has no switch for it.
_SWITCHED_OFF = {"shared memory support is disabled": "shared_memory"}


class HostObject:
    """What the suite calls `(ref.extern N)` and `(ref.host N)`."""

    def __init__(self, number: int) -> None:
        self.number = number


class Style(ABC):
    """One style on one engine, with all that one file needs in one store."""

    #: What its functions raise, but for what is a bug in the runner itself.
    errors: tuple[type[BaseException], ...]

    def __init__(self) -> None:
        self._host: dict[int, HostObject] = {}

    def host_object(self, number: int) -> HostObject:
        """The host's object of this number: the same at every call."""
        return self._host.setdefault(number, HostObject(number))

    @property
    @abstractmethod
    def capabilities(self) -> frozenset[str]:
        """What the engine can do."""

    @abstractmethod
    def compile(self, wasm: bytes) -> Any:
        """A module; text, where the bytes do not begin like a binary."""

    @abstractmethod
    def imports(self, module: Any) -> Sequence[tuple[str, str]]:
        """The module and the name of each import, in order."""

    @abstractmethod
    def instantiate(self, module: Any, externs: Externs) -> Any:
        """An instance; `externs` has all that it imports."""

    @abstractmethod
    def export_names(self, instance: Any) -> frozenset[str]:
        """What an instance exports."""

    @abstractmethod
    def export(self, instance: Any, name: str) -> Any:
        """An export of an instance."""

    @abstractmethod
    def call(self, function: Any, args: Sequence[Any]) -> Sequence[Any]:
        """Calls a function; gives its results, however many."""

    @abstractmethod
    def read(self, a_global: Any) -> Any:
        """The value of a global."""

    @abstractmethod
    def host_function(self, params: Sequence[str]) -> Any:
        """A function of the host that takes numbers, does nothing and gives nothing."""

    def failure(self, error: BaseException) -> Failure:
        """What an exception of this style says."""
        text = str(error)
        if isinstance(error, anywasm.CapabilityError):
            return Failure(Kind.CAPABILITY, text, capability=error.capability)
        off = next((capability for words, capability in _SWITCHED_OFF.items() if words in text), None)
        return Failure(Kind.CAPABILITY, text, capability=off) if off else self._deviation(error, text)

    @abstractmethod
    def _deviation(self, error: BaseException, text: str) -> Failure:
        """As `failure`, for an exception that is not about a missing capability."""
