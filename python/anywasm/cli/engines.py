"""`anywasm engines`: which engines there are, and what each can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

import anywasm
from anywasm.cli.common import console, engine_option, json_option, print_json, table
from anywasm.engines import EngineInfo, load


@click.command("engines")
@engine_option
@json_option
def list_engines(engine: str | None, as_json: bool) -> None:
    """List the engines and what each can do.

    With --engine, only that one is listed.
    """
    infos = anywasm.engines()
    if engine is not None:
        load(engine)  # Raises what every command says of an engine it cannot use.
        infos = [info for info in infos if info.name == engine]
    meanings = _meanings(infos)
    if as_json:
        print_json({"engines": [_as_json(info) for info in infos], "capabilities": meanings})
        return
    out = console()
    out.print(_engine_table(infos))
    if meanings:
        out.print()
        out.print(_capability_table(out, [info for info in infos if info.installed], meanings))


def _meanings(infos: Sequence[EngineInfo]) -> dict[str, str]:
    """All capabilities with their meanings, as the installed engines tell them; empty where there are none."""
    meanings: dict[str, str] = {}
    for info in infos:
        if info.installed:
            meanings |= load(info.name).meanings
    return meanings


def _as_json(info: EngineInfo) -> dict[str, object]:
    return asdict(info) | {"capabilities": sorted(info.capabilities)}


def _engine_table(infos: Sequence[EngineInfo]) -> Table:
    made = table("engine", "installed", "header", "path")
    for info in infos:
        version, where = (info.version, info.path) if info.installed else ("no", info.problem)
        made.add_row(info.name, version, info.backend, where, style=None if info.installed else "dim")
    return made


def _capability_table(out: Console, infos: Sequence[EngineInfo], meanings: dict[str, str]) -> Table:
    mark = "✓" if out.encoding.startswith("utf") else "x"
    made = table("capability")
    for info in infos:
        # A terminal has no room to spare for long names above columns of one mark.
        made.add_column(info.name.replace("-", "-\n") if out.is_terminal else info.name, justify="center")
    made.add_column("meaning")
    for name, meaning in meanings.items():
        marks = [Text(mark, "green") if name in info.capabilities else "" for info in infos]
        made.add_row(name, *marks, meaning)
    return made
