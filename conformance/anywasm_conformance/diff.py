"""What changed between two runs: `results.jsonl.gz` of one against that of another."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Change:
    """A command whose outcome differs; None where one of the runs does not have it."""

    engine: str
    style: str
    id: str
    before: str | None
    after: str | None


def outcomes(folder: Path) -> dict[Key, str]:
    """By engine, style and id, how each command of a run came out."""
    with gzip.open(folder / "results.jsonl.gz", "rt") as stream:
        return {(each["engine"], each["style"], each["id"]): each["outcome"] for each in map(json.loads, stream)}


def compare(before: Path, after: Path) -> Iterator[Change]:
    """All changes, for the engines and styles that both runs have."""
    old, new = outcomes(before), outcomes(after)
    both = {key[:2] for key in old} & {key[:2] for key in new}
    for key in sorted(old.keys() | new.keys()):
        if key[:2] in both and old.get(key) != new.get(key):
            yield Change(*key, old.get(key), new.get(key))
