"""The report as `summary.json`. The HTML and Markdown pages show only data from this file.

The JSON schema of the file is `conformance/summary.schema.json`.
"""

from __future__ import annotations

from typing import Any

import anywasm
from anywasm_conformance import claims
from anywasm_conformance.outcome import Record
from anywasm_conformance.run import EngineRun, Run
from anywasm_conformance.suite import Suite

#: The version of the schema.
VERSION = 1
#: The areas at the beginning of a report. All other areas are proposals, in alphabetical order.
_FIRST = ("1.0", "2.0", "3.0", "latest")
#: Maximum number of characters of a directive in a report.
_MAX_DIRECTIVE = 240
#: Maximum number of lines of a directive in a report.
_MAX_DIRECTIVE_LINES = 8


def make(run: Run, c_api: dict[str, Any] | None) -> dict[str, Any]:
    """Returns the summary of a run. `c_api` contains the results of the C API probes, or is `None`."""
    areas = sorted({file.area for file in run.choice.files}, key=lambda area: (area not in _FIRST, area))
    return {
        "version": VERSION,
        "anywasm": anywasm.__version__,
        "command": run.command,
        "began": run.began,
        "machine": run.machine,
        "suite": _suite(run),
        "styles": list(run.choice.styles),
        "areas": areas,
        # The releases to which files of proposals belong too. Each of these proposals is also an area of its own.
        "wider": sorted({file.release for file in run.choice.files if file.area != file.release} & set(areas)),
        "engines": [_engine(part, areas, run) for part in run.engines],
        "claims": claims.compare({part.name: part.proposals for part in run.engines}),
        "c_api": c_api,
    }


def _suite(run: Run) -> dict[str, Any]:
    files = [
        {
            "path": file.path,
            "area": file.area,
            "release": file.release,
            "sha256": file.sha256,
            "verbatim": file.verbatim,
            "commands": file.commands,
            **({"unparsed": file.unparsed} if file.unparsed else {}),
        }
        for file in run.choice.files
    ]
    return {
        "source": run.suite.source,
        "files": files,
        "of_files": len(run.suite.files),
        "verbatim": sum(file.verbatim for file in run.choice.files),
    }


def _engine(part: EngineRun, areas: list[str], run: Run) -> dict[str, Any]:
    tally, styles = part.tally, run.choice.styles
    return {
        "engine": part.name,
        "options": dict(part.subject.options),
        "version": part.version,
        "backend": part.backend,
        "capabilities": part.capabilities,
        "proposals": {name: name in part.proposals for name in part.probed},
        "seconds": round(part.seconds, 1),
        "complete": part.complete,
        "red": tally.red,
        "commands": tally.commands,
        "total": {style: tally.styles[style].as_json() for style in styles},
        "releases": {
            style: {name: count.as_json() for (each, name), count in sorted(tally.releases.items()) if each == style}
            for style in styles
        },
        "areas": {
            style: {area: tally.areas[style, area].as_json() for area in areas if (style, area) in tally.areas}
            for style in styles
        },
        "skips": {style: dict(tally.skips[style].most_common()) for style in styles},
        "deviations": [_deviation(style, area, record, run) for style, area, record in tally.deviations],
        "differences": tally.differences,
        "stale": tally.stale,
    }


def _deviation(style: str, area: str, record: Record, run: Run) -> dict[str, Any]:
    return {"style": style, "area": area, **record.as_json(), "directive": directive(run.suite, record)}


def directive(suite: Suite, record: Record) -> str:
    """Returns the directive (the source text of the command) of a record. Cuts off a directive that is too long."""
    first = record.line - 1
    lines = suite.text(record.file)[first : first + _MAX_DIRECTIVE_LINES]
    depth, directive_lines = 0, []
    for line in lines:
        directive_lines.append(line.strip())
        depth += line.count("(") - line.count(")")
        if depth <= 0:
            break
    text = " ".join(directive_lines)
    return text if len(text) <= _MAX_DIRECTIVE else f"{text[:_MAX_DIRECTIVE]}..."
