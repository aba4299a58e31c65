"""`anywasm engines`: which engines there are, what each can do, and what was measured of them."""

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
from anywasm.engines.measured import measured


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
    installed = [info for info in infos if info.installed]
    if as_json:
        print_json(_as_json(infos, installed))
        return
    out = console()
    out.print(_engine_table(infos))
    if installed:
        out.print()
        out.print(_capability_table(out, installed))


def _as_json(infos: Sequence[EngineInfo], installed: Sequence[EngineInfo]) -> dict[str, object]:
    capabilities, limits = _meanings(installed)
    return {
        "engines": [
            info._asdict() | {"capabilities": sorted(info.capabilities), "limits": dict(info.limits)} for info in infos
        ],
        "capabilities": capabilities,
        "limits": limits,
        "measured": [asdict(row) for row in measured()],
    }


def _meanings(installed: Sequence[EngineInfo]) -> tuple[dict[str, str], dict[str, str]]:
    """All capabilities and limits with their meanings, as the installed engines tell them."""
    capabilities: dict[str, str] = {}
    limits: dict[str, str] = {}
    for info in installed:
        engine_module = load(info.name)
        capabilities |= engine_module.meanings
        limits |= engine_module.limit_meanings
    return capabilities, limits


def _engine_table(infos: Sequence[EngineInfo]) -> Table:
    made = table("engine", "installed", "header", "path")
    for info in infos:
        version, where = (info.version, info.path) if info.installed else ("no", info.problem)
        made.add_row(info.name, version, info.backend, where, style=None if info.installed else "dim")
    return made


def _capability_table(out: Console, infos: Sequence[EngineInfo]) -> Table:
    """Capabilities, limits and measurements, each in a section of rows; a column for each engine."""
    mark = "✓" if out.encoding.startswith("utf") else "x"
    capabilities, limits = _meanings(infos)
    made = table("capability")
    for info in infos:
        # A terminal has no room to spare for long names above columns of one mark.
        made.add_column(info.name.replace("-", "-\n") if out.is_terminal else info.name, justify="center")
    made.add_column("meaning")
    for name, meaning in capabilities.items():
        marks = [Text(mark, "green") if name in info.capabilities else "" for info in infos]
        made.add_row(name, *marks, meaning)
    made.add_section()
    for name, meaning in limits.items():
        made.add_row(name, *(_limit(info.limits.get(name)) for info in infos), meaning)
    made.add_section()
    for row in measured():
        made.add_row(row.name, *(row.engines.get(info.name, "") for info in infos), row.meaning)
    return made


def _limit(most: int | None) -> str:
    if most is None:
        return "any"
    # Numbers near a power of two are easier to read, and to fit into a column, as such.
    return f"2^{most.bit_length()}-1" if most > 1 << 32 and most & (most + 1) == 0 else str(most)
