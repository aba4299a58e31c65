"""Reads and writes the results that tools have measured for the engines.

Each tool that measures something has one file in `measured/`. The file is a JSON list of rows. A row has a `name`, a
`meaning`, and `engines`, which maps the name of each measured engine to the result as text. A tool always replaces its
whole file. This module does not measure anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "measured"


@dataclass(frozen=True)
class Measured:
    """A row of a file in `measured/`: a measurement and its results.

    `engines` maps the name of each measured engine to the result as text.
    """

    name: str
    meaning: str
    engines: Mapping[str, str]


def measured() -> list[Measured]:
    """Returns the rows of all files in `measured/`.

    >>> from anywasm.engines.measured import measured
    >>> all(row.meaning for row in measured())
    True
    """
    return [Measured(**row) for path in sorted(FOLDER.glob("*.json")) for row in json.loads(path.read_text())]


def write(tool: str, rows: list[Measured]) -> None:
    """Writes the file in `measured/` of the tool with this name. `rows` replaces all rows that the file contained."""
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps([vars(row) for row in rows], indent=2)
    (FOLDER / f"{tool}.json").write_text(text + "\n")
