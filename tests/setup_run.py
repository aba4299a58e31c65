"""Runs setup.py of a checkout without building anything."""

from __future__ import annotations

import os
import runpy
import sys
import types
from pathlib import Path
from typing import Any
from unittest import mock


def extensions(root: Path, engines: str | None) -> dict[str, list[str]]:
    """Returns the cargo features of each module that setup.py would build, with this value of ANYWASM_ENGINES."""
    calls: list[dict[str, Any]] = []
    setuptools: Any = types.ModuleType("setuptools")
    setuptools.setup = lambda **options: calls.append(options)
    rust: Any = types.ModuleType("setuptools_rust")
    rust.Binding = rust.Strip = types.SimpleNamespace(NoBinding=0, No=0)
    rust.RustExtension = lambda module, **options: (module, options["features"])
    rust.build_rust = object
    clang: Any = types.ModuleType("clang")
    clang.__path__ = ["clang"]
    modules = {module.__name__: module for module in (setuptools, rust, clang)}
    environment = {name: value for name, value in os.environ.items() if name != "ANYWASM_ENGINES"}
    if engines is not None:
        environment["ANYWASM_ENGINES"] = engines
    with (
        mock.patch.dict(sys.modules, modules),
        mock.patch.dict(os.environ, environment, clear=True),
        mock.patch.object(sys, "argv", ["setup.py"]),
    ):
        runpy.run_path(str(root / "setup.py"))
    return dict(calls[0]["rust_extensions"])
