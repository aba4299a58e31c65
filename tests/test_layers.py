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
from anywasm import core, wasmtime
from anywasm.core import CapabilityError
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


def _imports(name: str, path: Path) -> set[str]:
    """The modules of this package that a module imports at run time, also inside functions."""
    found: set[str] = set()
    todo: list[ast.AST] = [ast.parse(path.read_text())]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            todo.extend(node.orelse)
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            members = {f"{node.module}.{alias.name}" for alias in node.names}
            found.update(members & PATHS.keys())
            if members - PATHS.keys():
                found.add(node.module)
        todo.extend(ast.iter_child_nodes(node))
    return found & PATHS.keys() - {name}


def _module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


PATHS = {_module_name(path): path for path in PACKAGE.rglob("*.py")}


def test_no_module_imports_itself_through_others() -> None:
    graph = {name: _imports(name, path) for name, path in PATHS.items()}
    # `wasmer.wasmer` shows the names of the package that it is in.
    graph["anywasm.wasmer.wasmer"].remove("anywasm.wasmer")
    # A module that imports nothing that is left is part of no circle, and neither is one that nothing left imports.
    while outside := [
        name
        for name, imported in graph.items()
        if not imported & graph.keys() or not any(name in others for others in graph.values())
    ]:
        for name in outside:
            del graph[name]
    assert not {name: imported & graph.keys() for name, imported in graph.items()}


def _core_bases(classes: list[type]) -> set[type]:
    bases = {base for cls in classes for base in cls.__mro__}
    return {base for base in bases if base.__module__.startswith("anywasm.core.") and base is not CapabilityError}


def test_classes_that_programs_derive_from_have_marked_members() -> None:
    """Nothing of the core's collides with what a program's class has."""
    public = [getattr(wasmtime, name) for name in wasmtime.__all__]
    bases = _core_bases([cls for cls in public if isinstance(cls, type)])
    assert bases > {core.Store, core.Engine, core.Func, core.Caller}
    for base in bases:
        members = {*vars(base), *vars(base).get("__annotations__", ())}
        unmarked = {name for name in members if not name.startswith(("_core_", "__", "_abc_"))}
        assert not unmarked, f"{base}: {unmarked}"


def test_objects_that_programs_derive_from_have_marked_attributes() -> None:
    engine = core.Engine(wasmtime.STYLE)
    store = core.Store(engine)
    store._core_exception_for(core.Failure.of(core.ErrorKind.ENGINE, "none"))
    func = core.HostDefinition(core.FuncType((), ()), lambda: None)._core_as_extern(store)
    func._core_call(())
    for each in (engine, store, func):
        assert vars(each)
        assert all(name.startswith("_core_") for name in vars(each)), vars(each)


def test_only_the_standard_library_is_imported_at_first() -> None:
    import children

    code = "import sys, anywasm.wasmer, anywasm.wasmtime; print(sorted({'click', 'rich', 'cffi'} & set(sys.modules)))"
    assert children.run("", code) == "[]\n"
