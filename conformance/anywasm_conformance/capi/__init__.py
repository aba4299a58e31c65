"""Finds out how each function of `wasm.h` behaves on each engine, by calling it in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from anywasm_conformance import cargo
from anywasm_conformance.capi.functions import GROUPS


class ProbeError(Exception):
    """The probes could not be built or run; the text says why."""


def probe(engines: Iterable[str]) -> dict[str, Any]:
    """Returns the functions in the groups of the header, and for each engine the verdict on each function."""
    groups = [{"name": name, "functions": list(functions)} for name, functions in GROUPS.items()]
    return {"groups": groups, "engines": {engine: _engine(engine) for engine in engines}}


def _engine(engine: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "anywasm_conformance.capi.children", str(_library(engine))],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ProbeError(f"the probes of the C API failed on {engine}:\n{done.stderr.strip()[-2000:]}")
    functions: dict[str, dict[str, str]] = json.loads(done.stdout)
    counts = Counter(found["verdict"] for found in functions.values())
    return {"functions": functions, "counts": dict(counts.most_common())}


def _library(engine: str) -> Path:
    """Builds the engine as a shared library that exports `wasm.h`, and returns the file."""
    return dict(cargo.build("capi", f"--features=anywasm/{engine}"))["conformance_capi"]
