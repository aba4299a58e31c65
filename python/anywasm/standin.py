"""What `importlib.metadata` tells of the packages that active styles stand in for.

Apart from `activation.py`, as `importlib.metadata` takes longer to import than all of anywasm.
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
        """The metadata; there is no other file."""
        return self._metadata if filename == "METADATA" else None

    def locate_file(self, path: str | os.PathLike[str]) -> Path:
        """Where a file of the package would be: beside ours."""
        return Path(__file__).parent.parent / path


def distributions(
    versions: Mapping[str, str], context: importlib.metadata.DistributionFinder.Context
) -> Iterator[importlib.metadata.Distribution]:
    """Those of the packages, by name and version, that are looked for; none in a search of particular folders."""
    if context.path is not sys.path:
        return
    wanted = context.name and re.sub(r"[-_.]+", "_", context.name).lower()
    for name, version in versions.items():
        if wanted in (None, name):
            yield _Distribution(name, version)
