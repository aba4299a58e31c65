"""What is known to deviate must stay true."""

from __future__ import annotations

from pathlib import Path

import pytest

from anywasm_conformance.expectations import FOLDER, ExpectationError, Expectations
from anywasm_conformance.outcome import Blame, Outcome, Record
from anywasm_conformance.subject import Subject

DEVIATION = """
[[deviation]]
at = ["a.wast:1", "a.wast:2", "b.wast:1"]
outcome = "fail"
blame = "engine"
reason = "it cannot count"
issue = "https://example.org/1"
[[deviation]]
at = ["a.wast:3"]
outcome = "superseded"
blame = "suite"
reason = "simd"
"""


def record(line: int, outcome: Outcome) -> Record:
    return Record("a.wast", line, 0, "assert_return", outcome)


def test_expectations_come_true_or_are_red(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(DEVIATION)
    expectations = Expectations(Subject("x", "x"), tmp_path)
    met, passed = record(1, Outcome.FAIL), record(2, Outcome.PASS)
    newer, other = record(3, Outcome.FAIL), record(9, Outcome.FAIL)
    for each in (met, passed, newer, other):
        expectations.apply(each)
    assert (met.outcome, met.blame, met.issue) == (Outcome.XFAIL, Blame.ENGINE, "https://example.org/1")
    assert passed.outcome is Outcome.XPASS
    assert newer.outcome is Outcome.SUPERSEDED
    assert other.outcome is Outcome.FAIL
    assert expectations.stale(["a.wast"]) == []
    assert expectations.stale(["a.wast", "b.wast"]) == ["b.wast:1"]


def test_an_engine_under_another_name_has_expectations_of_its_own_beside(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(DEVIATION)
    (tmp_path / "x-other.toml").write_text(DEVIATION.replace("a.wast", "c.wast").replace("b.wast", "d.wast"))
    both = Expectations(Subject("x-other", "x"), tmp_path)
    assert both.stale(["b.wast", "d.wast"]) == ["b.wast:1", "d.wast:1"]
    assert Expectations(Subject("x", "x"), tmp_path).stale(["b.wast", "d.wast"]) == ["b.wast:1"]


def test_an_engine_without_a_file_has_no_expectations(tmp_path: Path) -> None:
    met = record(1, Outcome.FAIL)
    expectations = Expectations(Subject("new", "new"), tmp_path)
    expectations.apply(met)
    assert met.outcome is Outcome.FAIL
    assert expectations.stale(["a.wast"]) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (DEVIATION.replace('"fail"', '"pass"'), "pass cannot be expected"),
        (DEVIATION.replace('"engine"', '"me"'), "'me' is not a valid Blame"),
        (DEVIATION.replace("reason", "why"), "an entry has the keys"),
        (DEVIATION.replace("a.wast:3", "a.wast:1"), "a.wast:1 is there twice"),
    ],
)
def test_wrong_expectations_are_refused(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "all.toml").write_text(text)
    with pytest.raises(ExpectationError, match=problem):
        Expectations(Subject("x", "x"), tmp_path)


def test_all_expectations_can_be_read() -> None:
    for path in FOLDER.glob("*.toml"):
        if path.stem != "all":
            Expectations(Subject(path.stem, path.stem))
