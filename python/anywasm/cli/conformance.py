"""The command `anywasm conformance`. It starts the conformance runner.

The runner is part of the source tree but not of the installed package.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

import click

import anywasm

#: The name of the package that contains the conformance runner.
RUNNER = "anywasm_conformance"


@click.command(
    "conformance",
    short_help="Run the official WebAssembly test suite on the installed engines.",
    context_settings={"ignore_unknown_options": True},
    add_help_option=False,
)
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def run_conformance(ctx: click.Context, args: tuple[str, ...]) -> None:
    """Run the official WebAssembly test suite on the installed engines."""
    _make_runner_importable()
    runner: click.Command = importlib.import_module(f"{RUNNER}.cli").main
    # With `standalone_mode=False`, click does not handle exceptions: they propagate to the class `Commands`. `main`
    # returns the exit code, or None for success.
    ctx.exit(runner.main(list(args), prog_name=ctx.info_name, standalone_mode=False, parent=ctx.parent) or 0)


def _make_runner_importable() -> None:
    """Adds the folder of the conformance runner to `sys.path`. Raises ClickException if the folder is not found."""
    if importlib.util.find_spec(RUNNER) is not None:
        return
    # Search for a checkout of the source. If anywasm was imported from a checkout, the package is the checkout's folder
    # python/anywasm. If anywasm is installed elsewhere, the current directory may be a checkout.
    for checkout in (Path(anywasm.__file__).parents[2], Path.cwd()):
        folder = checkout / "conformance"
        if (folder / RUNNER / "__init__.py").is_file():
            sys.path.append(str(folder))
            return
    raise click.ClickException(
        "the conformance runner is not part of the installed package: it needs the project's source and a Rust "
        "toolchain. Run `anywasm conformance` in a checkout of anywasm (the folder that contains conformance/)."
    )
