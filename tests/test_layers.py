"""The layers are what they claim to be."""

from __future__ import annotations

import ast
import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import anywasm
from anywasm.engines import ENGINE_NAMES

PACKAGE = Path(anywasm.__file__).parent
MODULES = [name for _, name, _ in pkgutil.walk_packages(anywasm.__path__, "anywasm.") if "._" not in name]


@pytest.mark.parametrize("name", ["anywasm", *MODULES])
def test_examples_in_docstrings(name: str) -> None:
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    result = doctest.testmod(importlib.import_module(name), optionflags=flags)
    assert result.failed == 0


@pytest.mark.parametrize("style", ["wasmer", "wasmtime"])
def test_a_style_has_no_c_call(style: str) -> None:
    for path in (PACKAGE / style).rglob("*.py"):
        found = re.findall(r"\.(?:lib|ffi)\b|\baw_\w+", path.read_text())
        assert not found, f"{path.name}: {found}"


@pytest.mark.parametrize("style", ["wasmer", "wasmtime"])
def test_the_core_and_the_other_style_are_not_known_above(style: str) -> None:
    other = {"wasmer": "wasmtime", "wasmtime": "wasmer"}[style]
    for path in (PACKAGE / style).rglob("*.py"):
        assert f"anywasm.{other}" not in path.read_text(), path.name
    for path in (PACKAGE / "core").rglob("*.py"):
        assert f"anywasm.{style}" not in path.read_text(), path.name


def test_engine_names_are_known_in_one_place_only() -> None:
    # `wasmer` is also the name of a style, and `system` an ordinary word.
    names = set(ENGINE_NAMES) - {"wasmer", "system"}
    for path in PACKAGE.rglob("*.py"):
        # The names of the styles' packages are those of engines.
        if path.is_relative_to(PACKAGE / "engines") or path.name == "activation.py":
            continue
        texts = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
        found = [node.value for node in texts if node.value in names]
        assert not found, f"{path}: {found}"


@pytest.mark.parametrize("layer", ["core", "wasmer", "wasmtime"])
def test_no_example_names_an_engine(layer: str) -> None:
    names = "|".join(name for name in ENGINE_NAMES if name != "system")
    for path in (PACKAGE / layer).rglob("*.py"):
        found = re.findall(rf'"(?:{names})"', path.read_text())
        assert not found, f"{path}: {found}"


def test_only_the_standard_library_is_imported_at_first() -> None:
    import children

    code = "import sys, anywasm.wasmer, anywasm.wasmtime; print(sorted({'click', 'rich', 'cffi'} & set(sys.modules)))"
    assert children.run("", code) == "[]\n"
