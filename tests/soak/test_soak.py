"""What each public operation leaves behind, and the script that measures it."""

from __future__ import annotations

import os

import pytest

import coverage_of_names
import measuring
import soak
from operations import Operation, Round

#: Operations that `make test` does too.
FEW = {
    "explicit": [
        "an instance with imports in a new store",
        "a host function that raises",
        "a wasi config and its program",
        "an instance in a cycle with its host function",
    ],
    "implicit": [
        "an instance with imports",
        "a host function that raises",
        "a wasi environment and its program",
        "an instance in a cycle with its host function",
    ],
}


def check(engine: str, style: str, name: str, rounds: int | None) -> None:
    row = soak.run_in_child(engine, style, name, rounds)
    if "skipped" in row:
        pytest.skip(row["skipped"])
    assert "failed" not in row, row["failed"]
    assert not soak.is_fault(row), row


@pytest.mark.parametrize(("style", "name"), [(style, name) for style in FEW for name in FEW[style]])
def test_a_few_operations_leave_nothing_behind(engine: str, style: str, name: str) -> None:
    check(engine, style, name, 600)


@pytest.mark.slow
@pytest.mark.parametrize(("style", "name"), [(style, name) for style in soak.STYLES for name in soak.names(style)])
def test_each_operation_leaves_nothing_behind(engine: str, style: str, name: str) -> None:
    check(engine, style, name, None)


@pytest.mark.parametrize("style", soak.STYLES)
def test_each_public_name_has_an_operation(style: str) -> None:
    assert coverage_of_names.missing(style) == []


def measured(one_round: Round) -> dict[str, float | bool | str | None]:
    return measuring.measure(Operation("a test", lambda: one_round, (), 1200, None), 1200)


def test_what_stays_is_measured() -> None:
    kept: list[bytearray] = []
    row = measured(lambda _: kept.append(bytearray(1000)))
    assert 1000 <= float(row["bytes"] or 0) < 1200
    assert not row["flat"]


def test_what_goes_is_not_measured() -> None:
    row = measured(lambda _: bytearray(1000))
    assert row["flat"]
    assert abs(float(row["heap"] or 0)) < measuring.FLAT


def test_descriptors_that_stay_are_counted() -> None:
    opened: list[int] = []

    def one_round(number: int) -> None:
        if number % 100 == 0:
            opened.append(os.open(os.devnull, os.O_RDONLY))

    try:
        row = measured(one_round)
    finally:
        for descriptor in opened:
            os.close(descriptor)
    assert row["descriptors"] == 12
    assert not row["flat"]
