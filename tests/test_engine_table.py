"""The facts about engines are written once, in wasm_c_api/engines.toml, and everything else agrees with them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import anywasm
import engine_table
from anywasm.engines import ENGINE_NAMES
from anywasm_conformance.toml import read
from setup_run import extensions

ROOT = Path(__file__).parents[1]
if not (ROOT / "wasm_c_api" / "engines.toml").exists():
    pytest.skip("the sources are not here", allow_module_level=True)

ROWS = engine_table.rows()
VARIANTS = [(row, variant) for row in ROWS for variant in row.get("variant", [])]


def test_the_file_explains_the_keys_of_its_rows() -> None:
    head, variants, _ = re.split(
        r"^# An \[\[engine.variant\]\]|^\[\[engine\]\]",
        (ROOT / engine_table.SOURCE).read_text(),
        maxsplit=2,
        flags=re.M,
    )
    keys, variant_keys = (set(re.findall(r"^# (\w+)  ", text, re.M)) for text in (head, variants))
    for row in ROWS:
        assert {"name", "header", "about"} <= row.keys() <= keys | {"variant"}
        assert ("crate" in row) == ("lib" in row)
    for _, variant in VARIANTS:
        assert {"name", "about"} <= variant.keys() <= variant_keys


@pytest.mark.parametrize("path", [engine_table.NAMES, engine_table.README])
def test_what_is_generated_is_up_to_date(path: str) -> None:
    assert (ROOT / path).read_text() == engine_table.generated()[path]


def test_the_tool_reports_an_outdated_text(tmp_path: Path, capsys: Any) -> None:
    for path in (engine_table.SOURCE, engine_table.NAMES, engine_table.README):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text((ROOT / path).read_text())
    assert engine_table.main(root=tmp_path) == 0
    source = tmp_path / engine_table.SOURCE
    source.write_text(source.read_text() + '\n[[engine]]\nname = "copycat"\nheader = "wasm.h"\nabout = "A cat."\n')
    assert engine_table.main(root=tmp_path) == 1
    said = capsys.readouterr().err
    assert f"{engine_table.NAMES} differs from" in said
    assert f"{engine_table.README} differs from" in said
    assert engine_table.main("--write", root=tmp_path) == 0
    assert '    "copycat",\n)' in (tmp_path / engine_table.NAMES).read_text()
    assert "| `copycat` | `wasm.h` | no | A cat. |\n" in (tmp_path / engine_table.README).read_text()


def test_the_package_knows_the_same_engines() -> None:
    assert [row["name"] for row in ROWS] == list(ENGINE_NAMES) == [info.name for info in anywasm.engines()]


def test_cargo_s_features_select_the_crates_of_the_table() -> None:
    shim, bindings = (read(ROOT / path)["features"] for path in ("Cargo.toml", "wasm_c_api/Cargo.toml"))
    for row in ROWS:
        name = row["name"]
        assert shim[name] == [f"wasm_c_api/{name}", *(["rayon"] if row.get("rayon") else [])]
        assert f"dep:{row.get('crate', 'pkg-config')}" in bindings[name]
    for row, variant in VARIANTS:
        name = variant["name"]
        assert shim[name] == [row["name"], f"wasm_c_api/{name}"]
        assert bindings[name][0] == row["name"]
    others = {"rayon", "python", "visible"}
    assert (
        shim.keys() - others
        == bindings.keys()
        == {each["name"] for row in ROWS for each in (row, *row.get("variant", []))}
    )


def test_a_compiler_of_a_variant_is_in_no_other_build() -> None:
    manifest = read(ROOT / "wasm_c_api/Cargo.toml")
    for row, variant in VARIANTS:
        dependency = manifest["dependencies"][row["crate"]]
        assert dependency["default-features"] is False
        for compiler in set(variant["compilers"]) - set(row["compilers"]):
            assert compiler not in dependency["features"]
            assert f"{row['crate']}/{compiler}" in manifest["features"][variant["name"]]


def linked(feature: str) -> str:
    """The names of the crates in the shim with this feature, one per line."""
    line = ["cargo", "tree", "--offline", "--locked", "--edges=normal", "--prefix=none", f"--features={feature}"]
    done = subprocess.run([*line, "--package=anywasm"], cwd=ROOT, capture_output=True, text=True, check=False)
    if "--offline was specified" in done.stderr:
        pytest.skip("cargo has not downloaded the engine's crates")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("row", "variant"), VARIANTS, ids=[variant["name"] for _, variant in VARIANTS])
def test_cargo_links_a_variant_s_compiler_into_no_other_build(row: Any, variant: Any) -> None:
    if shutil.which("cargo") is None:
        pytest.skip("cargo is needed to resolve the build")
    for compiler in set(variant["compilers"]) - set(row["compilers"]):
        assert compiler in linked(variant["name"])
        assert compiler not in linked(row["name"])


def test_every_engine_behind_the_standard_header_has_a_file_of_quirks() -> None:
    files = {path.stem for path in (ROOT / "src/backend/standard/quirks").glob("*.rs")} - {"mod"}
    assert files == {row["name"].replace("-", "_") for row in ROWS if row["header"] == "wasm.h"}


def test_an_engine_has_the_compilers_of_its_row_or_of_a_variant(engine: str) -> None:
    row = next(row for row in ROWS if row["name"] == engine)
    lists = [tuple(each.get("compilers", [])) for each in (row, *row.get("variant", []))]
    with anywasm.use_engine(engine) as engine_module:
        if "compilers" in engine_module.capabilities:
            assert engine_module.option_values("compiler") in [names for names in lists if len(names) > 1]
        else:
            assert engine_module.option_values("compiler") == ()
            assert any(len(names) < 2 for names in lists)


def modules(names: list[str]) -> dict[str, list[str]]:
    return {f"anywasm.engines._{name.replace('-', '_')}": [name, "python"] for name in names}


def test_setup_builds_the_default_engines() -> None:
    assert extensions(ROOT, None) == modules([row["name"] for row in ROWS if row.get("default")])


def test_setup_builds_all_engines_of_cargo() -> None:
    assert extensions(ROOT, "all") == modules(engine_table.built_by_cargo())
    assert extensions(ROOT, "system, all") == modules(["system", *engine_table.built_by_cargo()])


def test_setup_builds_a_variant_only_by_name_and_as_its_engine() -> None:
    names = {variant["name"] for _, variant in VARIANTS}
    assert names
    for engines in (None, "all"):
        assert not names & {feature for features in extensions(ROOT, engines).values() for feature in features}
    for row, variant in VARIANTS:
        assert extensions(ROOT, variant["name"]) == {f"anywasm.engines._{row['name']}": [variant["name"], "python"]}
        with pytest.raises(SystemExit, match=f"{row['name']} and {variant['name']} are variants of one engine"):
            extensions(ROOT, f"{row['name']},{variant['name']}")


def test_setup_refuses_an_unknown_engine() -> None:
    with pytest.raises(SystemExit, match=r"there is no engine 'v9'; there are wasmtime, .*, and `all`"):
        extensions(ROOT, "wasmi,v9")
