"""What of a whole run is kept in the checkout, for those who do not run it."""

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
    """Takes over a report's Markdown page as docs/conformance.md, and its shares for `anywasm engines`."""
    shutil.copy(report / "report.md", CHECKOUT / "docs" / "conformance.md")
    write("conformance", rows(json.loads((report / "summary.json").read_text())))


def rows(data: dict[str, Any]) -> list[Measured]:
    """The rows of the table, out of a summary: of the styles the one that passes less."""
    made = []
    for release in RELEASES:
        meaning = f"official tests of WebAssembly {release} that pass, in both styles"
        made.append(Measured(f"wasm_{release}", meaning, {e["engine"]: _share(e, release) for e in data["engines"]}))
    counts = {engine: found["counts"] for engine, found in data["c_api"]["engines"].items()}
    works = {engine: f"{count.get('works', 0)}/{sum(count.values())}" for engine, count in counts.items()}
    return [*made, Measured("c_api", "functions of wasm.h that work, of all", works)]


def _share(engine: dict[str, Any], release: str) -> str:
    rates = [counts[release]["rate"] for counts in engine["releases"].values() if release in counts]
    return percent(min((rate for rate in rates if rate is not None), default=None))
