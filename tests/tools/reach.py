"""Counts the shared tests that run on each engine, for `anywasm engines`: `make reach` after `make develop`.

A shared test runs on every engine, unless a marker names a capability that it needs or excludes. So the capabilities
decide which tests run on an engine, and the tests need not run to be counted.
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
    """A pytest plugin that keeps the collected tests."""

    items: list[pytest.Item]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = session.items


def engine_of(item: pytest.Item) -> str | None:
    """Returns the engine that a test runs on; None for a test that has no engine as a parameter."""
    params = getattr(item, "callspec", None)
    found = params.params if params else {}
    return found["wasm"][0] if "wasm" in found else found.get("engine")


def reaches(item: pytest.Item, capabilities: Iterable[str]) -> bool:
    """Returns whether a test runs on an engine with these capabilities."""
    needed = {name for mark in item.iter_markers("needs") for name in mark.args}
    refused = {name for mark in item.iter_markers("lacks") for name in mark.args}
    return needed <= set(capabilities) and not refused & set(capabilities)


def count(items: Iterable[pytest.Item]) -> Measured:
    """Counts for each engine the tests that run, and all tests."""
    capabilities = {info.name: info.capabilities for info in anywasm.engines() if info.installed}
    total, run = Counter[str](), Counter[str]()
    for item in items:
        engine = engine_of(item)
        if engine in capabilities:
            total[engine] += 1
            run[engine] += reaches(item, capabilities[engine])
    texts = {engine: f"{run[engine]}/{total[engine]}" for engine in total}
    return Measured("shared_tests", "shared tests that the engine runs, in both styles, of all", texts)


def main() -> int:
    """Collects the tests, and writes the counts into the package."""
    collector = Collector()
    if code := pytest.main(["--collect-only", "-qq", "-p", "no:xdist", str(TESTS)], plugins=[collector]):
        return int(code)
    row = count(collector.items)
    write("tests", [row])
    print(row.engines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
