"""`anywasm exec`: runs a program that was written for another package."""

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

#: Python's options that make it ignore the environment, or start without `site`.
_DEAF = frozenset("EIS")


class _Exec(click.Command):
    """A command whose options end where the program begins, whatever the program's arguments look like."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts `--` after our own options: all of those are long, and take a value but for --help."""
        ours = 0
        while ours < len(args) and args[ours].startswith("--") and args[ours] != "--":
            ours += 1 if "=" in args[ours] or args[ours] == "--help" else 2
        return super().parse_args(ctx, [*args[:ours], "--", *args[ours:]] if args[ours:] else args)


@click.command("exec", cls=_Exec)
@click.option(
    "--as", "styles", multiple=True, type=click.Choice(STYLES), help="The package to stand in for. Default: all."
)
@engine_option
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="SCRIPT|-m MODULE|-c CODE [ARGS]...")
def exec_program(styles: tuple[str, ...], engine: str | None, arguments: tuple[str, ...]) -> None:
    """Run a program written for wasmer or wasmtime.

    The program is not changed, and runs as by `python SCRIPT ARGS`, but `import wasmer` and `import wasmtime` give
    anywasm's styles; also in the Python processes that it starts.
    """
    if engine is not None:
        load(engine)  # Raises what every command says of an engine it cannot use.
    own = _args_from_interpreter_flags()
    _refuse_deaf([*own, *arguments])
    environment = _environment(os.environ, styles or STYLES, engine)
    os.execve(sys.executable, [sys.executable, *own, *arguments], environment)


def _environment(base: Mapping[str, str], styles: Sequence[str], engine: str | None) -> dict[str, str]:
    """The program's environment."""
    startup = str(Path(__file__).with_name("startup"))
    given = base.get("PYTHONPATH")
    path = [startup, *(entry for entry in (given.split(os.pathsep) if given else ()) if entry != startup)]
    made = {**base, "PYTHONPATH": os.pathsep.join(path), "ANYWASM_ACTIVATE": ",".join(styles)}
    return made if engine is None else {**made, "ANYWASM_ENGINE": engine}


def _refuse_deaf(arguments: Sequence[str]) -> None:
    """UsageError where Python would not see what we tell it, and the program would get the other package."""
    remaining = iter(arguments)
    for argument in remaining:
        if not argument.startswith("-") or argument in ("-", "--"):
            return
        letters = "" if argument.startswith("--") else argument[1:]
        for position, letter in enumerate(letters):
            if letter in _DEAF:
                raise click.UsageError(f"with -{letter} Python does not see the styles: leave it out")
            if letter in "cm":
                return
            if letter in "WX":
                if position == len(letters) - 1:
                    next(remaining, None)
                break
