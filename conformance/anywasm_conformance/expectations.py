"""What is known to deviate: `expectations/<engine>.toml`, and `all.toml` for what does on every engine.

A row of `engines.toml` with a name of its own has a file of its own too, beside that of its engine.

```toml
[[deviation]]
at = ["wasm-v2/table.wast:10"]     # FILE:LINE, in any suite that may be run
outcome = "fail"                   # or "crash", "timeout", "superseded"
blame = "engine"                   # or "wasm.h", "binding", "suite"
reason = "why, in a sentence"
issue = "https://..."              # where it is reported upstream, if it is
```

Unlike a list of what to leave out, an entry must stay true: one that passes is an outcome of its own (`xpass`), one
whose line is not in its file any more is stale, and both are red.
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
    """A file of expectations is wrong; the text says where."""


@dataclass(frozen=True)
class Deviation:
    """What is expected of some lines."""

    outcome: Outcome
    blame: Blame
    reason: str
    issue: str | None


class Expectations:
    """The expectations for one engine; remembers which came true."""

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
        """Makes of a record's outcome what it is in the light of what was expected."""
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
        """Expectations for lines of these files, which were run, that no command was found at."""
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
