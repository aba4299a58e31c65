"""Known deviations: `expectations/<engine>.toml` for one engine, and `all.toml` for every engine.

A row of `engines.toml` can have another name than its engine. A file with the name of the row adds expectations to the
engine's file. Without any of these files, no deviation is expected.

```toml
[[deviation]]
at = ["wasm-v2/table.wast:10"]     # FILE:LINE, in any suite that may be run
outcome = "fail"                   # or "crash", "timeout", "superseded"
blame = "engine"                   # or "wasm.h", "binding", "suite"
reason = "why, in a sentence"
issue = "https://..."              # optional: the report to the upstream project
```

The assertions of an entry still run. If an assertion of an entry passes, its outcome is `xpass`. If a line of an entry
has no assertion, the entry is stale. A run with an `xpass` or a stale entry is red, so that the entries stay up to
date.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anywasm_conformance.outcome import Blame, Outcome, Record
from anywasm_conformance.places import HOME
from anywasm_conformance.subject import Subject
from anywasm_conformance.toml import read

FOLDER = HOME / "expectations"
_KEYS = {"at", "outcome", "blame", "reason", "issue"}


class ExpectationError(Exception):
    """A file of expectations has an error. The text contains the place of the error."""


@dataclass(frozen=True)
class Deviation:
    """The expected outcome of the assertions at some lines, and the reason."""

    outcome: Outcome
    blame: Blame
    reason: str
    issue: str | None


class Expectations:
    """The expectations for one subject, by line. Remembers the lines to which an expectation was applied."""

    def __init__(self, subject: Subject, folder: Path = FOLDER) -> None:
        self._deviations_by_place: dict[str, Deviation] = {}
        self._applied_places: set[str] = set()
        for name in dict.fromkeys(("all", subject.engine, subject.name)):
            path = folder / f"{name}.toml"
            if path.exists():
                self._read(path)

    def _read(self, path: Path) -> None:
        for entry in read(path).get("deviation", []):
            deviation = _parse_deviation(path, entry)
            for place in entry["at"]:
                if place in self._deviations_by_place:
                    raise ExpectationError(f"{path}: {place} is there twice")
                self._deviations_by_place[place] = deviation

    def apply(self, record: Record) -> None:
        """Changes the outcome of a record if there is an expectation for its line."""
        place = f"{record.file}:{record.line}"
        deviation = self._deviations_by_place.get(place)
        if deviation is None:
            return
        self._applied_places.add(place)
        if deviation.outcome is Outcome.SUPERSEDED and record.outcome is Outcome.FAIL:
            record.outcome = Outcome.SUPERSEDED
        elif deviation.outcome is record.outcome:
            record.outcome = Outcome.XFAIL
        elif record.outcome is Outcome.PASS:
            record.outcome = Outcome.XPASS
        else:
            return
        record.reason, record.blame, record.issue = deviation.reason, deviation.blame, deviation.issue

    def stale(self, files: Iterable[str]) -> list[str]:
        """Returns the lines of `files` with an expectation but without an assertion. `files` are the files that ran."""
        files_run = set(files)
        expected_places = {place for place in self._deviations_by_place if place.rsplit(":", 1)[0] in files_run}
        return sorted(expected_places - self._applied_places)


def _parse_deviation(path: Path, entry: dict[str, Any]) -> Deviation:
    location = f"{path}: {entry.get('at', entry)}"
    if not _KEYS.issuperset(entry) or not {"at", "outcome", "blame", "reason"}.issubset(entry):
        raise ExpectationError(f"{location}: an entry has the keys at, outcome, blame, reason and perhaps issue")
    try:
        outcome, blame = Outcome(entry["outcome"]), Blame(entry["blame"])
    except ValueError as error:
        raise ExpectationError(f"{location}: {error}") from None
    if outcome not in (Outcome.FAIL, Outcome.CRASH, Outcome.TIMEOUT, Outcome.SUPERSEDED):
        raise ExpectationError(f"{location}: {outcome} cannot be expected")
    return Deviation(outcome, blame, entry["reason"], entry.get("issue"))
