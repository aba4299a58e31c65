"""The source distribution contains everything that cargo needs for a build."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MANIFEST = ROOT / "MANIFEST.in"


def contents() -> list[str]:
    """The files that MANIFEST.in selects; setuptools adds pyproject.toml, setup.py and the Python package."""
    if not MANIFEST.exists():
        pytest.skip("the sources are not here")
    pytest.importorskip("setuptools")  # It stands in for distutils, which Python 3.12 has no more.
    from distutils.filelist import FileList

    files = FileList()
    files.set_allfiles([str(path.relative_to(ROOT)) for path in sources(ROOT) if path.is_file()])
    for line in MANIFEST.read_text().splitlines():
        files.process_template_line(line)
    return list(files.files)


def sources(folder: Path) -> list[Path]:
    """The files of the checkout, without those of git, of virtual environments and of builds."""
    ignored = {".git", ".venv", "target", "build", "dist", "__pycache__"}
    paths = [path for path in folder.iterdir() if path.name not in ignored]
    return [*paths, *(each for path in paths if path.is_dir() for each in sources(path))]


def test_cargo_finds_every_package_and_what_it_includes(tmp_path: Path) -> None:
    if shutil.which("cargo") is None:
        pytest.skip("cargo is needed to read the workspace")
    for name in contents():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    line = ["cargo", "metadata", "--offline", "--locked", "--no-deps", "--format-version=1"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    packages = {package["name"]: package for package in json.loads(done.stdout)["packages"]}
    assert {"anywasm", "wasm_c_api", "shim-tools"} <= packages.keys()
    for package in packages.values():
        assert all(Path(target["src_path"]).is_file() for target in package["targets"])


def test_everything_that_the_build_scripts_read_is_there() -> None:
    found = set(contents())
    assert {"wasm_c_api/engines.toml", "build.rs", "src/anywasm.h", "src/glue/emit.py"} <= found
    for pattern in ("src/**/*.rs", "src/**/*.c", "wasm_c_api/**/*.rs"):
        assert {str(path.relative_to(ROOT)) for path in ROOT.glob(pattern)} <= found
