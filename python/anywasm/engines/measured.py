"""Reads and writes measurements of the engines: one file in `measured/` for each tool that measures.

A file is a list of rows: `name`, `meaning`, and `engines`, which maps an engine's name to a text. A tool always writes
its whole file. This module does not count or measure anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "measured"


@dataclass(frozen=True)
class Measured:
    """A row: the name and the meaning of a measurement, and the result for each engine that was measured."""

    name: str
    meaning: str
    engines: Mapping[str, str]


def measured() -> list[Measured]:
    """Returns the rows of all files.

    >>> from anywasm.engines.measured import measured
    >>> all(row.meaning for row in measured())
    True
    """
    return [Measured(**row) for path in sorted(FOLDER.glob("*.json")) for row in json.loads(path.read_text())]


def write(tool: str, rows: list[Measured]) -> None:
    """Replaces the rows of a tool."""
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps([vars(row) for row in rows], indent=2)
    (FOLDER / f"{tool}.json").write_text(text + "\n")
