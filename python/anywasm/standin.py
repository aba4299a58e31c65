"""Metadata of the packages that active styles replace, for `importlib.metadata`.

This module is apart from `activation.py`, because importing `importlib.metadata` takes longer than importing anywasm.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path


class _Distribution(importlib.metadata.Distribution):
    def __init__(self, name: str, version: str) -> None:
        self._metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: as anywasm has it\n"

    def read_text(self, filename: str) -> str | None:
        """Returns the contents of the file `METADATA`. None for any other file."""
        return self._metadata if filename == "METADATA" else None

    def locate_file(self, path: str | os.PathLike[str]) -> Path:
        """Returns the path that a file of the package would have beside the package `anywasm`."""
        return Path(__file__).parent.parent / path


def distributions(
    versions: Mapping[str, str], context: importlib.metadata.DistributionFinder.Context
) -> Iterator[importlib.metadata.Distribution]:
    """Yields the distributions that a search asks for. `versions` are the replaced packages' versions by name.

    Yields nothing if the search has folders other than those of `sys.path`.
    """
    if context.path is not sys.path:
        return
    normalized_name = context.name and re.sub(r"[-_.]+", "_", context.name).lower()
    for name, version in versions.items():
        if normalized_name in (None, name):
            yield _Distribution(name, version)
