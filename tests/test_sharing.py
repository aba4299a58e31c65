"""What one instance or the host writes to a shared object, all others read.

Each test tries all ways to write and all ways to read one kind of object.
"""

from __future__ import annotations

from typing import Any

import pytest

import children
from anywasm.engines import default_engine
from drivers import Driver
from sharing import (
    GLOBAL_TYPES,
    MEMORY_LIMITS,
    REFERENCES,
    TABLE_LIMITS,
    GlobalKind,
    Kind,
    MemoryKind,
    TableKind,
    differences,
)

with_limits = pytest.mark.parametrize("limits", ["fixed", "bounded", "unbounded"])
with_addresses = pytest.mark.parametrize("wide", [False, True], ids=["32", "64"])
with_makers = pytest.mark.parametrize("made_by_host", [False, True], ids=["exported", "made-by-host"])


def check(kind: Kind[Any]) -> None:
    found = differences(kind)
    assert not found, f"{len(found)} differences:\n" + "\n".join(found)


def skip_unless_valid(wasm: Driver, source: str) -> None:
    try:
        wasm.compile(source)
    except wasm.error as error:
        pytest.skip(str(error))


@with_limits
@with_addresses
@with_makers
@pytest.mark.parametrize("element", REFERENCES)
def test_tables(wasm: Driver, element: str, limits: str, wide: bool, made_by_host: bool) -> None:
    if wide:
        skip_unless_valid(wasm, "(module (table i64 1 funcref))")
    kind = TableKind(wasm, element, TABLE_LIMITS[limits], wide, made_by_host)
    if made_by_host and ("tables" not in wasm.host_objects or wide or not kind.exchanges):
        pytest.skip("the host cannot make this table")
    check(kind)


@with_limits
@with_addresses
@with_makers
def test_memories(wasm: Driver, limits: str, wide: bool, made_by_host: bool) -> None:
    if wide:
        skip_unless_valid(wasm, "(module (memory i64 1))")
        if made_by_host and not ("wide memories" in wasm.host_objects and has("memory64")):
            pytest.skip("the host cannot make this memory")
    check(MemoryKind(wasm, MEMORY_LIMITS[limits], wide=wide, made_by_host=made_by_host))


@pytest.mark.parametrize("limits", ["fixed", "bounded"])
def test_memories_that_threads_share(wasm: Driver, limits: str) -> None:
    try:
        wasm.instantiate(wasm.compile("(module (memory 1 2 shared))"))
    except wasm.error as error:
        pytest.skip(str(error))
    check(MemoryKind(wasm, MEMORY_LIMITS[limits], shared=True))


@with_makers
@pytest.mark.parametrize("mutable", [False, True], ids=["immutable", "mutable"])
@pytest.mark.parametrize("ty", GLOBAL_TYPES)
def test_globals(wasm: Driver, ty: str, mutable: bool, made_by_host: bool) -> None:
    skip_unless_valid(wasm, f"(module (func (param {ty})))")
    kind = GlobalKind(wasm, ty, mutable, made_by_host)
    if made_by_host and not (kind.exchanges and (ty not in REFERENCES or "reference globals" in wasm.host_objects)):
        pytest.skip("the host cannot make this global")
    check(kind)


TAGS = """(module {declaration} (tag $other (param i32 i64 f32 f64))
    (import "env" "throw" (func $throw (param i32)))
    (export "x" (tag $x))
    (func (export "throw") (param i32)
      (throw $x (local.get 0) (i64.const -2) (f32.const 0.5) (f64.const 0.25)))
    (func (export "catch") (param i32) (result i32 i64 f32 f64)
      (block $caught (result i32 i64 f32 f64)
        (block $wrong (result i32 i64 f32 f64)
          (try_table (catch $other $wrong) (catch $x $caught) (call $throw (local.get 0)))
          unreachable)
        unreachable)))"""


@with_makers
def test_tags(wasm: Driver, made_by_host: bool) -> None:
    ty = "(param i32 i64 f32 f64)"
    skip_unless_valid(wasm, f"(module (tag {ty}) (func (try_table)))")
    if made_by_host and not ("tags" in wasm.host_objects and has("tags")):
        pytest.skip("the host cannot make tags")
    defined = wasm.compile(f'(module (tag $x (export "x") {ty}))')
    guest = wasm.compile(TAGS.format(declaration=f'(import "env" "x" (tag $x {ty}))'))
    tags = [wasm.tag(["i32", "i64", "f32", "f64"]) if made_by_host else wasm.export(wasm.instantiate(defined), "x")]
    throwers: list[Any] = [wasm.func(["i32"], [], lambda value: wasm.call(throwers[1 + value % 3], value))]
    for _ in range(3):
        instance = wasm.instantiate(guest, {"x": tags[-1], "throw": throwers[0]})
        tags.append(wasm.export(instance, "x"))
        throwers.append(wasm.export(instance, "throw"))
    for tag in tags[1:]:
        for thrower in throwers[1:]:
            calling = wasm.instantiate(guest, {"x": tag, "throw": thrower})
            for catcher in (calling, wasm.instantiate(guest, {"x": tags[0], "throw": thrower})):
                caught = wasm.call(wasm.export(catcher, "catch"), 7)
                assert list(caught) == [7, -2, 0.5, 0.25]
        if "tags" in wasm.host_objects and has("tags"):
            assert wasm.same_tag(tag, tags[0])
            assert not wasm.same_tag(tag, wasm.export(wasm.instantiate(defined), "x"))


DECLARED = {
    "table": ("(table $x 4 9 funcref)", "(table $x 1 funcref)"),
    "memory": ("(memory $x 1 3)", "(memory $x 0)"),
}


@pytest.mark.parametrize("kind", DECLARED)
def test_an_object_that_is_exported_again_keeps_its_type(wasm: Driver, kind: str) -> None:
    exact, loose = DECLARED[kind]
    exports = f'(export "x" ({kind} $x))'
    shared = wasm.export(wasm.instantiate(wasm.compile(f"(module {exact} {exports})")), "x")
    again = wasm.compile(f'(module (import "env" "x" {loose}) {exports})')
    for _ in range(2):
        shared = wasm.export(wasm.instantiate(again, {"x": shared}), "x")
    wasm.instantiate(wasm.compile(f'(module (import "env" "x" {exact}))'), {"x": shared})


def test_a_segment_of_null_references_to_objects(engine: str) -> None:
    """In a process of its own, because an engine may end the process."""
    code = """
        from drivers import STYLES
        for style in STYLES.values():
            wasm = style()
            owner = wasm.instantiate(wasm.compile('(module (table (export "x") 4 externref))'))
            source = '''(module (import "env" "x" (table $x 4 externref))
                (elem $nulls externref (ref.null extern) (ref.null extern))
                (func (export "run") (result i32)
                  (table.init $x $nulls (i32.const 1) (i32.const 0) (i32.const 2))
                  (ref.is_null (table.get $x (i32.const 2)))))'''
            try:
                module = wasm.compile(source)
            except wasm.error as error:
                assert "externref" in str(error), error
            else:
                assert wasm.call(wasm.export(wasm.instantiate(module, {"x": wasm.export(owner, "x")}), "run")) == 1
    """
    children.run(engine, code)


def has(capability: str) -> bool:
    return capability in default_engine().capabilities
