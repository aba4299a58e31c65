"""The report as a Markdown page, for readers of the repository."""

from __future__ import annotations

from typing import Any


def make(data: dict[str, Any]) -> str:
    """Returns the page for a summary, which has the contents of `summary.json`."""
    lines = ["# Conformance", ""]
    lines += _provenance(data)
    lines += [
        "",
        "Share of assertions that pass, of those that concern an engine (no text format, nothing superseded);",
    ]
    lines += ["what does not pass is counted by outcome. `~` marks where only part was run.", ""]
    columns = [(part, style) for part in data["engines"] for style in data["styles"]]
    lines += [_row("area", *(f"{part['engine']} {style}" for part, style in columns))]
    lines += [_row("---", *("---:" for _ in columns))]
    for area in data["areas"]:
        lines.append(_row(area, *(_cell(part["areas"][style].get(area), part) for part, style in columns)))
        if area in data["wider"]:
            counts = (part["releases"][style].get(area) for part, style in columns)
            lines.append(
                _row(f"{area} with its proposals", *(percent(count["rate"] if count else None) for count in counts))
            )
    lines.append(_row("**all**", *(_cell(part["total"][style], part) for part, style in columns)))
    for part in data["engines"]:
        lines += _engine(part)
    lines += _claims(data["claims"])
    if data["c_api"]:
        lines += _c_api(data["c_api"])
    return "\n".join(lines) + "\n"


def _provenance(data: dict[str, Any]) -> list[str]:
    suite = data["suite"]
    return [
        f"* anywasm {data['anywasm']}, {data['began']}, {data['machine']}",
        f"* suite: {suite['source']}, {len(suite['files'])} of {suite['of_files']} files, "
        f"{suite['verbatim']} of them byte for byte those of the upstream suite",
        *(
            f"* {part['engine']} {part['version']} ({part['backend']}{options(part)}): {part['seconds']} s"
            f"{'' if part['complete'] else ', interrupted'}"
            for part in data["engines"]
        ),
    ]


def options(part: dict[str, Any]) -> str:
    """Returns the options of an engine as text that starts with a comma, or an empty text for no options."""
    return "".join(f", {name}={str(value).lower()}" for name, value in part["options"].items())


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(count: dict[str, Any] | None, part: dict[str, Any]) -> str:
    if count is None:
        return ""
    others = {name: number for name, number in count["outcomes"].items() if name != "pass"}
    note = ", ".join(f"{number} {name}" for name, number in others.items())
    return f"{'' if part['complete'] else '~'}{percent(count['rate'])}{f' ({note})' if note else ''}"


def percent(rate: float | None) -> str:
    """Returns a share as text in percent. A share below 1 is never rounded to 100 %."""
    if rate is None:
        return "-"
    return "100 %" if rate == 1 else f"{int(rate * 1000) / 10:.1f} %"


def _engine(part: dict[str, Any]) -> list[str]:
    lines = ["", f"## {part['engine']} {part['version']}", ""]
    for style, skips in part["skips"].items():
        shown = ", ".join(f"{number} for {reason}" for reason, number in skips.items())
        lines.append(f"* {style}: {sum(skips.values())} assertions not run{f': {shown}' if shown else ''}")
    merged: dict[str, dict[str, Any]] = {}
    for each in part["deviations"]:
        merged.setdefault(each["id"], {**each, "styles": []})["styles"].append(each["style"])
    if not merged:
        return lines
    lines += ["", _row("directive", "outcome", "blame", "why"), _row("---", "---", "---", "---")]
    for each in merged.values():
        why = each.get("reason") or f"expected {each.get('expected')}, got {each.get('actual')}"
        lines.append(_row(f"`{each['id']}` {each['kind']}", each["outcome"], each.get("blame", "?"), _plain(why)))
    return lines


def _plain(text: str) -> str:
    """Converts a text to a cell of a Markdown table. Keeps at most 300 characters."""
    return " ".join(text.replace("|", "\\|").split())[:300]


def _claims(claims: list[dict[str, Any]]) -> list[str]:
    engines = sorted({engine for each in claims for engine in each["engines"]})
    if not engines:
        return []
    lines = ["", "## Claimed and measured", ""]
    lines += ["What webassembly.org's table claims of an engine's newest version, and what the probes found here.", ""]
    lines += [_row("proposal", *engines), _row("---", *("---" for _ in engines))]
    for each in claims:
        cells = (each["engines"].get(engine) for engine in engines)
        lines.append(_row(each["proposal"], *(f"{c['claimed']} / {c['measured']}" if c else "" for c in cells)))
    return lines


def _c_api(c_api: dict[str, Any]) -> list[str]:
    engines = list(c_api["engines"])
    lines = [
        "",
        "## The C API",
        "",
        "Each function of `wasm.h`, by a small program that calls it in a process of its own.",
        "",
    ]
    lines += [_row("function", *engines), _row("---", *("---" for _ in engines))]
    for group in c_api["groups"]:
        lines.append(_row(f"**{group['name']}**", *("" for _ in engines)))
        for name in group["functions"]:
            verdicts = (c_api["engines"][engine]["functions"].get(name, {"verdict": "?"}) for engine in engines)
            lines.append(_row(f"`{name}`", *(verdict["verdict"] for verdict in verdicts)))
    return lines
