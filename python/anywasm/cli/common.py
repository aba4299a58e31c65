"""Code that several commands use: common options, files, the console, and the conversion of errors to exit codes."""

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

#: Exit codes in addition to click's 1 and 2. A shell reports 130 after Ctrl-C. wasmtime's command line has 134 for a
#: trap.
INTERRUPTED, TRAPPED = 130, 134

#: A console width in columns that no line reaches, so that piped output is never wrapped or cut.
_UNLIMITED_WIDTH = 1_000_000

engine_option = click.option("--engine", metavar="NAME", help="Use this engine. `anywasm engines` lists all engines.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
file_argument = click.argument("file", metavar="FILE")


class TrapError(click.ClickException):
    """A trap, which ends the command with the trap's message and backtrace and exit code 134."""

    exit_code = TRAPPED

    def show(self, file: Any = None) -> None:
        """Prints the message without click's prefix "Error: "."""
        click.echo(self.message, file=file, err=file is None)


class Commands(click.Group):
    """The group of all commands. This class alone converts exceptions to messages and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command. Converts expected exceptions, so that none of them is shown with a traceback."""
        try:
            return super().invoke(ctx)
        except Trap as trap:
            raise TrapError(printable_lines(str(trap)).rstrip()) from None
        except (anywasm.EngineUnavailable, WasmtimeError) as error:
            raise click.ClickException(printable_lines(str(error)).rstrip()) from None
        except BrokenPipeError:
            raise  # The reading process, such as `head`, has ended. click then exits without a message.
        except OSError as error:
            _give_up_stdout()
            prefix = "" if error.filename is None else f"{printable(str(error.filename))}: "
            raise click.ClickException(f"{prefix}{error.strerror}") from None
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)


def _give_up_stdout() -> None:
    """Redirects stdout to the null device, so that Python does not try to write buffered output again at exit.

    A second failure at exit would change the exit code.
    """
    with contextlib.suppress(OSError), open(os.devnull, "wb") as null_device:
        os.dup2(null_device.fileno(), sys.stdout.fileno())


def using(engine: str | None) -> contextlib.AbstractContextManager[object]:
    """Returns a context manager that makes the engine of --engine the default. None changes nothing."""
    return contextlib.nullcontext() if engine is None else anywasm.use_engine(engine)


def read(path: str) -> bytes:
    """Returns the contents of a file. The path `-` means stdin."""
    with click.open_file(path, "rb") as file:
        return bytes(file.read())


def write(path: str, data: bytes | bytearray) -> None:
    """Writes a file. The path `-` means stdout."""
    with click.open_file(path, "wb") as file:
        file.write(data)
        # `open_file` does not close stdout. Without a flush, an error would occur at exit, too late to be reported.
        file.flush()


def compile_file(engine: Engine, path: str, data: bytes) -> Module:
    """Compiles the contents of a file, in the binary format or the text format."""
    with errors_naming(path):
        return Module(engine, data)


@contextlib.contextmanager
def errors_naming(path: str) -> Iterator[None]:
    """Adds the name of a file to the errors of a `with` block."""
    try:
        yield
    except WasmtimeError as error:
        raise WasmtimeError(f"{path}: {error}") from None


def printable(name: str) -> str:
    """Returns a name from a module with all control characters escaped, so that it cannot control the terminal."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in name)


def printable_lines(text: str) -> str:
    """Returns a text with all control characters except newlines escaped."""
    return "\n".join(map(printable, text.split("\n")))


def console() -> Console:
    """Returns a Rich console for stdout. It has the terminal's width, or no limit if stdout is not a terminal."""
    result = Console(highlight=False, markup=False, emoji=False)
    if not result.is_terminal:
        result.width = _UNLIMITED_WIDTH
    return result


def table(*columns: str) -> Table:
    """Returns an empty table, in the style of all tables of the command line."""
    result = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        result.add_column(column, overflow="fold")
    return result


def print_json(value: object) -> None:
    """Prints a value as indented JSON."""
    click.echo(json.dumps(value, indent=2))
