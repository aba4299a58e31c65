"""Nothing of the suite is lost on the way to the report."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import Path

import pytest

from anywasm_conformance import suite as suites
from anywasm_conformance.places import HOME
from anywasm_conformance.suite import Suite, SuiteError

#: A string, the beginning or end of a comment, or a parenthesis.
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|;;[^\n]*|\(;|;\)|\(|\)', re.DOTALL)
#: What a command begins with; annotations may come first.
HEAD = re.compile(r"\(\s*(?:\(@a\)\s*)*(@|\w+)(?:\s+(definition|instance)\b)?")


def forms(text: str) -> Counter[str]:
    """The top-level forms of a file by their first word, found without any of the tools that convert it."""
    found: Counter[str] = Counter()
    text = without_comments(text)
    depth = 0
    for match in TOKEN.finditer(text):
        if match[0] == "(":
            if depth == 0:
                head = HEAD.match(text, match.start())
                assert head is not None
                found[f"{head[1]}_{head[2]}" if head[2] else head[1]] += 1
            depth += 1
        depth -= match[0] == ")"
    assert depth == 0
    # Annotations are no commands.
    del found["@"]
    return found


def without_comments(text: str) -> str:
    parts, nested, at = [], 0, 0
    while match := (re.compile(r"\(;|;\)") if nested else TOKEN).search(text, at):
        if not nested:
            parts.append(text[at : match.start()])
            comment = match[0].startswith((";;", "(;"))
            parts.append(" " if comment else match[0])
        # Outside of comments, `;)` closes what a plain parenthesis has opened.
        nested = max(nested + {"(;": 1, ";)": -1}.get(match[0], 0), 0)
        at = match.end()
    return "".join([*parts, text[at:]]).replace(";)", ")")


def converted(suite: Suite, path: str) -> Counter[str]:
    """The same of what the converter gave, under the words of the script."""
    words = {"action": "invoke", "assert_uninstantiable": "assert_trap"}
    kinds = (each.get("what", each["type"]) for each in suites.load(suite, path)[0]["commands"])
    return Counter(words.get(kind, kind) for kind in kinds)


@pytest.mark.slow
def test_no_command_is_dropped(suite: Suite) -> None:
    folder = suite.folder / "source"
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.wast")) == [f.path for f in suite.files]
    total = 0
    for file in suite.files:
        contents = (folder / file.path).read_bytes()
        text = contents.decode()
        expected = forms(text)
        if expected and set(expected) <= {"func", "memory", "type", "global", "table", "export", "import", "data"}:
            expected = Counter(module=1)  # A file that is one module without its parentheses.
        expected["invoke"] += expected.pop("get", 0)
        assert converted(suite, file.path) == +expected, file.path
        assert file.commands == expected.total()
        assert file.sha256 == hashlib.sha256(contents).hexdigest()
        total += sum(count for kind, count in expected.items() if kind.startswith("assert_"))
    assert total == 136_252, "the pinned suite has another number of assertions: was it updated?"


def test_modules_and_adapters_lie_within_their_file(suite: Suite) -> None:
    for file in suite.files[::10]:
        data, blob = suites.load(suite, file.path)
        for info in data["modules"].values():
            for start, length in [info["bytes"], *info.get("adapters", {}).values()]:
                assert start + length <= len(blob)


def test_areas_and_releases(suite: Suite) -> None:
    files = {file.path: file for file in suite.files}
    assert (files["wasm-v1/i32.wast"].area, files["wasm-v1/i32.wast"].release) == ("1.0", "1.0")
    simd = files["proposals/simd/simd_const.wast"]
    assert (simd.area, simd.release, simd.verbatim) == ("simd", "3.0", True)
    assert files["proposals/threads/atomic.wast"].release == "proposal"
    assert suites.concerns("wasm-v2/simd_const.wast", "simd")
    assert not suites.concerns("wasm-v1/i32.wast", "memory64")
    assert suites.concerns("proposals/threads/memory.wast", "memory64")
    edited = files["wasm-v1/data.wast"]
    assert not edited.verbatim


def test_a_folder_without_a_suite_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="there is no folder"):
        suites.open_suite(tmp_path / "none")
    with pytest.raises(SuiteError, match=r"no \.wast file"):
        suites.open_suite(tmp_path)


def test_upstream_sums_are_sums() -> None:
    lines = (HOME / "upstream.sha256").read_text().splitlines()[1:]
    assert len(lines) == 288
    assert all(re.fullmatch(r"[0-9a-f]{64}  \S+\.wast", line) for line in lines)
