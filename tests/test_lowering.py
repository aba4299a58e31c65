"""Generated modules run as they are and rewritten, with the same outcome. `fuzz.lowering` explains how to run more."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from anywasm.wasmtime import wat2wasm
from fuzz.lowering import alike, differences, observations

#: Number of generated modules.
COUNT = 300


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of generated modules."""
    if shutil.which("cargo") is None:
        pytest.skip("cargo is not installed")
    pytest.importorskip("clang", reason="the tool that calls cargo needs it: pip install libclang")
    import shim

    folder = tmp_path_factory.mktemp("generated")
    shim.cargo("run", *shim.TOOLS, "--bin", "smith", "--", str(folder), str(COUNT), "0")
    return folder


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_generated_modules_do_the_same_when_they_are_rewritten(engine: str, generated: Path) -> None:
    assert len(list(generated.glob("*.wasm"))) == COUNT
    assert differences(engine, generated, 0, COUNT) == []


MODULES = {
    0: '(module (memory (export "m") 1) (func (export "f") (param i32) (i32.store8 (local.get 0) (i32.const 7))))',
    1: '(module (func (export "f") (result i32) (if (i32.const 1) (then unreachable)) (i32.const 3)))',
    2: '(module (import "env" "f" (func (param i64))) (export "f" (func 0)))',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for seed, source in MODULES.items():
        (tmp_path / f"{seed}.wasm").write_bytes(bytes(wat2wasm(source)))
    return tmp_path


def test_what_is_observed_of_a_module(engine: str, folder: Path) -> None:
    seen = observations(engine, "all", folder, 0, 10)
    assert sorted(seen) == [0, 1, 2]
    # The first instance calls with 3, the second one with 3 and 0; then comes what the memory contains.
    calls = [each for each in seen[0] if isinstance(each, list) and each and each[0] in (0, 2)]
    assert calls == [[0, "None"], [0, "None"], [2, "None"]]
    memories = [each[0] for each in seen[0] if isinstance(each, list) and each and isinstance(each[0], list)]
    assert [size for size, _ in memories] == ["1", "1"]
    assert memories[0] != memories[1]
    assert [each[1][0] for each in seen[1] if isinstance(each, list) and each[:1] in ([0], [2])] == ["UNREACHABLE"] * 3
    assert [["f", ["3"]]] in seen[2]
    assert [["f", ["3"]], ["f", ["0"]]] in seen[2]


def test_what_differs_is_noticed(engine: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert differences(engine, folder, 0, 10) == []
    real = observations

    def changed(engine: str, lowering: str, *args: Any) -> dict[int, Any]:
        seen = real(engine, lowering, *args)
        if lowering == "all":
            seen[2] = [*seen[2][:-1], [["f", ["5"]]]]
            seen[1] = ["exit code -11"]
        return seen

    monkeypatch.setattr("fuzz.lowering.observations", changed)
    found = differences(engine, folder, 0, 10)
    assert [line.partition(":")[0] for line in found] == [f"{engine} 1", f"{engine} 2"]


def test_places_of_traps_may_differ_only_where_an_engine_joins_instructions() -> None:
    def trap(code: str, *places: int) -> list[Any]:
        return [0, [code, [[0, place] for place in places]]]

    assert alike(trap("UNREACHABLE", 5, 9), trap("UNREACHABLE", 7, 9))
    assert not alike(trap("UNREACHABLE", 5, 9), trap("UNREACHABLE", 7, 11))
    assert not alike(trap("UNREACHABLE", 5), trap("UNREACHABLE", 6))
    assert not alike(trap("MEMORY_OUT_OF_BOUNDS", 5), trap("MEMORY_OUT_OF_BOUNDS", 7))
    assert not alike(trap("UNREACHABLE", 5), trap("UNREACHABLE", 7, 9))
