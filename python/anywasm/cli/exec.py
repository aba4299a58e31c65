"""The command `anywasm exec`. It runs a program that was written for `wasmer` or `wasmtime`, without changes."""

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

#: Options of the Python interpreter that prevent loading anywasm. `anywasm exec` uses PYTHONPATH to make Python import
#: a module `sitecustomize`, which loads anywasm. With E and I, Python ignores PYTHONPATH. With S, Python does not
#: import `site`, the module that imports `sitecustomize`.
_UNSUPPORTED_OPTIONS = frozenset("EIS")
#: Options of the Python interpreter after which no other option can follow. All later arguments belong to the program.
_FINAL_OPTIONS = frozenset("cm")
#: Options of the Python interpreter that take a value. The value is the rest of the argument or the next argument.
_OPTIONS_WITH_VALUE = frozenset("WX")


class _Exec(click.Command):
    """A click command that does not parse the arguments of the program, even if they look like options (`--help`)."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Inserts `--` after the options of this command, so that click parses only these options.

        All options of this command have long names, and all except --help take a value.
        """
        end = 0  # The number of arguments that are options of this command or their values.
        while end < len(args) and args[end].startswith("--") and args[end] != "--":
            end += 1 if "=" in args[end] or args[end] == "--help" else 2
        return super().parse_args(ctx, [*args[:end], "--", *args[end:]] if args[end:] else args)


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

    The program runs as with `python SCRIPT ARGS`, except that `import wasmer` and `import wasmtime` load anywasm. The
    imports also load anywasm in Python processes that the program starts.
    """
    if engine is not None:
        load(engine)  # Raises EngineUnavailable if the engine is unknown, not installed or broken.
    interpreter_options = _args_from_interpreter_flags()
    _check_python_options([*interpreter_options, *arguments])
    environment = _make_environment(os.environ, styles or STYLES, engine)
    os.execve(sys.executable, [sys.executable, *interpreter_options, *arguments], environment)


def _make_environment(base: Mapping[str, str], styles: Sequence[str], engine: str | None) -> dict[str, str]:
    """Returns the environment variables of the program: the variables in `base`, with some variables changed.

    The changed variables make Python import `startup/sitecustomize.py`, which activates anywasm, before it runs the
    program.
    """
    startup_folder = str(Path(__file__).with_name("startup"))
    base_path = base.get("PYTHONPATH")
    base_entries = base_path.split(os.pathsep) if base_path else []
    entries = [startup_folder, *(entry for entry in base_entries if entry != startup_folder)]
    environment = {**base, "PYTHONPATH": os.pathsep.join(entries), "ANYWASM_ACTIVATE": ",".join(styles)}
    return environment if engine is None else {**environment, "ANYWASM_ENGINE": engine}


def _check_python_options(arguments: Sequence[str]) -> None:
    """Raises UsageError if the arguments contain one of the `_UNSUPPORTED_OPTIONS` of the Python interpreter."""
    remaining = iter(arguments)
    for argument in remaining:
        if not argument.startswith("-") or argument in ("-", "--"):
            return
        letters = "" if argument.startswith("--") else argument[1:]
        for position, letter in enumerate(letters):
            if letter in _UNSUPPORTED_OPTIONS:
                raise click.UsageError(f"Python's option -{letter} prevents loading anywasm: leave it out")
            if letter in _FINAL_OPTIONS:
                return
            if letter in _OPTIONS_WITH_VALUE:
                if position == len(letters) - 1:
                    next(remaining, None)  # Skip the value.
                break
