"""Counts the shared tests that each engine reaches, for `anywasm engines`: `make reach` after `make develop`.

A shared test is one that runs on every engine, or that says by a marker which capability it asks for; which it leaves
out is decided by the capabilities alone, so nothing has to run.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

import anywasm
from anywasm.engines.measured import Measured, write

TESTS = Path(__file__).parent.parent


class Collector:
    """A pytest plugin that keeps what is collected."""

    items: list[pytest.Item]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = session.items


def engine_of(item: pytest.Item) -> str | None:
    """The engine that a test runs on; None for one that is not about engines."""
    params = getattr(item, "callspec", None)
    found = params.params if params else {}
    return found["wasm"][0] if "wasm" in found else found.get("engine")


def reaches(item: pytest.Item, capabilities: Iterable[str]) -> bool:
    """Whether an engine with these capabilities runs a test."""
    needed = {name for mark in item.iter_markers("needs") for name in mark.args}
    refused = {name for mark in item.iter_markers("lacks") for name in mark.args}
    return needed <= set(capabilities) and not refused & set(capabilities)


def count(items: Iterable[pytest.Item]) -> Measured:
    """For each engine how many tests it runs, of how many."""
    has = {info.name: info.capabilities for info in anywasm.engines() if info.installed}
    there, run = Counter[str](), Counter[str]()
    for item in items:
        engine = engine_of(item)
        if engine in has:
            there[engine] += 1
            run[engine] += reaches(item, has[engine])
    texts = {engine: f"{run[engine]}/{there[engine]}" for engine in there}
    return Measured("shared_tests", "shared tests that the engine runs, in both styles, of all", texts)


def main() -> int:
    """Collects the tests, and writes what was counted into the package."""
    collector = Collector()
    if code := pytest.main(["--collect-only", "-qq", "-p", "no:xdist", str(TESTS)], plugins=[collector]):
        return int(code)
    row = count(collector.items)
    write("tests", [row])
    print(row.engines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
