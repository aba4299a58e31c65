"""Runs a piece of Python in a process of its own: for what could kill it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from anywasm_conformance.mortal import mortal

TESTS = Path(__file__).parent


def joined(*pieces: str) -> str:
    """Pieces of Python, each indented as it likes, as one."""
    return "\n".join(map(textwrap.dedent, pieces))


def interruptible() -> Callable[[], None]:
    """The `preexec_fn` of a child that Ctrl-C reaches, and that ends with this process."""
    follow = mortal()

    def prepare() -> None:
        follow()
        # The test run may have been started in the background, where SIGINT is ignored.
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    return prepare


def completed(
    command: Sequence[str], env: Mapping[str, str], timeout: float, input: str | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """How a child ended, and all that it wrote."""
    return subprocess.run(
        command,
        env=env,
        cwd=cwd,
        input=input,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        preexec_fn=interruptible(),
    )


def ended(engine: str, code: str, *args: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """How a process ends that runs the code on this engine."""
    path = os.pathsep.join([str(TESTS), *sys.path])
    command = [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(code), *args]
    return completed(command, {**os.environ, "ANYWASM_ENGINE": engine, "PYTHONPATH": path}, timeout)


def run(engine: str, code: str, *args: str, timeout: float = 120) -> str:
    """What the code prints on this engine; fails unless the process ends by itself, with 0."""
    result = ended(engine, code, *args, timeout=timeout)
    assert result.returncode == 0, f"exit {result.returncode} on {engine}:\n{result.stdout}\n{result.stderr[-3000:]}"
    return result.stdout
