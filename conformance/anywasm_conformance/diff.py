"""Compares two runs, by their `results.jsonl.gz`."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: Engine, style and id of a command.
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Change:
    """A command whose outcome differs. An outcome is `None` if the run does not contain the command."""

    engine: str
    style: str
    id: str
    before: str | None
    after: str | None


def outcomes(folder: Path) -> dict[Key, str]:
    """Returns the outcome of each command of a run."""
    with gzip.open(folder / "results.jsonl.gz", "rt") as stream:
        return {(each["engine"], each["style"], each["id"]): each["outcome"] for each in map(json.loads, stream)}


def compare(before: Path, after: Path) -> Iterator[Change]:
    """Yields all changes, for the engines and styles that both runs contain."""
    old, new = outcomes(before), outcomes(after)
    both = {key[:2] for key in old} & {key[:2] for key in new}
    for key in sorted(old.keys() | new.keys()):
        if key[:2] in both and old.get(key) != new.get(key):
            yield Change(*key, old.get(key), new.get(key))
