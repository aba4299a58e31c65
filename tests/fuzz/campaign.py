"""Runs many children of random operations: `python -m fuzz.campaign ENGINE STYLE FIRST_SEED CHILDREN [COUNT]`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).parent.parent

#: What glibc writes when it ends the process because a thread cannot have its thread-local variables. No library can
#: prevent this where there is no memory.
NO_THREAD_DATA = "cannot allocate memory for thread-local data: ABORT\n"


def problem(engine: str, style: str, seed: int, count: int, scarcity: str = "", timeout: float = 120) -> str | None:
    """Runs one child. Returns None if all went well, else the seed, the output and the last operations."""
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        arguments = [style, str(seed), str(count), scarcity, log]
        environment = {**os.environ, "ANYWASM_ENGINE": engine, "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
        command = [sys.executable, "-X", "faulthandler", "-m", "fuzz.operations", *arguments]
        try:
            done = subprocess.run(
                command, env=environment, cwd=TESTS, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout
            )
            how = f"exit code {done.returncode}"
            output = (done.stdout[-2000:] + done.stderr[-4000:]).decode(errors="replace")
            if scarcity == "memory" and output.endswith(NO_THREAD_DATA):
                return None
            if (
                done.returncode == 0
                and Path(log).read_text(errors="replace").endswith("done\n")
                and "panicked" not in output
            ):
                return None
        except subprocess.TimeoutExpired as expired:
            how, output = f"no end after {timeout} s", ((expired.stderr or b"")[-2000:]).decode(errors="replace")
        last = Path(log).read_text(errors="replace").splitlines()[-12:] if os.path.exists(log) else []
    replay = f"cd tests && ANYWASM_ENGINE={engine} python -m fuzz.operations {style} {seed} {count} {scarcity!r} log"
    return "\n".join([f"{how} on {engine}; to replay: {replay}", output, "last operations:", *last])


def main(engine: str, style: str, first_seed: str, children: str, count: str = "500") -> int:
    """Prints a line for each problem, and their number."""
    found = 0
    for seed in range(int(first_seed), int(first_seed) + int(children)):
        text = problem(engine, style, seed, int(count))
        if text is not None:
            found += 1
            print(text, flush=True)
    print(f"{engine} {style}: {children} children of {count} operations, {found} with problems", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(bool(main(*sys.argv[1:])))
