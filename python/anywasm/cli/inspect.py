"""The command `anywasm inspect`. It shows the name, imports, exports and custom sections of a module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console

from anywasm import core
from anywasm.cli.common import (
    console,
    file_argument,
    json_option,
    prefix_errors,
    print_json,
    printable,
    read,
    table,
)
from anywasm.engines import lightest_engine
from anywasm.wasmtime.style import STYLE


@click.command("inspect")
@file_argument
@json_option
def inspect_file(file: str, as_json: bool) -> None:
    """Show a module's name, imports, exports and custom sections.

    FILE is a module in the binary or text format, or `-` for stdin. The module is not compiled, and may use features
    that no installed engine has.
    """
    data, engine_module = read(file), lightest_engine()
    with prefix_errors(file):
        wasm = core.wat2wasm(STYLE, data, engine_module)
        module = core.describe(STYLE, engine_module, wasm)
    description = {"file": file, "size": len(data), **_describe(module)}
    if as_json:
        print_json(description)
    else:
        _show(console(), description)


def _describe(module: core.Description) -> dict[str, Any]:
    return {
        "name": module.name,
        "imports": [
            {"module": import_.module, "name": import_.name, "type": str(import_.type)} for import_ in module.imports
        ],
        "exports": [{"name": export.name, "type": str(export.type)} for export in module.exports],
        "custom_sections": [{"name": name, "size": len(contents)} for name, contents in module.custom_sections],
    }


def _show(out: Console, description: dict[str, Any]) -> None:
    name = description["name"]
    out.print("file ", printable(description["file"]))
    out.print("size ", f"{description['size']:,} bytes")
    out.print("name ", "none" if name is None else printable(name))
    _show_list(out, "imports", ("module", "name", "type"), description["imports"])
    _show_list(out, "exports", ("name", "type"), description["exports"])
    _show_list(out, "custom sections", ("name", "size"), description["custom_sections"])


def _show_list(out: Console, title: str, keys: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    out.print(f"\n{title}: {len(rows) or 'none'}", style="bold")
    listing = table(*keys)
    for row in rows:
        listing.add_row(*(printable(str(row[key])) for key in keys))
    # For a table without rows, Rich would print the column headers.
    if rows:
        out.print(listing)
