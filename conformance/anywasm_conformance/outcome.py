"""The outcome of a command of the suite, and the cause of a deviation."""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass
from typing import Any


class Outcome(str, enum.Enum):
    """The outcome of a command."""

    PASS = "pass"
    #: The result differs from the one that the suite expects.
    FAIL = "fail"
    #: The process was killed or exited during the command.
    CRASH = "crash"
    #: The time limit of the file was reached during the command.
    TIMEOUT = "timeout"
    #: The command was not run. `reason` names the missing proposal or capability.
    SKIP = "skip"
    #: The command failed, as `expectations/` says.
    XFAIL = "xfail"
    #: The command passed, although `expectations/` says that it fails. The expectation is out of date.
    XPASS = "xpass"
    #: An old suite expects an error for a module that a later proposal, named by `reason`, has made valid.
    SUPERSEDED = "superseded"

    __str__ = str.__str__


#: The unexpected outcomes. A run with any of them is red.
RED = frozenset((Outcome.FAIL, Outcome.CRASH, Outcome.TIMEOUT, Outcome.XPASS))


class Blame(str, enum.Enum):
    """The cause of a deviation."""

    ENGINE = "engine"
    #: The engine supports the feature, but `wasm.h` cannot express it.
    HEADER = "wasm.h"
    #: anywasm.
    BINDING = "binding"
    #: The suite contradicts itself, or the parser of the suite does not support its syntax.
    SUITE = "suite"

    __str__ = str.__str__


@dataclass
class Record:
    """A command and its outcome."""

    file: str
    line: int
    #: The index among the commands of the file, from 0.
    index: int
    #: `assert_return`, `module`, ...
    kind: str
    outcome: Outcome
    #: `direct`, the kind of adapter that has passed the values, or `text` if the command only tests the text format.
    via: str = "direct"
    #: What a skipped command needs, the proposal of `superseded`, or the cause of an expected failure.
    reason: str | None = None
    blame: Blame | None = None
    issue: str | None = None
    expected: str | None = None
    actual: str | None = None

    @property
    def id(self) -> str:
        """The file, line and index, which are unique for an engine and a style."""
        return f"{self.file}:{self.line}#{self.index}"

    @property
    def is_assertion(self) -> bool:
        """Whether the command is an assertion. The other commands only prepare assertions."""
        return self.kind.startswith("assert_")

    def as_json(self) -> dict[str, Any]:
        """Returns the id and the attributes that are not `None`."""
        return {"id": self.id, **{key: value for key, value in asdict(self).items() if value is not None}}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Record:
        """Returns the record that `as_json` has converted. Ignores other keys."""
        record = cls(**{key: data[key] for key in cls.__dataclass_fields__ if key in data})
        record.outcome = Outcome(record.outcome)
        record.blame = Blame(record.blame) if record.blame is not None else None
        return record
