"""Counts the outcomes of a run."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from anywasm_conformance.outcome import RED, Blame, Outcome, Record
from anywasm_conformance.pool import Result

#: The value of `Record.via` for assertions that only test the text format. The engine takes no part in them, because
#: anywasm itself parses the text format.
TEXT = "text"


@dataclass
class Count:
    """The number of assertions with each outcome."""

    #: The assertions that test an engine.
    outcomes: Counter[str] = field(default_factory=Counter)
    #: The assertions that only test the text format.
    text: Counter[str] = field(default_factory=Counter)
    #: The number of assertions with the outcome `pass` whose values an adapter module has passed (`carry.py`).
    adapted_count: int = 0

    def add(self, record: Record) -> None:
        """Counts an assertion."""
        (self.text if record.via == TEXT else self.outcomes)[record.outcome.value] += 1
        self.adapted_count += record.via not in ("direct", TEXT) and record.outcome is Outcome.PASS

    def merge(self, other: Count) -> None:
        """Adds the numbers of `other`."""
        self.outcomes.update(other.outcomes)
        self.text.update(other.text)
        self.adapted_count += other.adapted_count

    @property
    def total(self) -> int:
        """The number of assertions that test an engine. Excludes assertions about the text format."""
        return self.outcomes.total()

    @property
    def passed(self) -> int:
        """The number of passed assertions that test an engine, including unexpected passes."""
        return self.outcomes[Outcome.PASS] + self.outcomes[Outcome.XPASS]

    @property
    def rate(self) -> float | None:
        """The share of passed assertions. Excludes superseded assertions, and assertions about the text format."""
        possible = self.total - self.outcomes[Outcome.SUPERSEDED]
        return self.passed / possible if possible else None

    @property
    def raw_rate(self) -> float | None:
        """The share of passed assertions. Includes superseded assertions, and assertions about the text format."""
        total = self.total + self.text.total()
        return (self.passed + self.text[Outcome.PASS]) / total if total else None

    def as_json(self) -> dict[str, Any]:
        """Returns the numbers for `summary.json`."""
        return {
            "assertions": self.total + self.text.total(),
            "outcomes": dict(sorted(self.outcomes.items())),
            "text": dict(sorted(self.text.items())),
            "adapted": self.adapted_count,
            "rate": self.rate,
            "raw_rate": self.raw_rate,
        }


@dataclass
class FileTally:
    """The results of a file in one style, for reports by file."""

    path: str
    style: str
    seconds: float
    count: Count
    #: The records of all commands with a deviation (see `is_deviation`), including commands that are not assertions.
    deviations: list[Record]


class Tally:
    """The results of an engine, by API style and area. An area is a release of the standard, or a proposal."""

    def __init__(self) -> None:
        #: The counts by style and area.
        self.areas: dict[tuple[str, str], Count] = defaultdict(Count)
        #: The counts by style and release.
        self.releases: dict[tuple[str, str], Count] = defaultdict(Count)
        #: The counts by style.
        self.styles: dict[str, Count] = defaultdict(Count)
        #: The results of each file in each style.
        self.files: list[FileTally] = []
        #: The style, area and record of each deviation.
        self.deviations: list[tuple[str, str, Record]] = []
        #: The number of skips for each reason, by style.
        self.skips: dict[str, Counter[str]] = defaultdict(Counter)
        #: The ids of commands with different outcomes in the two styles. A difference is always a bug in anywasm.
        self.differences: list[str] = []
        #: The lines (`FILE:LINE`) with an expectation but without an assertion.
        self.stale: list[str] = []
        #: The number of commands in all styles.
        self.commands = 0

    def add(self, result: Result) -> None:
        """Adds the results of a file. If a command fails in only one API style, anywasm is to blame (`binding`)."""
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
        """Whether there is an unexpected outcome, a difference between the styles, or a stale expectation."""
        unexpected = any(record.outcome in RED for _, _, record in self.deviations)
        return unexpected or bool(self.differences) or bool(self.stale)


def is_deviation(record: Record) -> bool:
    """Returns whether the outcome of a record differs from the outcome that the suite expects.

    A skipped command is no deviation.
    """
    return record.outcome in RED or record.outcome in (Outcome.XFAIL, Outcome.SUPERSEDED)
