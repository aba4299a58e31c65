"""How a command of the suite came out, and who is to blame."""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass
from typing import Any


class Outcome(str, enum.Enum):
    """How a command came out; all of them count in one denominator."""

    PASS = "pass"
    #: It did something else than the suite says.
    FAIL = "fail"
    #: The process died while it ran.
    CRASH = "crash"
    #: The file took too long while it ran.
    TIMEOUT = "timeout"
    #: It could not be run: `reason` names the proposal or capability that is missing.
    SKIP = "skip"
    #: It failed as `expectations/` says it would.
    XFAIL = "xfail"
    #: It passed although `expectations/` says it would fail: the expectation is out of date.
    XPASS = "xpass"
    #: A later proposal, named by `reason`, has made legal what the suite of its time wants refused.
    SUPERSEDED = "superseded"

    __str__ = str.__str__


#: What nobody expects: a run that has any of these is red.
RED = frozenset((Outcome.FAIL, Outcome.CRASH, Outcome.TIMEOUT, Outcome.XPASS))


class Blame(str, enum.Enum):
    """Whose the deviation is."""

    ENGINE = "engine"
    #: The engine could, but its C header has no word for it.
    HEADER = "wasm.h"
    #: Ours.
    BINDING = "binding"
    #: The suite contradicts itself, or the tools that read it cannot.
    SUITE = "suite"

    __str__ = str.__str__


@dataclass
class Record:
    """One command and how it came out."""

    file: str
    line: int
    #: Its place among the file's commands, from 0.
    index: int
    #: `assert_return`, `module`, ...
    kind: str
    outcome: Outcome
    #: `direct`, or the kind of adapter that carried the values, or `text` where only the text format is concerned.
    via: str = "direct"
    #: Of a skip what is missing, of `superseded` the proposal, of an expected failure why.
    reason: str | None = None
    blame: Blame | None = None
    issue: str | None = None
    expected: str | None = None
    actual: str | None = None

    @property
    def id(self) -> str:
        """File, line and index: unique in a run of one engine and style."""
        return f"{self.file}:{self.line}#{self.index}"

    @property
    def is_assertion(self) -> bool:
        """Whether it claims something; the other commands only prepare."""
        return self.kind.startswith("assert_")

    def as_json(self) -> dict[str, Any]:
        """The record without what it does not have."""
        return {"id": self.id, **{key: value for key, value in asdict(self).items() if value is not None}}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Record:
        """What `as_json` gave; other keys are left out."""
        record = cls(**{key: data[key] for key in cls.__dataclass_fields__ if key in data})
        record.outcome = Outcome(record.outcome)
        record.blame = Blame(record.blame) if record.blame is not None else None
        return record
