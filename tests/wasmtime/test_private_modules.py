"""The private modules of wasmtime-py, from which programs import names for annotations."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import anywasm.wasmtime

#: The modules that contain only functions and classes of wasmtime-py's own, and those of other things of ours.
WITHOUT_PUBLIC_NAMES = {"_bindings", "_extern", "_ffi", "_slab"}
OURS = {"_options"}


def _stock_modules() -> dict[str, set[str]]:
    """Returns the public names of each private module of the installed wasmtime-py."""
    spec = importlib.util.find_spec("wasmtime")
    assert spec is not None
    names = {}
    for module in pkgutil.iter_modules(spec.submodule_search_locations):
        if module.name.startswith("_"):
            members = vars(importlib.import_module(f"wasmtime.{module.name}"))
            own = {name for name, value in members.items() if getattr(value, "__module__", "").endswith(module.name)}
            names[module.name] = own & {*anywasm.wasmtime.__all__, "InstanceExports", "Managed", "Storelike"}
    return names


def test_all_private_modules_with_public_names_exist() -> None:
    # The name alone could be that of a folder on the path.
    if not list(importlib.metadata.distributions(name="wasmtime")):
        pytest.skip("needs the stock package")
    ours = {path.stem for path in Path(anywasm.wasmtime.__file__).parent.glob("_[a-z]*.py")} - OURS
    stock = _stock_modules()
    assert ours == stock.keys() - WITHOUT_PUBLIC_NAMES
    for name in ours:
        module = importlib.import_module(f"anywasm.wasmtime.{name}")
        assert stock[name] <= set(module.__all__), name
        for each in module.__all__:
            public = getattr(anywasm.wasmtime, each, None)
            assert public is None or getattr(module, each) is public, (name, each)
    for name in WITHOUT_PUBLIC_NAMES:
        assert not stock[name], name


def test_a_program_finds_them(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "from wasmtime._instance import InstanceExports\nfrom wasmtime._store import Storelike\n"
        "import wasmtime._func\nassert wasmtime._func.Func is wasmtime.Func\nprint(InstanceExports.__module__)\n"
    )
    command = [sys.executable, "-m", "anywasm", "exec", "--as", "wasmtime", str(program)]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert result.stdout == "anywasm.wasmtime.instance\n"
