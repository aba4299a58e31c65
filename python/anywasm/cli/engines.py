"""The command `anywasm engines`. It lists the engines with their capabilities, limits and measurements.

A capability is a feature that some engines lack.
"""

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
    """List the engines and their capabilities.

    With --engine, list only this engine.
    """
    infos = anywasm.engines()
    if engine is not None:
        load(engine)  # Raises EngineUnavailable if the engine is unknown, not installed or broken.
        infos = [info for info in infos if info.name == engine]
    installed = [info for info in infos if info.installed]
    if as_json:
        print_json(_as_json(infos, installed))
        return
    out = console()
    out.print(_make_engine_table(infos))
    if installed:
        out.print()
        out.print(_make_capability_table(out, installed))
        out.print("+ means that the engine itself cannot do this, and anywasm makes up for it.", style="dim")


def _as_json(infos: Sequence[EngineInfo], installed: Sequence[EngineInfo]) -> dict[str, object]:
    capabilities, limits = _read_meanings(installed)
    return {
        "engines": [
            info._asdict()
            | {
                "capabilities": sorted(info.capabilities),
                "made_up": sorted(info.made_up),
                "limits": dict(info.limits),
            }
            for info in infos
        ],
        "capabilities": capabilities,
        "limits": limits,
        "measured": [asdict(row) for row in measured()],
    }


def _read_meanings(installed: Sequence[EngineInfo]) -> tuple[dict[str, str], dict[str, str]]:
    """Returns two dictionaries, for capabilities and for limits. Each maps the names to descriptions.

    The descriptions come from the installed engine modules.
    """
    capabilities: dict[str, str] = {}
    limits: dict[str, str] = {}
    for info in installed:
        engine_module = load(info.name)
        capabilities |= engine_module.meanings
        limits |= engine_module.limit_meanings
    return capabilities, limits


def _make_engine_table(infos: Sequence[EngineInfo]) -> Table:
    rows = table("engine", "installed", "header", "path")
    for info in infos:
        version, path_or_problem = (info.version, info.path) if info.installed else ("no", info.problem)
        rows.add_row(info.name, version, info.backend, path_or_problem, style=None if info.installed else "dim")
    return rows


def _make_capability_table(out: Console, infos: Sequence[EngineInfo]) -> Table:
    """Returns a table with a column for each engine, and with sections for capabilities, limits and measurements."""
    mark = "✓" if out.encoding.startswith("utf") else "x"
    capabilities, limits = _read_meanings(infos)
    rows = table("capability")
    for info in infos:
        # On a terminal, break a long engine name into lines. The cells of the column contain only a check mark or a
        # number, so the name would make the column too wide.
        rows.add_column(info.name.replace("-", "-\n") if out.is_terminal else info.name, justify="center")
    rows.add_column("meaning")
    for name, meaning in capabilities.items():
        marks = [
            Text("+" if name in info.made_up else mark, "green") if name in info.capabilities else "" for info in infos
        ]
        rows.add_row(name, *marks, meaning)
    rows.add_section()
    for name, meaning in limits.items():
        rows.add_row(name, *(_format_limit(info.limits.get(name)) for info in infos), meaning)
    rows.add_section()
    for row in measured():
        rows.add_row(row.name, *(row.engines.get(info.name, "") for info in infos), row.meaning)
    return rows


def _format_limit(maximum: int | None) -> str:
    """Formats the value of a limit. None means that the engine has no limit."""
    if maximum is None:
        return "any"
    # For large numbers, the notation 2^n-1 is shorter and easier to read than decimal digits.
    return f"2^{maximum.bit_length()}-1" if maximum > 1 << 32 and maximum & (maximum + 1) == 0 else str(maximum)
