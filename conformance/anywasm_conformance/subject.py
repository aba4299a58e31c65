"""What is measured: an engine with its options (`engines.toml`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import anywasm
from anywasm.core import Option
from anywasm.engines import load
from anywasm_conformance.places import HOME
from anywasm_conformance.toml import read


@dataclass(frozen=True)
class Subject:
    """A row of a report."""

    #: By which reports, expectations and `--engine` know it.
    name: str
    #: The engine's own name.
    engine: str
    options: Mapping[str, Option] = field(default_factory=dict)


def subjects() -> list[Subject]:
    """All that can be measured here: what `engines.toml` has, and other engines that are installed, as they are."""
    installed = [info.name for info in anywasm.engines() if info.installed]
    entries = read(HOME / "engines.toml")["engine"]
    listed = [Subject(each["name"], each.get("engine", each["name"]), each.get("options", {})) for each in entries]
    others = [Subject(name, name) for name in installed if name not in {each.engine for each in listed}]
    return [each for each in listed if each.engine in installed] + others


def choose(names: Sequence[str]) -> list[Subject]:
    """Those of these names, or all without any; the error of `anywasm.engines.load` for a name that there is not."""
    known = {each.name: each for each in subjects()}
    return [known.get(name) or Subject(load(name).name, name) for name in names or known]
