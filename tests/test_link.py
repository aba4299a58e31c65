"""Imports that are missing or of the wrong type: one clear error, before the engine is asked."""

from __future__ import annotations

import itertools

import pytest

from drivers import Driver

WANTED = {
    "func": '(import "env" "x" (func (param i32) (result i64)))',
    "memory": '(import "env" "x" (memory 2 3))',
    "global": '(import "env" "x" (global (mut i32)))',
    "table": '(import "env" "x" (table 1 funcref))',
}


def something(wasm: Driver, kind: str) -> object:
    if kind == "func":
        return wasm.func(["i32"], ["i32"], lambda x: x)
    if kind == "memory":
        return wasm.memory(1)
    if kind == "global":
        return wasm.new_global("i32", 1, False)
    return wasm.export(wasm.instantiate(wasm.compile('(module (table (export "t") 0 funcref))')), "t")


@pytest.mark.parametrize("given", WANTED)
@pytest.mark.parametrize("wanted", WANTED)
def test_an_import_of_the_wrong_type(wasm: Driver, wanted: str, given: str) -> None:
    module = wasm.compile(f"(module {WANTED[wanted]})")
    with pytest.raises(wasm.error, match=r"(?s)env.*x.*[Ee]xpected"):
        wasm.instantiate(module, {"x": something(wasm, given)})


@pytest.mark.parametrize("wanted", WANTED)
def test_a_missing_import(wasm: Driver, wanted: str) -> None:
    with pytest.raises(wasm.error, match="unknown import"):
        wasm.instantiate(wasm.compile(f"(module {WANTED[wanted]})"))


def test_limits_count_as_they_are_now(wasm: Driver) -> None:
    memory = wasm.memory(1, 3)
    module = wasm.compile(f"(module {WANTED['memory']})")
    with pytest.raises(wasm.error):
        wasm.instantiate(module, {"x": memory})
    wasm.grow(memory, 1)
    wasm.instantiate(module, {"x": memory})


def test_something_that_is_no_extern(wasm: Driver) -> None:
    with pytest.raises(TypeError):
        wasm.instantiate(wasm.compile(f"(module {WANTED['func']})"), {"x": 5})


def test_exports_come_by_name_whatever_the_engine_s_order(wasm: Driver) -> None:
    names = ["z", "a", "m", "B", "", "z0", "é"]
    funcs = " ".join(f'(func (export "{name}") (result i32) (i32.const {i}))' for i, name in enumerate(names))
    instance = wasm.instantiate(wasm.compile(f'(module {funcs} (memory (export "k") 1))'))
    assert [wasm.call(wasm.export(instance, name)) for name in names] == list(range(len(names)))
    assert wasm.pages(wasm.export(instance, "k")) == 1


@pytest.mark.parametrize("order", list(itertools.permutations(["func", "memory", "global", "table"])), ids="-".join)
def test_imports_of_all_kinds_in_any_order(wasm: Driver, order: tuple[str, ...]) -> None:
    parts = {
        "func": '(import "env" "func" (func $f (result i32)))',
        "memory": '(import "env" "memory" (memory 1))',
        "global": '(import "env" "global" (global $g i32))',
        "table": '(import "env" "table" (table 2 funcref))',
    }
    given = {
        "func": wasm.func([], ["i32"], lambda: 100),
        "memory": wasm.memory(1),
        "global": wasm.new_global("i32", 20, False),
        "table": wasm.export(wasm.instantiate(wasm.compile('(module (table (export "t") 2 funcref))')), "t"),
    }
    source = f"""(module {" ".join(parts[kind] for kind in order)}
        (func (export "run") (result i32) (i32.store (i32.const 0) (i32.const 3))
          (i32.add (call $f) (i32.add (global.get $g) (i32.add (i32.load (i32.const 0)) (table.size))))))"""
    assert wasm.run(source, "run", imports=given) == 125


def test_duplicate_imports(wasm: Driver) -> None:
    source = """(module (import "env" "x" (func $a (param i32) (result i32)))
        (import "env" "x" (func $b (param i32) (result i32)))
        (func (export "run") (result i32) (call $a (call $b (i32.const 1)))))"""
    assert wasm.run(source, "run", imports={"x": wasm.func(["i32"], ["i32"], lambda x: 2 * x)}) == 4


def test_the_error_tells_the_current_size(wasm: Driver) -> None:
    """The sizes of a memory and of a table when the import is refused, not when they were made."""
    source = """(module (memory (export "m") 1 9) (table (export "t") 1 9 funcref)
        (func (export "grow") (drop (memory.grow (i32.const 2))) (drop (table.grow (ref.null func) (i32.const 2)))))"""
    given = wasm.instantiate(wasm.compile(source))
    wasm.call(wasm.export(given, "grow"))
    for name, wanted in (("m", "(memory 5)"), ("t", "(table 5 funcref)")):
        module = wasm.compile(f'(module (import "env" "{name}" {wanted}))')
        with pytest.raises(wasm.error) as raised:
            wasm.instantiate(module, {name: wasm.export(given, name)})
        text = str(raised.value)
        assert "min: 3" in text or "minimum: 3" in text, text
