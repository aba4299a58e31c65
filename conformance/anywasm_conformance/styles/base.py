"""The interface through which the runner uses an API style of anywasm."""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anywasm
from anywasm.core import TrapCode

#: Externs (functions, memories and other objects for imports), by the module name and the name of the import.
Externs = Mapping[tuple[str, str], Any]


class Kind(enum.Enum):
    """The kind of a failure."""

    TRAP = "trap"
    EXCEPTION = "exception"
    LINK = "link error"
    #: The engine lacks the capability `Failure.capability`.
    CAPABILITY = "missing capability"
    ERROR = "error"


@dataclass(frozen=True)
class Failure:
    """The description of an exception that a style has raised."""

    kind: Kind
    text: str
    code: TrapCode | None = None
    capability: str | None = None

    def __str__(self) -> str:
        detail = f" ({self.code.name.lower()})" if self.code is not None else ""
        lines = [line.strip() for line in self.text.strip().splitlines() if line.strip()]
        # The text of a trap begins with the backtrace. The last line is the cause of the trap.
        return f"{self.kind.value}{detail}: {lines[-1] if self.kind is Kind.TRAP and lines else ' '.join(lines)}"


#: The texts of errors about a disabled capability, with the name of the capability. `wasm.h` cannot enable these
#: capabilities, so the runner treats them as missing.
_DISABLED_CAPABILITIES = {"shared memory support is disabled": "shared_memory"}


class HostObject:
    """The host object that the suite writes as `(ref.extern N)` or `(ref.host N)`."""

    def __init__(self, number: int) -> None:
        self.number = number


class Style(ABC):
    """An API style on an engine, with one store for all instances of a file."""

    #: The exceptions that the style raises for failures of a command. Other exceptions are bugs in the runner.
    errors: tuple[type[BaseException], ...]

    def __init__(self) -> None:
        self._host: dict[int, HostObject] = {}

    def host_object(self, number: int) -> HostObject:
        """Returns the host object with this number. All calls with the same number return the same object."""
        return self._host.setdefault(number, HostObject(number))

    @property
    @abstractmethod
    def capabilities(self) -> frozenset[str]:
        """The capabilities of the engine."""

    @abstractmethod
    def compile(self, wasm: bytes) -> Any:
        """Compiles a module from the binary format or the text format."""

    @abstractmethod
    def imports(self, module: Any) -> Sequence[tuple[str, str]]:
        """Returns the module name and the name of each import, in order."""

    @abstractmethod
    def instantiate(self, module: Any, externs: Externs) -> Any:
        """Instantiates a module. `externs` contains an extern for each import of the module."""

    @abstractmethod
    def export_names(self, instance: Any) -> frozenset[str]:
        """Returns the names of an instance's exports."""

    @abstractmethod
    def export(self, instance: Any, name: str) -> Any:
        """Returns an export of an instance."""

    @abstractmethod
    def call(self, function: Any, args: Sequence[Any]) -> Sequence[Any]:
        """Calls a function and returns all its results."""

    @abstractmethod
    def read(self, a_global: Any) -> Any:
        """Returns the value of a global."""

    @abstractmethod
    def host_function(self, params: Sequence[str]) -> Any:
        """Creates a host function that does nothing and returns nothing. `params` are names of number types (`i32`)."""

    def failure(self, error: BaseException) -> Failure:
        """Returns the description of an exception that this style has raised."""
        text = str(error)
        if isinstance(error, anywasm.CapabilityError):
            return Failure(Kind.CAPABILITY, text, capability=error.capability)
        disabled = next((capability for words, capability in _DISABLED_CAPABILITIES.items() if words in text), None)
        return Failure(Kind.CAPABILITY, text, capability=disabled) if disabled else self._deviation(error, text)

    @abstractmethod
    def _deviation(self, error: BaseException, text: str) -> Failure:
        """Returns the description of an exception that has another cause than a missing capability."""
