"""What engines are said to support, against what was measured.

`claims.toml` holds the rows of webassembly.org's feature table that a probe can check, written down by hand with the
engines' names as that table has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anywasm_conformance.places import HOME
from anywasm_conformance.toml import read


def compare(measured: Mapping[str, frozenset[str]]) -> list[dict[str, Any]]:
    """By proposal and engine: what is claimed, and whether the probe compiled."""
    data = read(HOME / "claims.toml")
    names: dict[str, str] = data["engines"]
    rows = []
    for proposal, claims in data["claims"].items():
        engines = {}
        for engine, proposals in measured.items():
            if names.get(engine) in claims:
                claim = claims[names[engine]]
                claimed = {True: "yes", False: "no"}.get(claim, str(claim))
                engines[engine] = {"claimed": claimed, "measured": "yes" if proposal in proposals else "no"}
        rows.append({"proposal": proposal, "engines": engines})
    return rows
