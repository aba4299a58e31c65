"""Counts: what a run found, in one denominator."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from anywasm_conformance.outcome import RED, Blame, Outcome, Record
from anywasm_conformance.pool import Result

#: What a module that an engine does not read at all says nothing about.
TEXT = "text"


@dataclass
class Count:
    """Assertions by outcome; those that concern only the text format apart."""

    outcomes: Counter[str] = field(default_factory=Counter)
    text: Counter[str] = field(default_factory=Counter)
    adapted: int = 0

    def add(self, record: Record) -> None:
        """Counts an assertion."""
        (self.text if record.via == TEXT else self.outcomes)[record.outcome.value] += 1
        self.adapted += record.via not in ("direct", TEXT) and record.outcome is Outcome.PASS

    def merge(self, other: Count) -> None:
        """Adds what another has counted."""
        self.outcomes.update(other.outcomes)
        self.text.update(other.text)
        self.adapted += other.adapted

    @property
    def total(self) -> int:
        """All assertions but those of the text format."""
        return self.outcomes.total()

    @property
    def passed(self) -> int:
        """Those that passed, against expectations too."""
        return self.outcomes[Outcome.PASS] + self.outcomes[Outcome.XPASS]

    @property
    def rate(self) -> float | None:
        """The share that passed of what the engine could have passed: no text, nothing superseded."""
        possible = self.total - self.outcomes[Outcome.SUPERSEDED]
        return self.passed / possible if possible else None

    @property
    def raw_rate(self) -> float | None:
        """The share that passed of all assertions, text and superseded ones included."""
        everything = self.total + self.text.total()
        return (self.passed + self.text[Outcome.PASS]) / everything if everything else None

    def as_json(self) -> dict[str, Any]:
        """For `summary.json`."""
        return {
            "assertions": self.total + self.text.total(),
            "outcomes": dict(sorted(self.outcomes.items())),
            "text": dict(sorted(self.text.items())),
            "adapted": self.adapted,
            "rate": self.rate,
            "raw_rate": self.raw_rate,
        }


@dataclass
class FileTally:
    """A file in one style, for reports by file."""

    path: str
    style: str
    seconds: float
    count: Count
    #: Commands that are red or expected to fail, assertions and others.
    deviations: list[Record]


class Tally:
    """What one engine did, by style and area."""

    def __init__(self) -> None:
        self.areas: dict[tuple[str, str], Count] = defaultdict(Count)
        self.releases: dict[tuple[str, str], Count] = defaultdict(Count)
        self.styles: dict[str, Count] = defaultdict(Count)
        self.files: list[FileTally] = []
        self.deviations: list[tuple[str, str, Record]] = []
        self.skips: dict[str, Counter[str]] = defaultdict(Counter)
        #: Commands of which the styles disagree: a bug of the binding by definition.
        self.differences: list[str] = []
        self.stale: list[str] = []
        self.commands = 0

    def add(self, result: Result) -> None:
        """Counts a file; sets the blame for what only one style gets wrong."""
        self._compare(result)
        for style, records in result.records.items():
            count = Count()
            deviations = [record for record in records if is_deviation(record)]
            for record in records:
                if record.is_assertion:
                    count.add(record)
                    if record.outcome is Outcome.SKIP:
                        self.skips[style][record.reason or "unknown"] += 1
            self.commands += len(records)
            self.areas[style, result.file.area].merge(count)
            self.releases[style, result.file.release].merge(count)
            self.styles[style].merge(count)
            self.files.append(
                FileTally(result.file.path, style, result.seconds / len(result.records), count, deviations)
            )
            self.deviations += [(style, result.file.area, record) for record in deviations]

    def _compare(self, result: Result) -> None:
        for records in zip(*result.records.values()):
            if len({record.outcome for record in records}) == 1:
                continue
            self.differences.append(records[0].id)
            for record in records:
                if record.outcome in RED and record.blame is None:
                    record.blame = Blame.BINDING

    @property
    def red(self) -> bool:
        """Whether something is not as expected."""
        found = any(record.outcome in RED for _, _, record in self.deviations)
        return found or bool(self.differences) or bool(self.stale)


def is_deviation(record: Record) -> bool:
    """Whether a record belongs into a list of what went otherwise than the suite wants."""
    return record.outcome in RED or record.outcome in (Outcome.XFAIL, Outcome.SUPERSEDED)
