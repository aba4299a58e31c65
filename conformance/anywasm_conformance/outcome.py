"""The outcome of a command of the suite, and the cause of a deviation."""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass
from typing import Any


class Outcome(str, enum.Enum):
    """The outcome of a command."""

    PASS = "pass"
    #: The result differs from the result that the suite expects.
    FAIL = "fail"
    #: The process was killed or exited during the command.
    CRASH = "crash"
    #: The time limit of the file was reached during the command.
    TIMEOUT = "timeout"
    #: The command was not run. `reason` contains the missing proposal or capability.
    SKIP = "skip"
    #: The command failed, and `expectations/` expects the failure.
    XFAIL = "xfail"
    #: The command passed, but `expectations/` expects a failure. The expectation is out of date.
    XPASS = "xpass"
    #: An old suite expects an error for a module, but a later proposal has made the module valid. `reason` is the name
    #: of the proposal.
    SUPERSEDED = "superseded"

    __str__ = str.__str__


#: The unexpected outcomes. A run with any of them is red.
RED = frozenset((Outcome.FAIL, Outcome.CRASH, Outcome.TIMEOUT, Outcome.XPASS))


class Blame(str, enum.Enum):
    """The part that causes a deviation."""

    ENGINE = "engine"
    #: The engine supports the feature, but `wasm.h` cannot express it.
    HEADER = "wasm.h"
    #: anywasm itself.
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
    #: The type of the command, such as `assert_return` or `module`.
    kind: str
    outcome: Outcome
    #: The way in which values were passed: `direct`, or the kind of the adapter module that passed them (`carry.py`).
    #: If the command only tests the text format, `text`.
    via: str = "direct"
    #: For a skip, the missing proposal or capability. For `superseded`, the proposal. For an `xfail`, the cause.
    reason: str | None = None
    blame: Blame | None = None
    issue: str | None = None
    expected: str | None = None
    actual: str | None = None

    @property
    def id(self) -> str:
        """The file, line and index of the command. The id is unique for an engine and a style."""
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
        """Creates a record from the result of `as_json`. Ignores unknown keys."""
        record = cls(**{key: data[key] for key in cls.__dataclass_fields__ if key in data})
        record.outcome = Outcome(record.outcome)
        record.blame = Blame(record.blame) if record.blame is not None else None
        return record
