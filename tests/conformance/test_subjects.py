"""A run measures every installed engine, with the options of `engines.toml`."""

from __future__ import annotations

from pathlib import Path

import pytest

import anywasm
from anywasm.engines import EngineModule
from anywasm_conformance.places import HOME
from anywasm_conformance.report import recorded
from anywasm_conformance.subject import Subject, choose, subjects
from anywasm_conformance.toml import read

INSTALLED = {info.name for info in anywasm.engines() if info.installed}


def test_every_installed_engine_is_measured() -> None:
    found = subjects()
    assert {subject.engine for subject in found} == INSTALLED
    assert len({subject.name for subject in found}) == len(found)


def test_subjects_have_the_options_of_their_rows() -> None:
    listed = {each["name"]: each for each in read(HOME / "engines.toml")["engine"]}
    for subject in subjects():
        assert subject.options == listed.get(subject.name, {}).get("options", {})


def test_a_choice_by_name() -> None:
    assert choose([]) == subjects()
    last = subjects()[-1]
    assert choose([last.name]) == [last]
    with pytest.raises(anywasm.EngineUnavailable, match="there is no engine 'v9'"):
        choose(["v9"])


ROWS = """
[[engine]]
name = "more"
engine = "{engine}"
options = {{ wasm_simd = false }}
needs = "{needs}"
"""


def test_a_row_is_left_out_if_the_engine_lacks_what_it_needs(engine: str, tmp_path: Path) -> None:
    file = tmp_path / "engines.toml"
    with anywasm.use_engine(engine) as engine_module:
        if not engine_module.capabilities:
            pytest.skip(f"{engine} has no capability")
        has, lacks = min(engine_module.capabilities), min(_lacking(engine_module))
    plain = Subject(engine, engine)
    file.write_text(ROWS.format(engine=engine, needs=has))
    more = Subject("more", engine, {"wasm_simd": False}, has)
    assert [each for each in subjects(file) if each.engine == engine] == [plain, more]
    assert choose(["more"], file) == [more]
    file.write_text(ROWS.format(engine=engine, needs=lacks))
    assert [each for each in subjects(file) if each.engine == engine] == [plain]
    expected = f"'more' needs the capability `{lacks}`, which the installed engine `{engine}` lacks"
    with pytest.raises(anywasm.EngineUnavailable, match=expected):
        choose(["more"], file)


def _lacking(engine_module: EngineModule) -> set[str]:
    """Capabilities that an engine lacks; a made-up name is one of them."""
    return {*engine_module.meanings, "flight"} - engine_module.capabilities


def test_a_row_with_the_engine_s_name_replaces_its_defaults(engine: str, tmp_path: Path) -> None:
    file = tmp_path / "engines.toml"
    file.write_text(f'[[engine]]\nname = "{engine}"\noptions = {{ wasm_simd = false }}\n')
    assert choose([engine], file) == [Subject(engine, engine, {"wasm_simd": False})]


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
