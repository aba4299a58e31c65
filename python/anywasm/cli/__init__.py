"""The command `anywasm`. `commands.py` lists its subcommands."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Runs the command line of this process."""
    if sys.argv[1:2] == ["exec"]:
        _exec(sys.argv[2:])
    from anywasm.cli.commands import main as run

    run()


def _exec(arguments: list[str]) -> None:
    """Replaces this process by the program of `anywasm exec`. Returns only if this is not possible.

    The command itself is not used, because it takes longer to import the package click than to start Python. If this
    function returns, the command tells what is wrong.
    """
    from anywasm.cli.launch import LaunchError, launch

    try:
        launch(arguments)
    except (LaunchError, ImportError, OSError):
        return
