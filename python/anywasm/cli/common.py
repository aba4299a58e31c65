"""Code that several commands use.

This module defines common options, reads and writes files, prints to the console, and converts errors to exit codes.
"""

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

#: Exit codes for Ctrl-C and for a trap. click itself returns only 1 and 2. 130 is the code that a shell reports for a
#: program that Ctrl-C ended. 134 is the code that wasmtime's command line returns for a trap.
INTERRUPTED, TRAPPED = 130, 134

#: The console width in columns for piped output. No line is that long, so no line is wrapped or cut.
_UNLIMITED_WIDTH = 1_000_000

engine_option = click.option("--engine", metavar="NAME", help="Use this engine. `anywasm engines` lists all engines.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
file_argument = click.argument("file", metavar="FILE")


class TrapError(click.ClickException):
    """An exception for a trap. click prints the trap's message and backtrace, and ends the command with code 134."""

    exit_code = TRAPPED

    def show(self, file: Any = None) -> None:
        """Prints the message without click's prefix "Error: "."""
        click.echo(self.message, file=file, err=file is None)


class Commands(click.Group):
    """The group of all commands. All exceptions are converted to messages and exit codes in this class."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command, and prints expected exceptions as messages without a traceback."""
        try:
            return super().invoke(ctx)
        except Trap as trap:
            raise TrapError(printable_lines(str(trap)).rstrip()) from None
        except (anywasm.EngineUnavailable, WasmtimeError) as error:
            raise click.ClickException(printable_lines(str(error)).rstrip()) from None
        except BrokenPipeError:
            # The process that reads the output, such as `head`, has ended. For a BrokenPipeError, click exits without a
            # message.
            raise
        except OSError as error:
            _give_up_stdout()
            prefix = "" if error.filename is None else f"{printable(str(error.filename))}: "
            raise click.ClickException(f"{prefix}{error.strerror}") from None
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)


def _give_up_stdout() -> None:
    """Redirects stdout to the null device.

    At exit, Python writes the output that is still buffered. If writing to stdout failed again, Python would change the
    exit code. Writing to the null device does not fail.
    """
    with contextlib.suppress(OSError), open(os.devnull, "wb") as null_device:
        os.dup2(null_device.fileno(), sys.stdout.fileno())


def using(engine: str | None) -> contextlib.AbstractContextManager[object]:
    """Returns a context manager that makes `engine` the default engine. With None, the default stays as it is.

    `engine` is the value of the option --engine.
    """
    return contextlib.nullcontext() if engine is None else anywasm.use_engine(engine)


def read(path: str) -> bytes:
    """Returns the contents of a file. If the path is `-`, reads stdin."""
    with click.open_file(path, "rb") as file:
        return bytes(file.read())


def write(path: str, data: bytes | bytearray) -> None:
    """Writes `data` to a file. If the path is `-`, writes to stdout."""
    with click.open_file(path, "wb") as file:
        file.write(data)
        # `open_file` does not close stdout. Without this flush, a failed write would raise an error only at exit, when
        # `Commands` can no longer report the error.
        file.flush()


def compile_file(engine: Engine, path: str, data: bytes) -> Module:
    """Compiles a module. `data` is the contents of the file, in the binary or text format; `path` is for errors."""
    with prefix_errors(path):
        return Module(engine, data)


@contextlib.contextmanager
def prefix_errors(path: str) -> Iterator[None]:
    """Puts the path of a file in front of each error message that leaves the `with` block."""
    try:
        yield
    except WasmtimeError as error:
        raise WasmtimeError(f"{printable(path)}: {error}") from None


def printable(name: str) -> str:
    """Returns a name with all unprintable characters escaped.

    A name from a module may contain control characters. If they were printed, the module could control the terminal.
    """
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in name)


def printable_lines(text: str) -> str:
    """Returns a text with all unprintable characters except newlines escaped."""
    return "\n".join(map(printable, text.split("\n")))


def console() -> Console:
    """Returns a Rich console for stdout. The width is limited only if stdout is a terminal."""
    stdout = Console(highlight=False, markup=False, emoji=False)
    if not stdout.is_terminal:
        stdout.width = _UNLIMITED_WIDTH
    return stdout


def table(*columns: str) -> Table:
    """Returns a Rich table with these columns and no rows. All tables of the command line look like this table."""
    empty_table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        empty_table.add_column(column, overflow="fold")
    return empty_table


def print_json(value: object) -> None:
    """Prints a value as indented JSON."""
    click.echo(json.dumps(value, indent=2))
