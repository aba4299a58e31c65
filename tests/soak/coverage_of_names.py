"""Finds public names that no operation uses, so that a new class or method gets an operation."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path
from typing import Any

#: The modules of each style whose public names need operations.
MODULES = {
    "explicit": ["anywasm.wasmtime", "anywasm"],
    "implicit": ["anywasm.wasmer", "anywasm.wasmer.wasi", "anywasm.wasmer.engine", "anywasm.wasmer.target"],
}
#: Names without an operation, and why.
EXCUSED = {
    "Storelike": "a type for annotations",
    "AsExtern": "a type for annotations",
    "AsExternType": "a type for annotations",
    "activate": "changes what the whole process imports",
    "EngineInfo": "`engines` makes the objects",
    "EngineUnavailable": "an exception without resources",
    "CapabilityError": "an exception without resources",
    "CompilerClass": "a protocol for annotations",
    "ptr": "returns the number of an object",
    "cache": "writes to the user's folders",
    "check_compiles": "`Module` calls it",
    "set_wasi_http": "no engine has it",
}


def missing(style: str) -> list[str]:
    """The public classes and functions without an operation, and the public methods and properties of the classes."""
    used = used_names(style)
    found: list[str] = []
    for module_name in MODULES[style]:
        module = importlib.import_module(module_name)
        for name in public_names(module):
            thing = getattr(module, name)
            if inspect.ismodule(thing) or not callable(thing):
                continue
            if name not in used:
                found.append(name)
            if inspect.isclass(thing):
                found += [f"{name}.{member}" for member in members(thing) if member not in used]
    return [name for name in dict.fromkeys(found) if name.rpartition(".")[2] not in EXCUSED]


def public_names(module: Any) -> list[str]:
    every = getattr(module, "__all__", None)
    if every is not None:
        return [name for name in every if not name.startswith("__")]
    return [
        name for name, thing in vars(module).items() if not name.startswith("_") and thing_of(module, thing) is not None
    ]


def thing_of(module: Any, thing: Any) -> Any:
    """The thing, if the module defines it."""
    return thing if getattr(thing, "__module__", None) == module.__name__ else None


def members(cls: type) -> list[str]:
    """The public methods and properties that the class or a base class in this package defines."""
    return [
        name
        for base in cls.__mro__
        # The options of an engine are like each other.
        if base.__module__.startswith(("anywasm.wasmtime", "anywasm.wasmer")) and base.__name__ != "OptionProperties"
        for name, member in vars(base).items()
        if not name.startswith("_") and (callable(member) or isinstance(member, (property, classmethod, staticmethod)))
    ]


def used_names(style: str) -> set[str]:
    """All names and attributes in the operations of a style."""
    used: set[str] = set()
    for path in Path(__file__).parent.glob(f"{style}_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute):
                used.add(node.attr)
            elif isinstance(node, ast.Name):
                used.add(node.id)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                used.add(node.value)  # A name for `getattr`.
    return used
