"""Runs the shared tests on other interpreters, over the very engine modules that are built: `pythons.py PYTHON...`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
NEEDS = ["cffi", "click", "hypothesis", "pytest", "pytest-timeout", "pytest-xdist", "rich"]

#: Not for other interpreters: what runs in a checkout only, beside cargo.
CHECKOUT = "--ignore=tests/conformance"


def main(*pythons: str) -> int:
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
