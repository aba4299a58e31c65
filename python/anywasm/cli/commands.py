"""The group of the subcommands. Each subcommand has a file of this package. Most use `anywasm.wasmtime`.

The exit code is 0 for success, 1 for a malformed or invalid module and most other errors, 2 for a wrong command line,
130 after Ctrl-C, and 134 for a trap. wasmtime's command line also returns 134 for a trap.
"""

from __future__ import annotations

import click

import anywasm
from anywasm.cli.common import Commands
from anywasm.cli.conformance import run_conformance
from anywasm.cli.engines import list_engines
from anywasm.cli.exec import exec_program
from anywasm.cli.inspect import inspect_file
from anywasm.cli.run import run_file
from anywasm.cli.stand_in import stand_in
from anywasm.cli.text import wasm_to_wat, wat_to_wasm

__all__ = ["main"]


@click.group(cls=Commands)
@click.version_option(anywasm.__version__, prog_name="anywasm")
def main() -> None:
    """Run and inspect WebAssembly on any installed engine.

    The option --engine selects the engine, or else the environment variable ANYWASM_ENGINE. The default is the first
    installed engine of `anywasm engines`.
    """


for _command in (
    *(run_file, exec_program, stand_in, list_engines, inspect_file, wat_to_wasm, wasm_to_wat, run_conformance),
):
    main.add_command(_command)
