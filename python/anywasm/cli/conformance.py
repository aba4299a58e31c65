"""`anywasm conformance`: hands over to the runner, which is part of the source and not of the installed package."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

import click

import anywasm

RUNNER = "anywasm_conformance"


@click.command(
    "conformance",
    short_help="Run the official WebAssembly test suite on the engines.",
    context_settings={"ignore_unknown_options": True},
    add_help_option=False,
)
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def run_conformance(ctx: click.Context, args: tuple[str, ...]) -> None:
    """Run the official WebAssembly test suite on the engines."""
    _find()
    runner: click.Command = importlib.import_module(f"{RUNNER}.cli").main
    # Without its standalone mode click gives the exit code, and lets exceptions through to our own group.
    ctx.exit(runner.main(list(args), prog_name=ctx.command_path, standalone_mode=False, parent=ctx.parent) or 0)


def _find() -> None:
    """Makes the runner importable: from where the package lies in a checkout, or from a checkout that is at hand."""
    if importlib.util.find_spec(RUNNER) is not None:
        return
    # python/anywasm in a checkout, then the folder that the command is called in.
    for checkout in (Path(anywasm.__file__).parents[2], Path.cwd()):
        folder = checkout / "conformance"
        if (folder / RUNNER / "__init__.py").is_file():
            sys.path.append(str(folder))
            return
    raise click.ClickException(
        "the conformance runner is not part of the installed package: it needs the project's source and its Rust "
        "toolchain. Call `anywasm conformance` in a checkout of anywasm (the folder that holds conformance/)."
    )
