"""The command `anywasm inspect`. It shows the name, imports, exports and custom sections of a module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console

from anywasm import core
from anywasm.cli.common import (
    compile_file,
    console,
    engine_option,
    file_argument,
    json_option,
    print_json,
    printable,
    read,
    table,
    using,
)
from anywasm.wasmtime import Engine


@click.command("inspect")
@file_argument
@engine_option
@json_option
def inspect_file(file: str, engine: str | None, as_json: bool) -> None:
    """Show a module's name, imports, exports and custom sections.

    FILE is a module in the binary or text format, or `-` for stdin.
    """
    with using(engine):
        data = read(file)
        description = {"file": file, "size": len(data), **_describe(compile_file(Engine(), file, data)._core_object)}
    if as_json:
        print_json(description)
    else:
        _show(console(), description)


def _describe(module: core.Module) -> dict[str, Any]:
    sections = module.custom_section_contents()
    return {
        "name": module.name_section,
        "imports": [
            {"module": import_.module, "name": import_.name, "type": str(import_.type)}
            for import_ in module.import_list
        ],
        "exports": [{"name": export.name, "type": str(export.type)} for export in module.export_list],
        "custom_sections": [{"name": name, "size": len(contents)} for name, contents in sections],
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
