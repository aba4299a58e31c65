"""The reports of a run, in several formats. A report shows the results, but does not judge the results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from anywasm_conformance.report import html, junit, markdown, summary
from anywasm_conformance.report.recorded import record
from anywasm_conformance.run import Run

__all__ = ["record", "write"]


def write(run: Run, out: Path, c_api: dict[str, Any] | None) -> None:
    """Writes `summary.json`, `junit.xml`, `report.md` and `report.html` to the folder `out`."""
    data = summary.make(run, c_api)
    (out / "summary.json").write_text(json.dumps(data, indent=1) + "\n")
    (out / "junit.xml").write_text(junit.make(run))
    (out / "report.md").write_text(markdown.make(data))
    (out / "report.html").write_text(html.make(data))
