"""`anywasm stand-in`: distributions in a virtual environment that stand in for the original packages."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import click
import pytest

import anywasm

ROOT = Path(anywasm.__file__).parent.parent
#: The folder in which this Python finds what anywasm needs.
NEEDED = Path(click.__file__).parent.parent

WHERE = "import {0}; print({0}.__name__)"


class Environment:
    """A virtual environment in which anywasm is installed."""

    def __init__(self, folder: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
        self.python = str(folder / "bin" / "python")
        self.packages = Path(
            sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}, scheme="venv")
            if "venv" in sysconfig.get_scheme_names()
            else sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)})
        )
        (self.packages / "anywasm.pth").write_text(f"{ROOT}\n{NEEDED}\n")

    def run(self, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [self.python, *arguments]
        options = {"env": environment, "check": False, "timeout": 120, **options}
        return subprocess.run(command, capture_output=True, text=True, **options)  # type: ignore[call-overload, no-any-return]

    def stand_in(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "anywasm", "stand-in", *arguments)

    def pip(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pip", "--python", self.python, "--disable-pip-version-check", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    def files(self) -> set[str]:
        return {str(path.relative_to(self.packages)) for path in self.packages.rglob("*")}


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "venv")


def test_processes_that_exec_cannot_reach(environment: Environment, tmp_path: Path) -> None:
    before = environment.files()
    result = environment.stand_in("install")
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == (
        f"installed wasmtime 50.0.1, a stand-in by anywasm, in {environment.packages}"
    )
    for options in (["-I"], ["-E"], ["-P"] if sys.version_info >= (3, 11) else []):
        for name, ours in (("wasmtime", "anywasm.wasmtime"), ("wasmer", "anywasm.wasmer")):
            assert environment.run(*options, "-c", WHERE.format(name)).stdout == f"{ours}\n"
    for code, expected in {
        WHERE.format("wasmtime._instance"): "anywasm.wasmtime._instance",
        "from wasmer import engine; print(engine.__name__)": "anywasm.wasmer.engine",
        WHERE.format("wasmer_compiler_cranelift"): "anywasm.wasmer.compilers.cranelift",
        "import importlib.metadata as m; print(m.version('wasmtime'))": "50.0.1",
        "import importlib.metadata as m; print(m.version('wasmer-compiler-llvm'))": "1.1.0",
        "import importlib.util as u; print(u.find_spec('wasmtime').name)": "wasmtime",
        "import anywasm; anywasm.activate('wasmtime'); import wasmtime; print(wasmtime.__name__)": "anywasm.wasmtime",
        "import wasmtime, anywasm; anywasm.activate('wasmtime', 'wasmer'); print(1)": "1",
        "import wasmtime, anywasm.wasmtime; print(wasmtime is anywasm.wasmtime)": "True",
    }.items():
        result = environment.run("-c", code, env={})
        assert result.stdout == f"{expected}\n", result.stderr
    script = tmp_path / "script"
    script.write_text(f"#!{environment.python}\n{WHERE.format('wasmtime')}\n")
    script.chmod(0o755)
    assert subprocess.run([str(script)], env={}, capture_output=True, text=True, check=True).stdout == (
        "anywasm.wasmtime\n"
    )
    assert environment.stand_in("install").returncode == 0, "a second time"
    result = environment.stand_in("remove")
    assert len(result.stdout.splitlines()) == 5
    assert environment.files() == before
    result = environment.stand_in("remove")
    assert result.returncode == 1
    assert "Error: no stand-in for wasmer, wasmer_compiler_cranelift" in result.stderr


def test_pip_takes_it_for_the_package(environment: Environment) -> None:
    before = environment.files()
    assert environment.stand_in("install", "--as", "wasmtime").returncode == 0
    assert environment.run("-c", "import wasmtime").returncode == 0
    assert "wasmtime==50.0.1" in environment.pip("freeze").stdout
    result = environment.pip("install", "--no-index", "wasmtime>=40")
    assert "Requirement already satisfied: wasmtime>=40" in result.stdout, result.stderr
    result = environment.pip("uninstall", "--yes", "wasmtime")
    assert "Successfully uninstalled wasmtime-50.0.1" in result.stdout, result.stderr
    assert environment.files() == before


def test_the_original_package_stays(environment: Environment) -> None:
    info = environment.packages / "wasmtime-43.0.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: wasmtime\nVersion: 43.0.0\n")
    before = environment.files()
    result = environment.stand_in("install")
    assert result.returncode == 1
    assert result.stderr.startswith(f"Error: wasmtime 43.0.0 is installed in {environment.packages}: uninstall it")
    assert environment.stand_in("remove", "--as", "wasmtime").returncode == 1
    assert environment.files() == before
    (info / "METADATA").unlink()
    info.rmdir()
    (environment.packages / "wasmtime").mkdir()
    result = environment.stand_in("install", "--as", "wasmtime")
    assert "belongs to no distribution: remove it first" in result.stderr


def test_only_in_a_virtual_environment_with_anywasm(environment: Environment, tmp_path: Path) -> None:
    base = Path(sys.base_prefix, "bin", "python3")
    variables = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(NEEDED)])}
    command = [str(base), "-m", "anywasm", "stand-in", "install"]
    result = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "is no virtual environment" in result.stderr
    (environment.packages / "anywasm.pth").unlink()
    result = environment.run("-m", "anywasm", "stand-in", "install", env=variables)
    assert result.returncode == 1
    assert f"anywasm is not installed in {environment.packages}: install it there first" in result.stderr
