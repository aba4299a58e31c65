"""Compares claims about the proposals of engines with the measured proposals.

The claims come from the feature table on webassembly.org. `claims.toml` contains those rows of the table that a probe
can check, copied by hand. The file also maps our engine names to the table's engine names. The comparison ignores an
engine without such a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anywasm_conformance.places import HOME
from anywasm_conformance.toml import read


def compare(measured: Mapping[str, frozenset[str]]) -> list[dict[str, Any]]:
    """Returns a row for each proposal: for each engine, the claim, and whether the engine compiled the probe."""
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
