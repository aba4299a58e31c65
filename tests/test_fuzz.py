"""Random operations in child processes. `fuzz.campaign` runs more of them."""

from __future__ import annotations

from pathlib import Path

import pytest

import children
from fuzz.campaign import problem
from fuzz.objects import STYLES


def check(engine: str, style: str, seed: int, count: int, scarcity: str = "") -> None:
    text = problem(engine, style, seed, count, scarcity)
    if text is not None:
        pytest.fail(text)


@pytest.mark.parametrize("style", list(STYLES))
def test_random_operations(engine: str, style: str) -> None:
    for seed in range(2):
        check(engine, style, seed, 500)


@pytest.mark.parametrize("style", list(STYLES))
@pytest.mark.parametrize("scarcity", ["descriptors", "memory", "threads"])
def test_random_operations_when_something_is_scarce(engine: str, style: str, scarcity: str) -> None:
    check(engine, style, 0, 500, scarcity)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("style", list(STYLES))
def test_many_random_operations(engine: str, style: str) -> None:
    for seed in range(1000, 1100):
        check(engine, style, seed, 500)


@pytest.mark.parametrize("style", list(STYLES))
def test_the_same_seed_gives_the_same_operations(style: str, engine: str, tmp_path: Path) -> None:
    logs = []
    for name in ("one", "other"):
        log = tmp_path / name
        children.run(engine, f"from fuzz.operations import fuzz; fuzz({style!r}, 7, 300, log={str(log)!r})")
        # The order of operations in several threads is not known.
        logs.append(log.read_text().partition("threads begin")[0].splitlines())
    assert logs[0] == logs[1]
    assert len(logs[0]) > 20


def test_a_fault_is_a_problem(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that dies is reported with its seed and its last operations."""
    monkeypatch.setenv("ANYWASM_FUZZ_FAULT", "10")
    text = problem(engine, "explicit", 3, 100)
    assert text is not None
    assert f"exit code -6 on {engine}; to replay: cd tests && ANYWASM_ENGINE={engine} python -m fuzz.operations" in text
    assert len(text.partition("last operations:")[2].splitlines()) > 5
