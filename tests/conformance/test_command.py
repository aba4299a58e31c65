"""`anywasm conformance`: a run from the command line to the report, and what a red one looks like."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

import anywasm
import children
from anywasm_conformance.mortal import mortal
from anywasm_conformance.places import HOME
from anywasm_conformance.run import quick_files
from anywasm_conformance.subject import Subject, subjects
from anywasm_conformance.suite import Suite

pytestmark = pytest.mark.slow

INSTALLED = [info.name for info in anywasm.engines() if info.installed]
SMALL = Path(__file__).parent / "small"


def conformance(*args: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "anywasm", "conformance", *map(str, args)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return children.completed(command, env, 280, cwd=cwd)


@pytest.mark.parametrize("subject", subjects(), ids=lambda subject: subject.name)
def test_a_quick_run_is_as_expected(suite: Suite, subject: Subject, tmp_path: Path) -> None:
    done = conformance("--quick", "--engine", subject.name, "--jobs", "1", "--out", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads((tmp_path / "summary.json").read_text())
    (part,) = summary["engines"]
    assert (part["engine"], part["options"]) == (subject.name, subject.options)
    assert part["complete"]
    assert part["differences"] == []
    assert part["stale"] == []
    files = quick_files(suite)
    assert part["commands"] == 2 * sum(file.commands for file in files)
    with gzip.open(tmp_path / "results.jsonl.gz", "rt") as stream:
        ids = [(each["style"], each["id"]) for each in map(json.loads, stream)]
    assert len(set(ids)) == len(ids) == part["commands"]
    for style in ("explicit", "implicit"):
        count = part["total"][style]
        assert count["outcomes"]["pass"] > 5000
        assert all(reason.startswith(("proposal:", "capability:")) for reason in part["skips"][style])


@pytest.fixture(scope="module")
def red(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path, dict[str, Any]]:
    """A run of the small suite, whose bad assertions nobody expects."""
    folder = tmp_path_factory.mktemp("red")
    done = conformance("--suite", SMALL, "--only", "good.wast", "--only", "bad.wast", "--out", folder)
    return done, folder, json.loads((folder / "summary.json").read_text())


def test_a_red_run_ends_with_1_and_shows_what_is_wrong(red: Any) -> None:
    done, _folder, summary = red
    assert done.returncode == 1, done.stderr
    assert "expected i32 0x00000002, got i32 0x00000001" in done.stdout
    for part in summary["engines"]:
        assert part["red"]
        assert part["differences"] == []
        assert part["total"]["explicit"]["outcomes"]["fail"] == 13
        first = part["deviations"][0]
        assert first["directive"] == '(assert_return (invoke "one") (i32.const 2))'


def test_the_report_has_all_its_forms(red: Any) -> None:
    _done, folder, summary = red
    root = ElementTree.parse(folder / "junit.xml").getroot()
    suites = root.findall("testsuite")
    assert len(suites) == 2 * len(summary["engines"])
    assert {each.get("failures") for each in suites} == {"1"}
    assert {case.get("name") for case in suites[0]} == {"bad.wast", "good.wast"}
    markdown = (folder / "report.md").read_text()
    assert "`bad.wast:5#1` assert_return" in markdown
    with gzip.open(folder / "results.jsonl.gz", "rt") as stream:
        lines = [json.loads(line) for line in stream]
    assert len(lines) == sum(part["commands"] for part in summary["engines"])
    assert {"engine", "style", "id", "kind", "outcome", "via"} <= lines[0].keys()
    jsonschema.validate(summary, json.loads((HOME / "summary.schema.json").read_text()))


def test_one_directive() -> None:
    engine = INSTALLED[0]
    done = conformance("--suite", SMALL, "--engine", engine, "--style", "explicit", "--only", "bad.wast:5")
    assert done.returncode == 1
    assert "bad.wast:5#1 assert_return" in done.stdout
    assert 'directive (assert_return (invoke "one") (i32.const 2))' in done.stdout
    assert "actual    i32 0x00000001" in done.stdout
    assert conformance("--suite", SMALL, "--engine", engine, "--only", "good.wast:8").returncode == 0


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["--only", "none.wast"], "the suite has no file 'none.wast'"),
        (["--only", "good.wast:1000"], "there is no directive at good.wast:1000"),
        (["--proposal", "teleport"], "no file is of teleport; there are 3.0"),
        (["--engine", "v9"], "there is no engine 'v9'"),
        (["--record"], "--record is for a whole run"),
    ],
)
def test_what_is_not_there_is_an_error(args: list[str], text: str) -> None:
    done = conformance("--suite", SMALL, *args)
    assert done.returncode in (1, 2)
    assert text in done.stderr
    assert "Traceback" not in done.stderr


def test_two_runs_compared(red: Any, tmp_path: Path) -> None:
    _done, folder, _summary = red
    same = conformance("diff", folder, folder)
    assert (same.returncode, same.stdout) == (0, "nothing changed\n")
    with gzip.open(folder / "results.jsonl.gz", "rt") as stream:
        lines = [json.loads(line) for line in stream]
    worse = next(line for line in lines if line["outcome"] == "pass")
    worse["outcome"] = "fail"
    with gzip.open(tmp_path / "results.jsonl.gz", "wt") as out:
        out.writelines(json.dumps(line) + "\n" for line in lines)
    done = conformance("diff", folder, tmp_path, "--json")
    assert done.returncode == 1
    (change,) = json.loads(done.stdout)
    assert (change["id"], change["before"], change["after"]) == (worse["id"], "pass", "fail")
    assert conformance("diff", tmp_path, folder).returncode == 0


def test_ctrl_c_ends_with_the_results_so_far(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "anywasm", "conformance", "--suite", str(SMALL), "--out", str(tmp_path)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    # The only file that goes on is the one that runs for ever.
    command += ["--engine", INSTALLED[0], "--jobs", "1"]
    process = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True, preexec_fn=mortal())
    deadline = time.monotonic() + 60
    results = tmp_path / "results.jsonl.gz"
    while not results.exists() or results.stat().st_size < 100:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.strip().endswith("interrupted")
    (part,) = json.loads((tmp_path / "summary.json").read_text())["engines"]
    assert not part["complete"]
    assert part["total"]["explicit"]["outcomes"]["pass"] > 0


def test_without_a_checkout_it_says_so(tmp_path: Path) -> None:
    code = "import anywasm.cli.conformance as c; "
    code += "c.anywasm.__file__ = '/nowhere/python/anywasm/__init__.py'; c.RUNNER = 'no_such_runner'; "
    code += "from anywasm.cli.commands import main; main(['conformance'])"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "not part of the installed package" in done.stderr


def test_help_names_the_program_once() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "anywasm", "conformance", "--help"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("Usage: python -m anywasm conformance [OPTIONS]")
