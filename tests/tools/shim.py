"""Runs cargo over the shim, once for each engine: `shim.py test|clippy|header [ENGINE...]`.

Cargo's features choose the one engine, so that each needs a run of its own; all share the compiled dependencies.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import clang

ENGINES = ["wasmi", "wasmtime", "wasmtime-standard", "wasmer"]
#: How many made-up modules each engine gets.
MODULES = "200"
SHIM = ["--package", "anywasm", "--package", "wasm_c_api"]
TOOLS = ["--package", "shim-tools"]


def cargo(command: str, *arguments: str, **environment: str) -> None:
    """Runs cargo with what the build requirements from PyPI bring; ends this program where it fails."""
    paths = {
        "LIBCLANG_PATH": str(Path(next(iter(clang.__path__))) / "native"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    line = ["cargo", command, "--release", "--locked", "--quiet", *arguments]
    if code := subprocess.run(line, env={**os.environ, **paths, **environment}, check=False).returncode:
        sys.exit(code)


def test(engines: list[str]) -> None:
    """Checks the generated files, and tests the generators and the shim; every engine gets the same made-up modules."""
    cargo("run", *TOOLS, "--bin", "header")
    cargo("test", *TOOLS, PYTHON=sys.executable)
    with tempfile.TemporaryDirectory() as folder:
        cargo("run", *TOOLS, "--bin", "smith", "--", folder, MODULES)
        for engine in engines:
            print(f"cargo test: {engine}", flush=True)
            cargo("test", *SHIM, "--features", engine, "--", "--include-ignored", ANYWASM_SMITH=folder)


def clippy(engines: list[str]) -> None:
    """The lints, with each engine's code."""
    deny = ["--all-targets", "--", "--deny", "warnings"]
    cargo("clippy", *TOOLS, *deny)
    for engine in engines:
        print(f"cargo clippy: {engine}", flush=True)
        cargo("clippy", *SHIM, "--features", engine, *deny)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["test", *engines]:
            test(engines or ENGINES)
        case ["clippy", *engines]:
            clippy(engines or ENGINES)
        case ["header"]:
            cargo("run", *TOOLS, "--bin", "header", "--", "--write")
        case _:
            sys.exit(__doc__)
