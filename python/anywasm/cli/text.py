"""The commands `anywasm wat2wasm` and `anywasm wasm2wat`. They translate between the text and the binary format."""

from __future__ import annotations

from pathlib import Path

import click

from anywasm import core
from anywasm.cli.common import engine_option, file_argument, prefix_errors, read, using, write
from anywasm.wasmtime.style import STYLE


@click.command("wat2wasm")
@file_argument
@click.option("-o", "--output", metavar="OUT", help="Output file, `-` for stdout. Default: FILE with suffix .wasm.")
@engine_option
def wat_to_wasm(file: str, output: str | None, engine: str | None) -> None:
    """Translate a module from the text format to the binary format.

    FILE is a module in the text format, or `-` for stdin. If FILE is `-`, the default output is stdout.
    """
    with using(engine), prefix_errors(file):
        wasm = core.wat2wasm(STYLE, read(file))
        write(output or _default_output(file), wasm)


@click.command("wasm2wat")
@file_argument
@click.option("-o", "--output", metavar="OUT", default="-", help="Output file, `-` for stdout. Default: stdout.")
@engine_option
def wasm_to_wat(file: str, output: str, engine: str | None) -> None:
    """Translate a module from the binary format to the text format.

    FILE is a module in the binary format, or `-` for stdin.
    """
    with using(engine), prefix_errors(file):
        write(output, core.wasm2wat(STYLE, read(file)).encode())


def _default_output(file: str) -> str:
    if file == "-":
        return "-"
    output = Path(file).with_suffix(".wasm")
    if output == Path(file):  # Do not overwrite the input.
        raise click.UsageError(f"option -o is required, because the input file {file!r} ends in .wasm")
    return str(output)
