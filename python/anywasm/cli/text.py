"""`anywasm wat2wasm` and `anywasm wasm2wat`: between the binary and the text format."""

from __future__ import annotations

from pathlib import Path

import click

from anywasm import core
from anywasm.cli.common import about, engine_option, file_argument, read, using, write
from anywasm.wasmtime import wat2wasm
from anywasm.wasmtime.style import STYLE


@click.command("wat2wasm")
@file_argument
@click.option("-o", "--output", metavar="OUT", help="Where to write; `-` is stdout. Default: FILE with suffix .wasm.")
@engine_option
def wat_to_wasm(file: str, output: str | None, engine: str | None) -> None:
    """Translate a module from text to binary.

    FILE is the text; `-` is stdin, which goes to stdout by default.
    """
    with using(engine), about(file):
        wasm = wat2wasm(read(file))
        write(output or _beside(file), wasm)


@click.command("wasm2wat")
@file_argument
@click.option("-o", "--output", metavar="OUT", default="-", help="Where to write; `-` is stdout, the default.")
@engine_option
def wasm_to_wat(file: str, output: str, engine: str | None) -> None:
    """Translate a module from binary to text.

    FILE is the binary; `-` is stdin.
    """
    with using(engine), about(file):
        write(output, core.wasm2wat(STYLE, read(file)).encode())


def _beside(file: str) -> str:
    if file == "-":
        return "-"
    output = Path(file).with_suffix(".wasm")
    if output == Path(file):
        raise click.UsageError(f"say with -o where to write, as {file!r} itself ends in .wasm")
    return str(output)
