"""What the commands share: the engine option, files, the console, and how errors become exit codes."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table

import anywasm
from anywasm.wasmtime import Engine, Module, Trap, WasmtimeError

#: Exit codes besides click's 1 and 2. 130 is what a shell reports after Ctrl-C, 134 what wasmtime's command line gives.
INTERRUPTED, TRAPPED = 130, 134

#: Wider than any line we print: what is piped is never wrapped or cut.
_UNLIMITED = 1_000_000

engine_option = click.option("--engine", metavar="NAME", help="The engine to use; `anywasm engines` lists them.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
file_argument = click.argument("file", metavar="FILE")


class TrapError(click.ClickException):
    """A trap, shown as the engine tells it."""

    exit_code = TRAPPED

    def show(self, file: Any = None) -> None:
        """Prints the message and its backtrace, and nothing before it."""
        click.echo(self.message, file=file, err=file is None)


class Commands(click.Group):
    """A group that makes messages and exit codes of our exceptions: the only place that does."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; no exception of ours gets past it as a traceback."""
        try:
            return super().invoke(ctx)
        except Trap as trap:
            raise TrapError(printable_lines(str(trap)).rstrip()) from None
        except (anywasm.EngineUnavailable, WasmtimeError) as error:
            raise click.ClickException(printable_lines(str(error)).rstrip()) from None
        except BrokenPipeError:
            raise  # The reader, such as `head`, has had enough: click ends quietly.
        except OSError as error:
            _give_up_stdout()
            where = "" if error.filename is None else f"{printable(str(error.filename))}: "
            raise click.ClickException(f"{where}{error.strerror}") from None
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)


def _give_up_stdout() -> None:
    """What could not be written to stdout must not be tried again at exit, where it would change the exit code."""
    with contextlib.suppress(OSError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def using(engine: str | None) -> contextlib.AbstractContextManager[object]:
    """Makes the engine of --engine the default in a `with` block; without the option nothing changes."""
    return contextlib.nullcontext() if engine is None else anywasm.use_engine(engine)


def read(path: str) -> bytes:
    """The contents of a file, or of stdin for `-`."""
    with click.open_file(path, "rb") as file:
        return bytes(file.read())


def write(path: str, data: bytes | bytearray) -> None:
    """Writes a file, or to stdout for `-`."""
    with click.open_file(path, "wb") as file:
        file.write(data)
        # Stdout stays open, and an error at exit would come too late to be reported.
        file.flush()


def compile_file(engine: Engine, path: str, data: bytes) -> Module:
    """The module in a file's contents, binary or text."""
    with about(path):
        return Module(engine, data)


@contextlib.contextmanager
def about(path: str) -> Iterator[None]:
    """Puts a file's name before what is wrong with it."""
    try:
        yield
    except WasmtimeError as error:
        raise WasmtimeError(f"{path}: {error}") from None


def printable(name: str) -> str:
    """A name out of a module, safe to print: nothing in it can move the cursor or break a line."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in name)


def printable_lines(text: str) -> str:
    """As `printable`, for a text of several lines."""
    return "\n".join(map(printable, text.split("\n")))


def console() -> Console:
    """Rich's console on stdout: as wide as the terminal, or without limit where the output is piped."""
    made = Console(highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made.width = _UNLIMITED
    return made


def table(*columns: str) -> Table:
    """An empty table in the look of all our tables."""
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def print_json(value: object) -> None:
    """Prints a value as JSON, for other programs."""
    click.echo(json.dumps(value, indent=2))
