"""TOML, which Python reads itself from 3.11 on."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any


def read(path: Path) -> dict[str, Any]:
    """The contents of a file."""
    try:
        module = importlib.import_module("tomllib")
    except ModuleNotFoundError:
        module = importlib.import_module("tomli")
    result: dict[str, Any] = module.loads(path.read_text())
    return result
