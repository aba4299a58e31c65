"""Runs cargo over the shim, once for each engine: `shim.py test|clippy [ENGINE...]`.

Cargo's features choose the one engine, so that each needs a run of its own; all share the compiled dependencies.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import clang

ENGINES = ["wasmi", "wasmtime", "wasmtime-standard", "wasmer"]
COMMANDS = {
    "test": ["test", "--release", "--locked", "--workspace", "--quiet"],
    "clippy": ["clippy", "--release", "--locked", "--workspace", "--all-targets", "--quiet"],
}


def main(command: str, *engines: str) -> int:
    tools = Path(sys.executable).parent
    environment = {
        **os.environ,
        "LIBCLANG_PATH": str(Path(next(iter(clang.__path__))) / "native"),
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
    }
    for engine in engines or ENGINES:
        print(f"cargo {command}: {engine}", flush=True)
        arguments = ["cargo", *COMMANDS[command], "--features", engine]
        if command == "clippy":
            arguments += ["--", "--deny", "warnings"]
        if (code := subprocess.run(arguments, env=environment, check=False).returncode) != 0:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
