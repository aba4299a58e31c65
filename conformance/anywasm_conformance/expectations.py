"""Known deviations: `expectations/<engine>.toml` for one engine, and `all.toml` for every engine.

A row of `engines.toml` with a name of its own may have a file too, which adds to the file of its engine. No file means
that no deviation is expected.

```toml
[[deviation]]
at = ["wasm-v2/table.wast:10"]     # FILE:LINE, in any suite that may be run
outcome = "fail"                   # or "crash", "timeout", "superseded"
blame = "engine"                   # or "wasm.h", "binding", "suite"
reason = "why, in a sentence"
issue = "https://..."              # where it is reported upstream, if it is
```

The assertions still run, so that an entry must stay true. An assertion that passes has the outcome `xpass`. An entry
whose line holds no assertion is stale. Both make the run red.
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
    """A file of expectations has an error; the text says where."""


@dataclass(frozen=True)
class Deviation:
    """The outcome that is expected of some lines, and why."""

    outcome: Outcome
    blame: Blame
    reason: str
    issue: str | None


class Expectations:
    """The expectations for one subject. Records which of them came true."""

    def __init__(self, subject: Subject, folder: Path = FOLDER) -> None:
        self._known: dict[str, Deviation] = {}
        self._met: set[str] = set()
        for name in dict.fromkeys(("all", subject.engine, subject.name)):
            path = folder / f"{name}.toml"
            if path.exists():
                self._read(path)

    def _read(self, path: Path) -> None:
        for entry in read(path).get("deviation", []):
            deviation = _deviation(path, entry)
            for place in entry["at"]:
                if place in self._known:
                    raise ExpectationError(f"{path}: {place} is there twice")
                self._known[place] = deviation

    def apply(self, record: Record) -> None:
        """Changes a record's outcome, by the expectation for its line."""
        place = f"{record.file}:{record.line}"
        deviation = self._known.get(place)
        if deviation is None:
            return
        self._met.add(place)
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
        """Returns the lines that have an expectation but no assertion, in these files, which were run."""
        run = set(files)
        return sorted(place for place in self._known if place.rsplit(":", 1)[0] in run and place not in self._met)


def _deviation(path: Path, entry: dict[str, Any]) -> Deviation:
    where = f"{path}: {entry.get('at', entry)}"
    if not _KEYS.issuperset(entry) or not {"at", "outcome", "blame", "reason"}.issubset(entry):
        raise ExpectationError(f"{where}: an entry has the keys at, outcome, blame, reason and perhaps issue")
    try:
        outcome, blame = Outcome(entry["outcome"]), Blame(entry["blame"])
    except ValueError as error:
        raise ExpectationError(f"{where}: {error}") from None
    if outcome not in (Outcome.FAIL, Outcome.CRASH, Outcome.TIMEOUT, Outcome.SUPERSEDED):
        raise ExpectationError(f"{where}: {outcome} cannot be expected")
    return Deviation(outcome, blame, entry["reason"], entry.get("issue"))
