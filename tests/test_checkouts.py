"""Checkouts may share one build folder. Cargo then rebuilds our crates when another checkout built them last."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


def packages() -> list[Any]:
    """Returns the packages of the workspace, as `cargo metadata` describes them."""
    if shutil.which("cargo") is None:
        pytest.skip("cargo is needed to list the packages")
    command = ["cargo", "metadata", "--format-version=1", "--no-deps", "--locked", "--offline"]
    return list(json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)["packages"])


def test_cargo_rebuilds_every_package_for_another_checkout() -> None:
    ours = packages()
    assert ours
    for package in ours:
        targets = package["targets"]
        # Cargo rebuilds a package with its build script, programs with their library, and whatever depends on them.
        scripts = [target for target in targets if target["kind"] == ["custom-build"]]
        libraries = [target for target in targets if "lib" in target["kind"]]
        depends_on_ours = any("path" in dependency for dependency in package["dependencies"])
        for target in scripts or ([] if depends_on_ours else libraries or targets):
            source = Path(target["src_path"]).read_text()
            assert 'option_env!("ANYWASM_CHECKOUT")' in source, f"{target['src_path']} does not depend on the checkout"
