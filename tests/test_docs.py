"""The documents link to files that exist, and name files that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
if not (ROOT / "docs").exists():
    pytest.skip("the sources are not here", allow_module_level=True)

GENERATED = {"docs/conformance.md"}
DOCUMENTS = sorted(
    str(path.relative_to(ROOT))
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("conformance/*.md")]
    if str(path.relative_to(ROOT)) not in GENERATED
)
LINK = re.compile(r"\]\((?!https?://)([^)#\s]+)")
#: A path within the checkout. `core/` is short for `python/anywasm/core/`.
PATH = re.compile(r"(?<![\w./~-])(?:core|src|python|tests|conformance|docs|wasm_c_api|benchmarks)/[\w/.-]*\w(?![\w*])")
CODE = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
#: Names that stand for others in recipes.
PLACEHOLDER = re.compile(r"[A-Z]{4,}|copycat")
#: Rooms that docs/architecture.md draws dotted.
PLANNED = {"src/backend/dynamic", "src/component"}


def test_there_are_documents() -> None:
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md"} <= set(DOCUMENTS)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_to_files(document: str) -> None:
    path = ROOT / document
    text = CODE.sub("", path.read_text())
    broken = [link for link in LINK.findall(text) if not (path.parent / link).exists()]
    assert not broken


@pytest.mark.parametrize("document", DOCUMENTS)
def test_named_files_exist(document: str) -> None:
    named = {path for path in PATH.findall((ROOT / document).read_text()) if not PLACEHOLDER.search(path)}
    missing = {path for path in named if not (ROOT / re.sub("^core/", "python/anywasm/core/", path)).exists()}
    assert missing <= PLANNED


def test_planned_rooms_do_not_exist_yet() -> None:
    assert not [room for room in PLANNED if (ROOT / room).exists()]


def test_the_index_lists_every_decision() -> None:
    folder = ROOT / "docs" / "decisions"
    records = sorted(path.name for path in folder.glob("0*.md"))
    assert [int(name.split("-")[0]) for name in records] == list(range(1, len(records) + 1))
    rows = re.findall(r"^\| (\d+) \| \[(.*)\]\((.*)\) \|$", (folder / "README.md").read_text(), re.M)
    assert [name for _, _, name in rows] == records
    for number, title, name in rows:
        assert (folder / name).read_text().startswith(f"# {number}. {title}\n")
