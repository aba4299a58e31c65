"""The subjects of a run. A subject is an engine with options (`engines.toml`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import anywasm
from anywasm.core import Option
from anywasm.engines import load
from anywasm_conformance.places import HOME
from anywasm_conformance.toml import read

FILE = HOME / "engines.toml"


@dataclass(frozen=True)
class Subject:
    """An engine with options. A report has a row for each subject."""

    #: The name in reports, expectations and `--engine`.
    name: str
    #: The name of the engine in `anywasm.engines()`.
    engine: str
    options: Mapping[str, Option] = field(default_factory=dict)
    #: A capability of the engine, or `None`. Without this capability, `subjects` leaves the subject out.
    needs: str | None = None


def subjects(file: Path = FILE) -> list[Subject]:
    """Returns all subjects that the installed engines can run, in the order of `anywasm.engines()`."""
    rows = list(_rows(file))
    return [
        subject
        for info in anywasm.engines()
        if info.installed
        for subject in _of_engine(info.name, rows)
        if subject.needs is None or subject.needs in info.capabilities
    ]


def choose(names: Sequence[str], file: Path = FILE) -> list[Subject]:
    """Returns the subjects with these names, or all subjects if there are no names.

    Raises `anywasm.EngineUnavailable` if a name is unknown, or if its engine is not installed or lacks the capability
    that the subject needs.
    """
    known = {each.name: each for each in subjects(file)}
    for name in names:
        if name not in known:
            _raise_unavailable(name, file)
    return [known[name] for name in names or known]


def _raise_unavailable(name: str, file: Path) -> NoReturn:
    row = next((row for row in _rows(file) if row.name == name), Subject(name, name))
    load(row.engine)  # Raises if the engine is unknown or not installed.
    raise anywasm.EngineUnavailable(
        f"{name!r} needs the capability `{row.needs}`, which the installed engine `{row.engine}` lacks"
    )


def _of_engine(engine: str, rows: Sequence[Subject]) -> list[Subject]:
    """Returns the subjects of an engine.

    If no row of `engines.toml` has the name of the engine, the first subject is the engine with its default options.
    """
    engine_rows = [row for row in rows if row.engine == engine]
    if any(row.name == engine for row in engine_rows):
        return engine_rows
    return [Subject(engine, engine), *engine_rows]


def _rows(file: Path) -> Iterator[Subject]:
    for row in read(file)["engine"]:
        yield Subject(row["name"], row.get("engine", row["name"]), row.get("options", {}), row.get("needs"))
