"""Calls cargo, to download the suite, to build the program that converts the suite to JSON, and to build the library
whose C functions the probes call.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from anywasm_conformance.places import CHECKOUT, HOME


class CargoError(Exception):
    """Cargo is not installed, or cargo has failed. The text contains an instruction, or cargo's error output."""


def metadata(package: str, *options: str) -> dict[str, Any]:
    """Returns the output of `cargo metadata` for a package in `conformance/`."""
    output = _run("metadata", "--format-version=1", "--locked", *options, _manifest(package))
    return dict(json.loads(output))


def build(package: str, *options: str) -> Iterator[tuple[str, Path]]:
    """Builds a package in `conformance/`. Yields the name and the first output file of each target."""
    options = ("--release", "--locked", "--message-format=json-render-diagnostics", *options)
    output = _run("build", *options, _manifest(package))
    for message in map(json.loads, output.splitlines()):
        if message["reason"] == "compiler-artifact":
            yield message["target"]["name"], Path(message["filenames"][0])


def _manifest(package: str) -> str:
    return f"--manifest-path={HOME / package / 'Cargo.toml'}"


def _run(verb: str, *arguments: str) -> str:
    try:
        process = subprocess.run(["cargo", verb, *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise CargoError("cargo is needed for the conformance tests: https://rustup.rs installs it") from None
    if process.returncode:
        raise CargoError(f"`cargo {verb}` failed:\n{process.stderr.strip()[-2000:]}")
    return process.stdout
