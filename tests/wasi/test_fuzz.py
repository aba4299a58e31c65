"""No system call crashes, whatever it is given; each run is in a process of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import children

CODE = """
    import sys
    from wasi import fuzz
    fuzz.main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
"""


def fuzz(engine: str, style: str, folder: Path, seed: int, calls: int) -> tuple[int, list[str]]:
    """How many pairs of a call and an `errno` were seen, and the calls that never succeeded."""
    (folder / "secret").write_bytes(b"nobody's business")
    (folder / "work").mkdir()
    printed = children.run(engine, CODE, style, str(folder / "work"), str(seed), str(calls), timeout=600)
    assert (folder / "secret").read_bytes() == b"nobody's business"
    assert sorted(path.name for path in folder.iterdir()) == ["secret", "work"]
    seen, _, missing = printed.partition(" ")
    return int(seen), json.loads(missing.replace("'", '"'))


@pytest.mark.slow
@pytest.mark.parametrize(("style", "seed"), [("explicit", 1), ("implicit", 2)])
def test_a_hundred_thousand_calls(engine: str, style: str, seed: int, tmp_path: Path) -> None:
    seen, never = fuzz(engine, style, tmp_path, seed, 100_000)
    assert seen > 150
    # Chance leaves out the odd one, which needs several things to be right at once.
    assert len(never) < 6, never
