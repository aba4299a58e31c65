"""The rooms of the shim, the folders of `src/`, use only the rooms below them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SRC = Path(__file__).parent.parent / "src"

#: From the ground up. A room may use the rooms before it in this list.
ROOMS = ["base", "wasm", "lower", "backend", "engine", "store", "wasi", "abi", "glue"]

#: Where unsafe code may be: at the border to an engine, at the border to C, and in the helpers for pointers.
UNSAFE = ("abi/", "backend/", "glue/", "base/pointer.rs")

pytestmark = pytest.mark.skipif(not SRC.is_dir(), reason="needs a checkout")


def sources() -> list[Path]:
    return sorted(SRC.rglob("*.rs"))


def code(path: Path) -> str:
    """The text without comments, and without the module of unit tests."""
    text = path.read_text().split("#[cfg(test)]\nmod tests")[0]
    return re.sub(r"//[^\n]*", "", text)


def test_the_list_of_rooms_is_complete() -> None:
    assert sorted(ROOMS) == sorted(path.name for path in SRC.iterdir() if path.is_dir())


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_uses_only_rooms_below(room: str) -> None:
    allowed = {*ROOMS[: ROOMS.index(room) + 1]}
    for path in (SRC / room).rglob("*.rs"):
        used = set(re.findall(r"\bcrate::([a-z_]+)\b", code(path)))
        assert used <= allowed, f"{path.relative_to(SRC)} uses {sorted(used - allowed)}, which are above {room}/"


def test_no_file_lies_outside_the_rooms() -> None:
    assert [path.name for path in sources() if path.parent == SRC] == ["lib.rs"]


def test_unsafe_code_is_at_the_borders_only() -> None:
    found = [str(path.relative_to(SRC)) for path in sources() if re.search(r"\bunsafe\b", code(path))]
    outside = [name for name in found if not name.startswith(UNSAFE) and name != "lib.rs"]
    assert outside == []


def test_every_safety_note_gives_a_reason_of_its_own() -> None:
    only_refers = re.compile(
        r"// SAFETY: *(?:as above|as below|the module's rules|the caller's promise|see [^.;,]*)[.;]?\s*$", re.I
    )
    for path in sources():
        found = [line.strip() for line in path.read_text().splitlines() if only_refers.search(line)]
        assert found == [], path.relative_to(SRC)
