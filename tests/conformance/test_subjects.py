"""What is measured: the engines that are installed, as `engines.toml` has them made."""

from __future__ import annotations

import pytest

import anywasm
from anywasm_conformance.places import HOME
from anywasm_conformance.report import recorded
from anywasm_conformance.subject import Subject, choose, subjects
from anywasm_conformance.toml import read

INSTALLED = {info.name for info in anywasm.engines() if info.installed}


def test_every_installed_engine_is_measured() -> None:
    found = subjects()
    assert {subject.engine for subject in found} == INSTALLED
    assert len({subject.name for subject in found}) == len(found)


def test_those_that_are_listed_are_made_as_it_says() -> None:
    listed = {each["name"]: each for each in read(HOME / "engines.toml")["engine"]}
    for subject in subjects():
        assert subject.options == listed.get(subject.name, {}).get("options", {})


def test_a_choice_by_name() -> None:
    assert choose([]) == subjects()
    last = subjects()[-1]
    assert choose([last.name]) == [last]
    with pytest.raises(anywasm.EngineUnavailable, match="there is no engine 'v9'"):
        choose(["v9"])


def test_options_reach_the_engine_in_both_styles(engine: str) -> None:
    from anywasm_conformance import styles

    module = b"(module (memory 1) (memory 1))"
    for style in styles.STYLES:
        styles.make(style, Subject("plain", engine)).compile(module)
        without = styles.make(style, Subject("without", engine, {"wasm_multi_memory": False}))
        with pytest.raises(without.errors, match="multi"):
            without.compile(module)


def test_what_is_kept_of_a_run() -> None:
    def part(engine: str, rates: dict[str, float]) -> dict[str, object]:
        return {"engine": engine, "releases": {style: {"3.0": {"rate": rate}} for style, rate in rates.items()}}

    engines = [part("a", {"explicit": 0.99999, "implicit": 1}), part("b", {"explicit": 1, "implicit": 1})]
    c_api = {"engines": {"a": {"counts": {"works": 3, "kills": 2}}}}
    rows = {row.name: row.engines for row in recorded.rows({"engines": engines, "c_api": c_api})}
    assert rows["wasm_3.0"] == {"a": "99.9 %", "b": "100 %"}
    assert rows["wasm_1.0"] == {"a": "-", "b": "-"}
    assert rows["c_api"] == {"a": "3/5"}
