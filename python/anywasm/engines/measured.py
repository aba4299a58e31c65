"""What was measured of the engines, as data: one file in `measured/` for each tool that measures.

A file is a list of rows: `name`, `meaning`, and in `engines` a text for each engine by its name. Tools write the whole
file; nothing is counted here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "measured"


@dataclass(frozen=True)
class Measured:
    """One row: what was measured, and what came out for each engine that it was measured on."""

    name: str
    meaning: str
    engines: Mapping[str, str]


def measured() -> list[Measured]:
    """All rows, file by file.

    >>> from anywasm.engines.measured import measured
    >>> all(row.meaning for row in measured())
    True
    """
    return [Measured(**row) for path in sorted(FOLDER.glob("*.json")) for row in json.loads(path.read_text())]


def write(tool: str, rows: list[Measured]) -> None:
    """Writes what a tool measured, instead of what it measured before."""
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps([vars(row) for row in rows], indent=2)
    (FOLDER / f"{tool}.json").write_text(text + "\n")
