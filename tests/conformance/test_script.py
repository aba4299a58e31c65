"""The commands of a file, in both styles on every engine: what is right passes, and what is wrong fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from anywasm_conformance import pool, script, styles, worker
from anywasm_conformance import suite as suites
from anywasm_conformance.outcome import Outcome, Record
from anywasm_conformance.styles import STYLES, Style
from anywasm_conformance.styles.explicit import Explicit
from anywasm_conformance.subject import Subject
from anywasm_conformance.suite import Suite

PROPOSALS = frozenset(("simd", "multi-value", "mutable-global", "reference-types", "bulk-memory"))


def records(suite: Suite, path: str, style: Style) -> list[Record]:
    data, blob = suites.load(suite, path)
    return list(script.Script(path, data, blob, style, PROPOSALS).run())


@pytest.mark.parametrize("style", STYLES)
def test_what_is_right_passes(small: Suite, engine: str, style: str) -> None:
    found = records(small, "good.wast", styles.make(style, Subject(engine, engine)))
    assert [record for record in found if record.outcome is not Outcome.PASS] == []
    assert {record.kind for record in found} >= {"assert_exhaustion", "module_instance", "register", "action"}


@pytest.mark.parametrize("style", STYLES)
def test_what_is_wrong_fails_and_says_how(small: Suite, engine: str, style: str) -> None:
    found = [
        each for each in records(small, "bad.wast", styles.make(style, Subject(engine, engine))) if each.is_assertion
    ]
    assert [record.outcome for record in found] == [Outcome.FAIL] * 13
    assert (found[0].expected, found[0].actual) == ("i32 0x00000002", "i32 0x00000001")
    assert (found[2].expected, found[2].actual) == ("f32 nan:canonical", "f32 0x7fa00000")
    assert all(record.expected and record.actual for record in found)


class Flipping(Explicit):
    """An engine that flips a bit of every tenth result."""

    calls = 0

    def call(self, function: Any, args: Sequence[Any]) -> Sequence[Any]:
        results = list(super().call(function, args))
        self.calls += 1
        if self.calls % 10 == 0 and results and isinstance(results[0], int):
            results[0] ^= 1 << self.calls % 32
        return results


def test_an_engine_that_flips_a_bit_now_and_then_is_caught(suite: Suite, engine: str) -> None:
    path = next(file.path for file in suite.files if file.path.endswith("v3/i32.wast"))
    style = Flipping(Subject(engine, engine))
    found = records(suite, path, style)
    calls = sum(record.kind in ("assert_return", "assert_trap") for record in found)
    failed = [record for record in found if record.outcome is Outcome.FAIL]
    assert calls > 300
    assert len(failed) == style.calls // 10


def test_a_file_that_takes_too_long_costs_its_rest_and_names_the_directive(small: Suite, engine: str) -> None:
    file = next(file for file in small.files if file.path == "forever.wast")
    one = pool.Worker(Subject(engine, engine), small, timeout=3)
    try:
        found = one.run(file, ["explicit"], PROPOSALS).records["explicit"]
    finally:
        one.close()
    assert [record.outcome for record in found] == ["pass", "pass", "timeout", "skip"]
    assert found[2].line == 3
    assert found[3].reason == "3: the process ended there"


def test_a_crash_costs_its_rest_and_names_the_directive(
    small: Suite, engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Python runs `sitecustomize` when it starts: here it makes an engine of the worker's that dies of its second call.
    (tmp_path / "sitecustomize.py").write_text(
        "import os\nfrom anywasm_conformance.styles.explicit import Explicit\n"
        "calls, real = [], Explicit.call\n"
        "def call(self, function, args):\n"
        "    calls.append(1)\n"
        "    if len(calls) == 2:\n"
        "        os.write(2, b'cannot go on')\n"
        "        os.abort()\n"
        "    return real(self, function, args)\n"
        "Explicit.call = call\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    files = [file for file in small.files if file.path != "forever.wast"]
    found = {
        result.file.path: result.records
        for result in pool.run(Subject(engine, engine), small, files, STYLES, PROPOSALS, 2, 60)
    }
    good = found["good.wast"]
    assert {record.outcome for record in good["implicit"]} == {Outcome.PASS}
    outcomes = [record.outcome for record in good["explicit"]]
    crashed = outcomes.index(Outcome.CRASH)
    assert good["explicit"][crashed].line == 9
    assert good["explicit"][crashed].actual == "SIGABRT: cannot go on"
    assert set(outcomes[:crashed]) == {Outcome.PASS}
    assert set(outcomes[crashed + 1 :]) == {Outcome.SKIP}
    assert len(outcomes) == len(good["implicit"])
    # The next file is not concerned: it dies of a call of its own.
    assert [record.outcome for record in found["bad.wast"]["explicit"]].count(Outcome.CRASH) == 1


def test_how_a_process_ended(tmp_path: Path) -> None:
    errors = str(tmp_path / "errors")
    assert worker.in_a_process(lambda: None, errors, 10) == worker.DONE
    assert worker.in_a_process(lambda: 1 / 0, errors, 10) == "exit code 1"
    assert "ZeroDivisionError" in Path(errors).read_text()
