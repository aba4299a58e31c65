"""Removes the paths of the machine that built an engine module from the module: `python hide_paths.py FILE...`.

Compilers write the paths of source files into libraries, for the messages of panics and assertions. These paths tell
the name of the builder and make two builds on different machines differ. rustc can map them (`--remap-path-prefix`),
but only when it compiles, and with other flags cargo compiles all engines again, which takes a quarter of an hour.
This program therefore replaces the paths in the finished module.

The replacement of a folder has the same length as the folder's path, because other data of the module contains the
lengths and the addresses of texts. It begins with `/src` and ends with slashes, so that it is still a path.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

REPLACEMENT = b"/src"
#: The variables that name folders in which cargo reads and writes.
VARIABLES = ("CARGO_HOME", "RUSTUP_HOME", "CARGO_TARGET_DIR", "CARGO_BUILD_BUILD_DIR", "HOME")


def private_folders() -> list[bytes]:
    """Returns the absolute paths of the builder's folders. A folder within another one comes first."""
    folders = {Path(os.environ[name]).absolute() for name in VARIABLES if os.environ.get(name)}
    folders |= {Path.home(), Path(__file__).parent.absolute()}
    # A shorter path than the replacement, such as `/`, is not private.
    paths = [path for path in map(os.fsencode, folders) if len(path) > len(REPLACEMENT)]
    return sorted(paths, key=len, reverse=True)


def without_paths(module: bytes) -> bytes:
    """Returns a module in which the builder's folders have other names of the same length."""
    for folder in private_folders():
        # The slash after the folder makes sure that this is the folder, not another path that begins in the same way.
        module = module.replace(folder + b"/", REPLACEMENT.ljust(len(folder) + 1, b"/"))
    return module


def main(*files: str) -> None:
    for name in files:
        file = Path(name)
        module = file.read_bytes()
        if (changed := without_paths(module)) != module:
            file.write_bytes(changed)


if __name__ == "__main__":
    main(*sys.argv[1:])
