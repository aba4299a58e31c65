"""Runs probe scripts: ordinary Python, in which every expression that stands alone is a probe.

A probe's line is `label -> type: repr` or `label !! exception: message`; its label is its own source. All other
statements prepare what follows, and must not fail. This file runs under the stock packages' Pythons too: it needs the
standard library of 3.10 and nothing else.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).parent

# What differs from run to run, says only in which module a class was written, or would break a line.
_NORMALISED: list[tuple[re.Pattern[str], Any]] = [
    (re.compile(r"<(?:[\w<>]+\.)*(\w+) object at 0x[0-9a-f]+>"), r"<\1 object>"),
    (re.compile(r"<class '(?:[\w<>]+\.)*(\w+)'>"), r"<class '\1'>"),
    (re.compile(r"'(?:builtins|anywasm\.\w+(?:\.\w+)*)\.(\w+)'"), r"'\1'"),
    (re.compile(r"0x[0-9a-f]{8,}"), "0x..."),
    (re.compile(r" and no __dict__ for setting new attributes"), ""),
    (re.compile(r"[\x00-\x1f]"), lambda match: repr(match[0])[1:-1]),
]


def run_all(style: str) -> dict[str, str]:
    """The outcomes of all probes of a style, by `script: label`."""
    outcomes = {}
    for script in sorted((HERE / "probes" / style).glob("*.py")):
        for label, outcome in run(script).items():
            outcomes[f"{script.stem}: {label}"] = outcome
    return outcomes


def run(script: Path) -> dict[str, str]:
    """The outcomes of one script's probes, by label; a label that occurs again has a number."""
    source = script.read_text()
    variables: dict[str, Any] = {"__name__": script.stem}
    outcomes: dict[str, str] = {}
    for statement in ast.parse(source, str(script)).body:
        if isinstance(statement, ast.Expr) and not _is_docstring(statement):
            label = name = " ".join((ast.get_source_segment(source, statement) or "").split())
            times = 1
            while name in outcomes:
                times += 1
                name = f"{label} ({times})"
            code = compile(ast.Expression(statement.value), str(script), "eval", dont_inherit=True)
            outcomes[name] = _outcome(code, variables)
        else:
            exec(compile(ast.Module([statement], []), str(script), "exec", dont_inherit=True), variables)
    return outcomes


def names(package: ModuleType, prefix: str = "") -> list[str]:
    """The public names of a package, its submodules and its classes, as `engine.Universal` and `Module.name`."""
    found: list[str] = []
    for name, value in sorted(vars(package).items()):
        if name.startswith("_") or name == package.__name__:
            continue
        if isinstance(value, ModuleType):
            # Its own; those of wasmer call themselves `engine` and so on, and cannot be imported.
            if value.__name__ not in sys.modules or value.__name__ == f"{package.__name__}.{name}":
                found += names(value, f"{prefix}{name}.")
            continue
        found.append(f"{prefix}{name}")
        if isinstance(value, type):
            # From Python's own classes, and so different on each Python.
            inherited = set(dir(value.__mro__[-2])) if issubclass(value, (int, BaseException)) else set()
            found += [
                f"{prefix}{name}.{member}" for member in dir(value) if member[0] != "_" and member not in inherited
            ]
    return found


def _is_docstring(statement: ast.Expr) -> bool:
    return isinstance(statement.value, ast.Constant) and isinstance(statement.value.value, str)


def _outcome(code: Any, variables: dict[str, Any]) -> str:
    # A panic of stock wasmer is no Exception, and neither are the BaseExceptions that some probes raise.
    try:
        value = eval(code, variables)
        text = f"-> {type(value).__name__}: {value!r}"
    except BaseException as error:
        text = f"!! {_class_name(type(error))}: {error}"
    for pattern, replacement in _NORMALISED:
        text = pattern.sub(replacement, text)
    return text


def _class_name(cls: type) -> str:
    """The name of an exception's class, and those of its bases if they are several: `Both(KeyError, TypeError)`."""
    bases = [base.__name__ for base in cls.__bases__ if issubclass(base, BaseException)]
    return f"{cls.__name__}({', '.join(bases)})" if len(bases) > 1 else cls.__name__
