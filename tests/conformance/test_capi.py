"""The probes of the C API: on a library that is made to be wrong, and on an engine."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import anywasm
from anywasm_conformance import capi
from anywasm_conformance.capi.children import verdict
from anywasm_conformance.capi.functions import GROUPS
from anywasm_conformance.capi.probes import PROBES

ALL = [name for group in GROUPS.values() for name in group]

LIBRARY = """
#include <stdio.h>
#include <stdlib.h>
struct vec { size_t size; void *data; };
void wasm_byte_vec_new_empty(struct vec *out) { out->size = 0; out->data = 0; }
void wasm_byte_vec_new_uninitialized(struct vec *out, size_t size) { out->size = 1; out->data = out; }
void *wasm_config_new(void) { fprintf(stderr, "no configuration today\\n"); abort(); }
void wasm_config_delete(void *config) {}
void *wasm_engine_new(void) { return 0; }
void *wasm_store_new(void *engine) { return engine; }
"""


def test_there_is_a_probe_for_each_function() -> None:
    assert len(ALL) == len(set(ALL)) == 280
    assert set(ALL) == set(PROBES)


def test_verdicts(tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    (tmp_path / "wrong.c").write_text(LIBRARY)
    library = str(tmp_path / "wrong.so")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, str(tmp_path / "wrong.c")], check=True)
    assert verdict(library, "wasm_byte_vec_new_empty") == {"verdict": "works"}
    assert verdict(library, "wasm_byte_vec_new_uninitialized") == {"verdict": "wrong", "detail": "size: 1 instead of 2"}
    assert verdict(library, "wasm_config_new") == {"verdict": "kills", "detail": "SIGABRT: no configuration today"}
    assert verdict(library, "wasm_config_delete") == {
        "verdict": "out of reach",
        "detail": "wasm_config_new kills the process (SIGABRT)",
    }
    assert verdict(library, "wasm_engine_new") == {"verdict": "wrong", "detail": "the result: NULL"}
    assert verdict(library, "wasm_byte_vec_new") == {"verdict": "missing"}


@pytest.mark.slow
def test_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("cargo") is None:
        pytest.skip("cargo is needed to build the probes")
    clang = pytest.importorskip("clang", reason="libclang is needed to read the header")
    # As in the Makefile, for a build of which nothing is left from before.
    monkeypatch.setenv("LIBCLANG_PATH", os.path.join(*clang.__path__, "native"))
    engine = [info.name for info in anywasm.engines() if info.installed][-1]
    found = capi.probe([engine])["engines"][engine]
    functions = found["functions"]
    assert list(functions) == ALL
    assert sum(found["counts"].values()) == 280
    # What the shim itself stands on must work.
    for name in ("module_new", "instance_new", "func_call", "func_new_with_env", "memory_data", "global_set"):
        assert functions[f"wasm_{name}"] == {"verdict": "works"}
