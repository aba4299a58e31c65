"""Reads TOML files with the standard library, or with the package tomli on Python 3.10."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any


def read(path: Path) -> dict[str, Any]:
    """Returns the contents of a TOML file."""
    try:
        module = importlib.import_module("tomllib")
    except ModuleNotFoundError:
        module = importlib.import_module("tomli")
    contents: dict[str, Any] = module.loads(path.read_text())
    return contents
