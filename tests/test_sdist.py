"""The source distribution contains everything that a build needs, and gives the same wheel as the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from anywasm.engines import lightest_engine

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


def wheel_contents(source: Path, folder: Path) -> dict[str, bytes]:
    """Builds a wheel with one engine, and returns the contents of its files by name."""
    line = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(source)]
    environment = {**os.environ, "ANYWASM_ENGINES": lightest_engine().name}
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_source_distribution_builds_the_wheel_of_the_checkout(tmp_path: Path) -> None:
    pytest.importorskip("build")
    git = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if git.returncode != 0:
        pytest.skip("this is not a checkout")
    checkout = tmp_path / "checkout"
    for name in filter(None, git.stdout.split("\0")):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, checkout / name)
    line = [sys.executable, "-m", "build", "--sdist", "--outdir", str(tmp_path), str(checkout)]
    subprocess.run(line, check=True, capture_output=True, env={**os.environ, "ANYWASM_ENGINES": ""})
    (sdist,) = tmp_path.glob("*.tar.gz")
    of_sdist, of_checkout = wheel_contents(sdist, tmp_path / "a"), wheel_contents(checkout, tmp_path / "b")
    assert of_sdist.keys() == of_checkout.keys()
    differing = {name for name in of_sdist if of_sdist[name] != of_checkout[name]}
    # The two builds are in different folders, so the engine modules may differ, and with them their checksums.
    assert {name for name in differing if not name.endswith((".so", "/RECORD"))} == set()
    assert "anywasm/py.typed" in of_sdist
    (metadata,) = (text.decode() for name, text in of_sdist.items() if name.endswith(".dist-info/METADATA"))
    for field in (
        "Name: anywasm",
        "License-Expression: Apache-2.0",
        "Requires-Python: >=3.10",
        "License-File: LICENSE",
    ):
        assert f"\n{field}\n" in metadata
    (wheel,) = (text.decode() for name, text in of_sdist.items() if name.endswith(".dist-info/WHEEL"))
    assert "\nTag: cp310-abi3-" in wheel
