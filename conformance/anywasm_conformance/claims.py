"""Compares the proposals that engines are said to support with those that were measured.

`claims.toml` is a copy by hand of the rows of webassembly.org's feature table that a probe can check. It uses that
table's names of the engines. An engine without a name in the file is not compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anywasm_conformance.places import HOME
from anywasm_conformance.toml import read


def compare(measured: Mapping[str, frozenset[str]]) -> list[dict[str, Any]]:
    """Returns for each proposal and engine the claim, and whether the probe compiled."""
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
