"""Tests each function of `wasm.h` on each engine. Each test runs in a separate process."""

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
    """The probes could not be built or run. The text contains the reason."""


def probe(engines: Iterable[str]) -> dict[str, Any]:
    """Returns the groups of functions, and for each engine the verdict on each function (see `children.verdict`)."""
    groups = [{"name": name, "functions": list(functions)} for name, functions in GROUPS.items()]
    return {"groups": groups, "engines": {engine: _probe_engine(engine) for engine in engines}}


def _probe_engine(engine: str) -> dict[str, Any]:
    """Returns the verdict on each function, and the number of functions with each verdict."""
    process = subprocess.run(
        [sys.executable, "-m", "anywasm_conformance.capi.children", str(_build_library(engine))],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    if process.returncode:
        raise ProbeError(f"the probes of the C API failed on {engine}:\n{process.stderr.strip()[-2000:]}")
    functions: dict[str, dict[str, str]] = json.loads(process.stdout)
    counts = Counter(verdict["verdict"] for verdict in functions.values())
    return {"functions": functions, "counts": dict(counts.most_common())}


def _build_library(engine: str) -> Path:
    """Builds a shared library that exports the engine's functions of `wasm.h`. Returns the path of the library."""
    return dict(cargo.build("capi", f"--features=anywasm/{engine}"))["conformance_capi"]
