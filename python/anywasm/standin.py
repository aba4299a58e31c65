"""Provides metadata of the replaced packages (see `activation.py`) to `importlib.metadata`.

This code is not part of `activation.py`, because importing `importlib.metadata` takes longer than importing anywasm.
`activation.py` imports this module only when a program asks for metadata.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path


class _Distribution(importlib.metadata.Distribution):
    """The metadata of a package that an API style of anywasm replaces, such as `wasmer`."""

    def __init__(self, name: str, version: str) -> None:
        self._metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: as anywasm has it\n"

    def read_text(self, filename: str) -> str | None:
        """Returns the contents of the metadata file `METADATA`. Returns None for any other metadata file."""
        return self._metadata if filename == "METADATA" else None

    def locate_file(self, path: str | os.PathLike[str]) -> Path:
        """Returns the path of a file of the package, as if the package were installed next to anywasm.

        The result can be the path of a file that does not exist.
        """
        return Path(__file__).parent.parent / path


def find_distributions(
    versions: Mapping[str, str], context: importlib.metadata.DistributionFinder.Context
) -> Iterator[importlib.metadata.Distribution]:
    """Yields the distributions that match a search of `importlib.metadata`.

    `versions` maps the name of each replaced package to its version. Yields no distributions if the search covers other
    folders than `sys.path`, because the replaced packages are in no folder.
    """
    if context.path is not sys.path:
        return
    normalized_name = context.name and re.sub(r"[-_.]+", "_", context.name).lower()
    for name, version in versions.items():
        if normalized_name in (None, name):
            yield _Distribution(name, version)
