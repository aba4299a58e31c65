"""Reads TOML files: by the standard library from Python 3.11 on, else by the package tomli."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any


def read(path: Path) -> dict[str, Any]:
    """Returns the contents of a file."""
    try:
        module = importlib.import_module("tomllib")
    except ModuleNotFoundError:
        module = importlib.import_module("tomli")
    result: dict[str, Any] = module.loads(path.read_text())
    return result
