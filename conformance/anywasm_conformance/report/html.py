"""The report as an HTML page. The page contains its styles and scripts, so it loads no other files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from anywasm_conformance.report.markdown import options, percent

_HERE = Path(__file__).parent
#: The contents of `summary.json`, or a part of the contents.
Data = dict[str, Any]


def make(data: Data) -> str:
    """Returns the page for a summary."""
    parts = [
        _head(data),
        _matrix(data),
        *(_engine(part, data) for part in data["engines"]),
        _claims(data),
        _c_api(data["c_api"]) if data["c_api"] else "",
        _files(data),
    ]
    css, script = ((_HERE / name).read_text() for name in ("page.css", "page.js"))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>anywasm conformance</title><style>{css}</style></head>"
        f"<body>{''.join(parts)}<script>{script}</script></body></html>\n"
    )


def _tag(name: str, text: str, **attributes: str) -> str:
    """Returns an HTML element. `text` is the content of the element, as HTML."""
    formatted = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{formatted}>{text}</{name}>"


def _table(label: str, head: Iterable[str], rows: Iterable[str]) -> str:
    """Returns a table whose cells are HTML. On narrow screens, readers can scroll the table, also by keyboard."""
    header = _tag("tr", "".join(_tag("th", cell, scope="col") for cell in head))
    body = _tag("table", _tag("thead", header) + _tag("tbody", "".join(rows)))
    return _tag("div", body, class_="scroll", tabindex="0", role="region", aria_label=label)


def _row(name: str, cells: Iterable[str]) -> str:
    return _tag("tr", _tag("th", name, scope="row") + "".join(cells))


def _list(rows: Iterable[tuple[str, str]], **attributes: str) -> str:
    """Returns a definition list. The terms are plain text, and the definitions are HTML."""
    return _tag("dl", "".join(_tag("dt", escape(name)) + _tag("dd", text) for name, text in rows), **attributes)


def _head(data: Data) -> str:
    suite = data["suite"]
    rows = [
        ("anywasm", escape(data["anywasm"])),
        ("suite", f"{escape(suite['source'])}: {len(suite['files'])} of {suite['of_files']} files"),
        ("verbatim", f"{suite['verbatim']} files are byte for byte those of the upstream suite"),
        ("when", escape(data["began"])),
        ("where", escape(data["machine"])),
        ("command", _tag("code", escape(data["command"]))),
    ]
    links = [("matrix", "Matrix"), *((_id(part["engine"]), part["engine"]) for part in data["engines"])]
    links += [("claims", "Claimed and measured"), *([("c-api", "C API")] if data["c_api"] else []), ("files", "Files")]
    nav = _tag("nav", "".join(_tag("a", escape(text), href=f"#{target}") for target, text in links))
    return _tag("header", _tag("h1", "WebAssembly conformance") + _list(rows) + nav)


def _matrix(data: Data) -> str:
    engines = data["engines"]
    names = (f"{escape(each['engine'])}<span class=small><br>{escape(each['version'])}</span>" for each in engines)
    rows = []
    for area in data["areas"]:
        rows.append(_row(escape(area), (_cell(each, area, data) for each in engines)))
        # A release with files in other areas has a second row. The second row includes the files in other areas.
        if area in data["wider"]:
            wider = (_release(each, area, data) for each in engines)
            rows.append(_row(f"{escape(area)} <span class=small>with its proposals</span>", wider))
    rows.append(_row("<b>all</b>", (_cell(each, None, data) for each in engines)))
    text = (
        "Each cell shows the share of assertions that pass. Assertions about the text format and superseded assertions "
        "are not counted. Assertions that could not be run count as not passed. The link in a cell leads to the "
        "assertions that did not pass. If the results of the styles differ, the cell shows both shares."
    )
    return _tag("section", _tag("h2", "Matrix", id="matrix") + _tag("p", text) + _table("Matrix", ["", *names], rows))


def _cell(part: Data, area: str | None, data: Data) -> str:
    counts = [part["total"][style] if area is None else part["areas"][style].get(area) for style in data["styles"]]
    present = [count for count in counts if count is not None]
    if not present:
        return _tag("td", "-")
    shown = list(dict.fromkeys(percent(count["rate"]) for count in present))
    worst = min((count["rate"] for count in present if count["rate"] is not None), default=None)
    marks = dict.fromkeys(name for count in present for name in _red(count))
    notes = ", ".join([*marks, *(_skipped(present[0]))])
    grade = "good" if worst == 1 or worst is None else "fair" if worst >= 0.9 else "poor"
    if marks:
        grade = "poor"
    link = _tag("a", " / ".join(shown), href=f"#{_id(part['engine'], area or 'all')}")
    return _tag("td", link + (_tag("span", escape(notes), class_="small") if notes else ""), class_=grade)


def _release(part: Data, release: str, data: Data) -> str:
    counts = [part["releases"][style].get(release) for style in data["styles"]]
    shown = dict.fromkeys(percent(count["rate"]) for count in counts if count is not None)
    return _tag("td", " / ".join(shown) or "-")


def _red(count: Data) -> Iterable[str]:
    for name in ("fail", "crash", "timeout", "xpass"):
        number = count["outcomes"].get(name, 0) + count["text"].get(name, 0)
        if number:
            yield f"{number} {name}"


def _skipped(count: Data) -> Iterable[str]:
    for name in ("skip", "xfail"):
        if count["outcomes"].get(name):
            yield f"{count['outcomes'][name]:,} {name}"


def _id(engine: str, area: str | None = None) -> str:
    return engine if area is None else f"{engine}--{area}"


def _engine(part: Data, data: Data) -> str:
    rows = [
        ("version", escape(part["version"])),
        ("header and options", escape(part["backend"] + options(part))),
        ("capabilities", escape(", ".join(part["capabilities"]))),
        ("proposals", escape(", ".join(name for name, has in part["proposals"].items() if has))),
        ("not supported", escape(", ".join(name for name, has in part["proposals"].items() if not has) or "none")),
        ("time", f"{part['seconds']} s{'' if part['complete'] else ', interrupted: only part was run'}"),
        ("stale expectations", escape(", ".join(part["stale"]) or "none")),
        ("styles differ in", escape(", ".join(part["differences"][:20]) or "nothing")),
    ]
    merged = _merged(part["deviations"])
    areas = [_area(part, area, [each for each in merged if each["area"] == area], data) for area in data["areas"]]
    everything = _area(part, None, [], data)
    title = _tag("h2", escape(part["engine"]), id=_id(part["engine"]))
    return _tag("section", title + _list(rows) + everything + "".join(areas))


def _merged(deviations: Sequence[Data]) -> list[Data]:
    """Combines the deviations of a command in both API styles into one deviation with a list of styles."""
    merged: dict[str, Data] = {}
    for each in deviations:
        merged.setdefault(each["id"], {**each, "styles": []})["styles"].append(each["style"])
    return list(merged.values())


def _area(part: Data, area: str | None, deviations: Sequence[Data], data: Data) -> str:
    """Returns the results of an area on an engine.

    If `area` is `None`, returns the results of all areas, with the reasons for skips.
    """
    rows = []
    for style in data["styles"]:
        count = part["total"][style] if area is None else part["areas"][style].get(area)
        if count is None:
            return ""
        outcomes = ", ".join(f"{number:,} {name}" for name, number in count["outcomes"].items())
        text = ", ".join(f"{number:,} {name}" for name, number in count["text"].items())
        raw = f"{percent(count['raw_rate'])} of all {count['assertions']:,} assertions"
        rows.append((style, f"{outcomes or 'none'}; {raw}{f'; text format: {text}' if text else ''}"))
        rows.append(("", f"{count['adapted']:,} passed through an adapter"))
        if area is None:
            skips = (f"{number:,} for {escape(reason)}" for reason, number in part["skips"][style].items())
            rows.append(("not run", ", ".join(skips) or "nothing"))
    body = _list(rows) + "".join(_case(each, part["engine"], data) for each in deviations)
    note = "all areas" if area is None else f"{len(deviations)} deviations from the suite"
    summary = _tag("summary", f"<b>{escape(area or 'all')}</b> <span class=small>{note}</span>")
    return _tag("details", summary + body, id=_id(part["engine"], area or "all"))


def _case(each: Data, engine: str, data: Data) -> str:
    suite = data["suite"]["source"]
    source = "" if suite.startswith("crate ") else f" --suite {suite}"
    command = f"anywasm conformance --engine {engine} --only {each['file']}:{each['line']}{source}"
    rows = [
        (each["outcome"], _tag("code", escape(f"{each['id']} {each['kind']}"))),
        ("directive", _tag("code", escape(each["directive"]))),
    ]
    for name in ("expected", "actual", "reason", "blame"):
        if each.get(name):
            rows.append((name, _tag("code" if name in ("expected", "actual") else "span", escape(each[name]))))
    if each.get("issue"):
        rows.append(("issue", _tag("a", escape(each["issue"]), href=each["issue"])))
    rows.append(("styles", escape(", ".join(each["styles"]))))
    rows.append(("repeat", _tag("code", escape(command))))
    return _list(rows, class_="case")


def _claims(data: Data) -> str:
    engines = [part["engine"] for part in data["engines"]]
    rows = []
    for each in data["claims"]:
        cells = []
        for engine in engines:
            found = each["engines"].get(engine)
            agree = found and (found["claimed"] not in ("no", "flag")) == (found["measured"] == "yes")
            text = f"{found['claimed']} / {found['measured']}" if found else "-"
            cells.append(_tag("td", escape(text), class_="" if not found else "good" if agree else "fair"))
        rows.append(_row(escape(each["proposal"]), cells))
    text = (
        "The first value is the claim of the table on webassembly.org: the first version of the engine that supports "
        "the proposal, or whether the proposal must be switched on. The second value shows whether the engine compiled "
        "a module that needs the proposal, with the options of this run."
    )
    title = _tag("h2", "Claimed and measured", id="claims")
    return _tag("section", title + _tag("p", text) + _table("Claims", ["", *map(escape, engines)], rows))


def _c_api(c_api: Data) -> str:
    engines = list(c_api["engines"])
    rows = []
    for group in c_api["groups"]:
        rows.append(_row(f"<b>{escape(group['name'])}</b>", (_tag("td", "") for _ in engines)))
        for name in group["functions"]:
            cells = (_verdict(c_api["engines"][engine]["functions"].get(name)) for engine in engines)
            rows.append(_row(_tag("code", escape(name)), cells))
    counts = (
        _tag("td", "<br>".join(f"{number} {escape(verdict)}" for verdict, number in each["counts"].items()))
        for each in c_api["engines"].values()
    )
    rows.insert(0, _row("<b>all</b>", counts))
    text = "Each function of wasm.h, called by a small program in a process of its own, as a host would call it."
    title = _tag("h2", "The C API", id="c-api")
    return _tag("section", title + _tag("p", text) + _table("C API", ["", *map(escape, engines)], rows))


def _verdict(found: Data | None) -> str:
    if found is None:
        return _tag("td", "?")
    grade = {"works": "good", "missing": "fair"}.get(found["verdict"], "poor")
    note = found.get("detail")
    cell = escape(found["verdict"]) + (_tag("span", escape(note[:160]), class_="small") if note else "")
    return _tag("td", cell, class_=grade)


def _files(data: Data) -> str:
    rows = (
        _row(
            _tag("code", escape(file["path"])),
            [
                _tag("td", f"{file['commands']:,}"),
                _tag("td", "verbatim" if file["verbatim"] else "not upstream's bytes", class_="words"),
                _tag("td", _tag("code", file["sha256"][:16]), class_="words"),
                _tag("td", escape(file.get("unparsed", "")), class_="words"),
            ],
        )
        for file in data["suite"]["files"]
    )
    table = _table("Files", ["file", "commands", "bytes", "sha256", "not parsed"], rows)
    summary = _tag("summary", f"{len(data['suite']['files'])} files")
    return _tag("section", _tag("h2", "Files", id="files") + _tag("details", summary + table))
