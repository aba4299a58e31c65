"""Writes the results of a full run to the checkout."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from anywasm.engines.measured import Measured, write
from anywasm_conformance.places import CHECKOUT
from anywasm_conformance.report.markdown import percent

RELEASES = ("1.0", "2.0", "3.0")


def record(report: Path) -> None:
    """Copies the results of a report to the checkout.

    The Markdown page goes to docs/conformance.md. The shares of passed tests go to the table of `anywasm engines`.
    """
    shutil.copy(report / "report.md", CHECKOUT / "docs" / "conformance.md")
    write("conformance", rows(json.loads((report / "summary.json").read_text())))


def rows(data: dict[str, Any]) -> list[Measured]:
    """Returns the rows that a summary adds to the table of `anywasm engines`.

    If the shares of passed tests differ between the two API styles, a row contains the lower share.
    """
    measured = []
    for release in RELEASES:
        meaning = f"official tests of WebAssembly {release} that pass, in both styles"
        measured.append(
            Measured(f"wasm_{release}", meaning, {e["engine"]: _share(e, release) for e in data["engines"]})
        )
    counts = {engine: found["counts"] for engine, found in data["c_api"]["engines"].items()}
    works = {engine: f"{count.get('works', 0)}/{sum(count.values())}" for engine, count in counts.items()}
    return [*measured, Measured("c_api", "functions of wasm.h that work, of all", works)]


def _share(engine: dict[str, Any], release: str) -> str:
    rates = [counts[release]["rate"] for counts in engine["releases"].values() if release in counts]
    return percent(min((rate for rate in rates if rate is not None), default=None))
