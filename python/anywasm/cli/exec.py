"""`anywasm exec`, which runs an unchanged program that was written for `wasmer` or `wasmtime`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from subprocess import _args_from_interpreter_flags  # type: ignore[attr-defined]

import click

from anywasm.activation import STYLES
from anywasm.cli.common import engine_option
from anywasm.engines import load

#: Options with which Python ignores PYTHONPATH (E, I) or does not import `site` (S), and so cannot load the styles.
_OPTIONS_WITHOUT_STYLES = frozenset("EIS")


class _Exec(click.Command):
    """A click command that passes everything after its own options to the program, also arguments such as `--help`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Inserts `--` after the command's own options. They all have long names, and all but --help take a value."""
        count = 0
        while count < len(args) and args[count].startswith("--") and args[count] != "--":
            count += 1 if "=" in args[count] or args[count] == "--help" else 2
        return super().parse_args(ctx, [*args[:count], "--", *args[count:]] if args[count:] else args)


@click.command("exec", cls=_Exec)
@click.option(
    "--as",
    "styles",
    multiple=True,
    type=click.Choice(STYLES),
    help="Replace only this package. Can be repeated. Default: replace both.",
)
@engine_option
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="SCRIPT|-m MODULE|-c CODE [ARGS]...")
def exec_program(styles: tuple[str, ...], engine: str | None, arguments: tuple[str, ...]) -> None:
    """Run a program written for wasmer or wasmtime.

    The program runs unchanged, as with `python SCRIPT ARGS`, except that `import wasmer` and `import wasmtime` load
    anywasm. This holds for Python processes that the program starts, too.
    """
    if engine is not None:
        load(engine)  # Raises EngineUnavailable if the engine is unknown, not installed or broken.
    interpreter_options = _args_from_interpreter_flags()
    _check_python_options([*interpreter_options, *arguments])
    environment = _environment(os.environ, styles or STYLES, engine)
    os.execve(sys.executable, [sys.executable, *interpreter_options, *arguments], environment)


def _environment(base: Mapping[str, str], styles: Sequence[str], engine: str | None) -> dict[str, str]:
    """Returns the environment variables of the program, which make Python run `startup/sitecustomize.py` first."""
    startup = str(Path(__file__).with_name("startup"))
    former_path = base.get("PYTHONPATH")
    path = [startup, *(entry for entry in (former_path.split(os.pathsep) if former_path else ()) if entry != startup)]
    environment = {**base, "PYTHONPATH": os.pathsep.join(path), "ANYWASM_ACTIVATE": ",".join(styles)}
    return environment if engine is None else {**environment, "ANYWASM_ENGINE": engine}


def _check_python_options(arguments: Sequence[str]) -> None:
    """Raises UsageError for a Python option with which the program would import the original packages."""
    remaining = iter(arguments)
    for argument in remaining:
        if not argument.startswith("-") or argument in ("-", "--"):
            return
        letters = "" if argument.startswith("--") else argument[1:]
        for position, letter in enumerate(letters):
            if letter in _OPTIONS_WITHOUT_STYLES:
                raise click.UsageError(f"Python's option -{letter} prevents loading anywasm: leave it out")
            if letter in "cm":
                return
            if letter in "WX":
                if position == len(letters) - 1:
                    next(remaining, None)
                break
