"""Runs the shared tests on other interpreters, with the same built engine modules: `pythons.py PYTHON...`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
TOML = "tomli; python_version < '3.11'"
NEEDS = ["cffi", "click", "greenlet", "hypothesis", "pytest", "pytest-timeout", "pytest-xdist", "rich", TOML]

#: Excludes the tests of the conformance runner, which is not part of the package and always runs in the checkout.
CHECKOUT = "--ignore=tests/conformance"


def main(*pythons: str) -> int:
    """Runs the tests on each interpreter, in a virtual environment of its own; returns the first failing exit code."""
    if not pythons:
        print("no other Python was found: set OTHER_PYTHONS to try some")
    for python in pythons:
        version = subprocess.run(
            [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        venv = ROOT / ".venv" / "pythons" / version
        if not (venv / "bin/python").exists():
            subprocess.run([python, "-m", "venv", str(venv)], check=True)
        subprocess.run([str(venv / "bin/python"), "-m", "pip", "install", "--quiet", *NEEDS], check=True)
        print(f"the shared tests on Python {version}", flush=True)
        arguments = [str(venv / "bin/python"), "-m", "pytest", "-n", "2", "-q", "-m", "not slow", "tests", CHECKOUT]
        environment = {"PYTHONPATH": str(ROOT / "python"), "PATH": "/usr/bin:/bin", "HOME": str(Path.home())}
        if (code := subprocess.run(arguments, cwd=ROOT, env=environment, check=False).returncode) != 0:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
