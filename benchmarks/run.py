"""Compares the speed of anywasm and its peers: `python benchmarks/run.py [PYTHON...]`, or `make bench`.

The peers are wasmtime-py and the `wasmer` package. By default, the script uses this interpreter. If CPython 3.10 is
installed, the script also uses CPython 3.10, because `wasmer` 1.1.0 supports no later version. For each interpreter,
the script creates a virtual environment with the peers, and measures anywasm and the peers in one process. Then the
script compares the ratios of the times with `BUDGET`, the maximum ratios.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

ROOT = Path(__file__).parent.parent
PEERS = ["wasmtime", "wasmer==1.1.0", "wasmer_compiler_cranelift==1.1.0"]

#: The columns are the work (the measured operation), a subject with anywasm (a package on an engine), the subject to
#: compare with, and the maximum ratio of the two times.
BUDGET = [
    ("call", "explicit on wasmtime", "wasmtime-py", 1 / 100),
    ("call", "implicit on wasmtime", "wasmtime-py", 1 / 100),
    ("call", "explicit on wasmtime", "wasmer 1.1.0", 0.5),
    ("call", "implicit on wasmtime", "wasmer 1.1.0", 0.5),
    ("call", "implicit on wasmer", "wasmer 1.1.0", 0.8),
    ("call", "implicit on wasmi", "wasmer 1.1.0", 0.8),
    ("host call", "explicit on wasmtime", "wasmtime-py", 1 / 40),
    ("host call", "implicit on wasmtime", "wasmer 1.1.0", 1.0),
    ("look-up and call", "implicit on wasmtime", "wasmer 1.1.0", 0.3),
    ("view[i]", "implicit on wasmtime", "wasmer 1.1.0", 1.5),
    ("view[i] = x", "implicit on wasmtime", "wasmer 1.1.0", 1.5),
    ("view[0:16]", "implicit on wasmtime", "wasmer 1.1.0", 1.0),
    ("view[0:1024]", "implicit on wasmtime", "wasmer 1.1.0", 1.0),
    ("view[0:16] = list", "implicit on wasmtime", "wasmer 1.1.0", 1.0),
    ("view[0:4 MiB] = bytes", "implicit on wasmtime", "memcpy", 1.2),
    ("bytearray(buffer)", "implicit on wasmtime", "wasmer 1.1.0", 1.0),
    ("read 16 bytes", "explicit on wasmtime", "wasmtime-py", 1 / 10),
    ("write 16 bytes", "explicit on wasmtime", "wasmtime-py", 1 / 10),
    ("read 4 MiB", "explicit on wasmtime", "memcpy", 1.05),
    ("write 4 MiB", "explicit on wasmtime", "memcpy", 1.05),
    ("store + host function + instantiate", "explicit on wasmtime", "wasmtime-py", 0.5),
    ("the same with a memory", "explicit on wasmtime", "wasmtime-py", 0.8),
    ("store + linker.instantiate", "explicit on wasmtime", "wasmtime-py", 1.0),
    ("python -c 'import ...'", "explicit on wasmtime", "wasmtime-py", 1.0),
    *(
        (f"{call} of 100 MB", f"explicit on {engine}", "wasmtime-py", 1.2)
        for call in ("fd_write", "fd_read")
        for engine in ("wasmtime", "wasmtime-standard", "wasmer", "wasmi")
    ),
    *(
        ("the work of two stores", f"two threads on {engine}", f"one thread on {engine}", 1 / 1.8)
        for engine in ("wasmtime", "wasmtime-standard", "wasmer", "wasmi")
    ),
]


def interpreters() -> list[str]:
    """Returns this interpreter and, if pyenv or the system has one, CPython 3.10."""
    found = sorted(Path.home().glob(".pyenv/versions/3.10.*/bin/python3")) or [Path("/usr/bin/python3.10")]
    return [sys.executable, *(str(path) for path in found[-1:] if path.exists())]


def measure(python: str) -> tuple[str, dict[str, dict[str, float]]]:
    """Returns the version of an interpreter and the output of measure.py on it."""
    print_version = [python, "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"]
    version = subprocess.run(print_version, check=True, capture_output=True, text=True).stdout.strip()
    venv = ROOT / ".venv" / "bench" / version
    if not venv.exists():
        subprocess.run([python, "-m", "venv", str(venv)], check=True)
    venv_python = str(venv / "bin" / "python")
    peers = PEERS if version.startswith("3.10.") else PEERS[:1]
    subprocess.run([venv_python, "-m", "pip", "install", "--quiet", "cffi", *peers], check=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "python")}
    command = [venv_python, str(ROOT / "benchmarks" / "measure.py")]
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    return version, json.loads(output)


def show(console: Console, version: str, times: dict[str, dict[str, float]]) -> None:
    """Prints a table with the rows of `BUDGET` whose two subjects were both measured on this interpreter."""
    table = Table(title=f"CPython {version}: nanoseconds, the best of several rounds in turn")
    for heading in ("work", "ours", "ns", "against", "ns", "ratio", "budget", ""):
        table.add_column(heading, justify="right" if heading in ("ns", "ratio", "budget") else "left")
    for work, ours, peer, budget in BUDGET:
        row = times.get(work, {})
        if ours in row and peer in row:
            ratio = row[ours] / row[peer]
            verdict = "ok" if ratio <= budget else "over"
            cells = (
                work,
                ours,
                f"{row[ours]:,.0f}",
                peer,
                f"{row[peer]:,.0f}",
                f"{ratio:.4f}",
                f"{budget:.4f}",
                verdict,
            )
            table.add_row(*map(escape, cells))
    console.print(table)


def main() -> None:
    """Runs the measurements on each interpreter, and prints a table for each interpreter."""
    console = Console(width=150)
    for python in sys.argv[1:] or interpreters():
        show(console, *measure(python))


if __name__ == "__main__":
    main()
