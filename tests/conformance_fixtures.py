"""What the tests of the conformance runner run: the official suite, and one made for them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from anywasm_conformance import suite as suites
from anywasm_conformance.suite import Suite


@pytest.fixture(scope="session")
def suite() -> Suite:
    """The pinned suite, converted."""
    _need_cargo()
    return suites.open_suite()


@pytest.fixture
def small(tmp_path: Path) -> Suite:
    """A suite of files that do what an engine should not do."""
    _need_cargo()
    folder = tmp_path / "suite"
    shutil.copytree(Path(__file__).parent / "conformance" / "small", folder)
    return suites.open_suite(folder)


def _need_cargo() -> None:
    if shutil.which("cargo") is None:
        pytest.skip("cargo is needed to find and convert the suite")
