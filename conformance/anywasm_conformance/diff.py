"""Compares two runs by their files `results.jsonl.gz`."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: The engine, the API style and the id of a command.
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Change:
    """A command with different outcomes in two runs. An outcome is `None` if the run does not contain the command."""

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
    """Yields the changes between two runs. Ignores engines and styles that only one run contains."""
    old, new = outcomes(before), outcomes(after)
    in_both = {key[:2] for key in old} & {key[:2] for key in new}
    for key in sorted(old.keys() | new.keys()):
        if key[:2] in in_both and old.get(key) != new.get(key):
            yield Change(*key, old.get(key), new.get(key))
