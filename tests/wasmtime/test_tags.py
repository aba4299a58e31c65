"""Tags, and exceptions that WebAssembly throws."""

from __future__ import annotations

import pytest

import anywasm
from anywasm.wasmtime import FuncType, Instance, Module, Store, Tag, TagType, Trap, ValType, WasmtimeError

CATCHER = """(module (import "" "t" (tag $t (param i32))) (export "again" (tag $t)) (tag (export "other") (param i32))
    (func (export "catch") (result i32)
      (block $caught (result i32) (try_table (catch $t $caught) (throw $t (i32.const 7))) (i32.const 0)))
    (func (export "throw") (throw $t (i32.const 7))))"""


def tag_type() -> TagType:
    return TagType(FuncType([ValType.i32()], []))


@pytest.mark.needs("tags")
def test_tags_are_made_imported_and_exported(on_engine: str) -> None:
    store = Store()
    tag = Tag(store, tag_type())
    exports = Instance(store, Module(store.engine, CATCHER), [tag]).exports(store)
    again, other = exports["again"], exports["other"]
    assert isinstance(again, Tag)
    assert isinstance(other, Tag)
    assert [str(ty) for ty in again.type(store).functype.params] == ["i32"]
    assert tag.eq(store, tag)
    assert tag.eq(store, again)
    assert not tag.eq(store, other)
    assert not tag.eq(store, Tag(store, tag_type()))
    assert exports["catch"](store) == 7


@pytest.mark.needs("tags")
def test_an_exception_that_nobody_catches(on_engine: str) -> None:
    store = Store()
    exports = Instance(store, Module(store.engine, CATCHER), [Tag(store, tag_type())]).exports(store)
    for _ in range(3):
        with pytest.raises(Trap, match="Caused by:\n    thrown Wasm exception\n") as caught:
            exports["throw"](store)
        assert [frame.func_index for frame in caught.value.frames] == [1]
    assert exports["catch"](store) == 7


@pytest.mark.needs("tags")
def test_wrong_tags(on_engine: str) -> None:
    store = Store()
    text = "Cannot create an exception type from a tag type with results in the signature"
    with pytest.raises(WasmtimeError, match=text):
        Tag(store, TagType(FuncType([], [ValType.i32()])))
    with pytest.raises(TypeError, match="expected a TagType"):
        Tag(store, FuncType([], []))  # type: ignore[arg-type]
    with pytest.raises(WasmtimeError, match="incompatible import type for `::t`"):
        Instance(store, Module(store.engine, CATCHER), [Tag(store, TagType(FuncType([], [])))])
    elsewhere = Store(store.engine)
    with pytest.raises(WasmtimeError, match="cross-`Store`"):
        Instance(elsewhere, Module(store.engine, CATCHER), [Tag(store, tag_type())])
    with pytest.raises(WasmtimeError, match="wrong store"):
        Tag(store, tag_type()).eq(store, Tag(elsewhere, tag_type()))


@pytest.mark.lacks("tags")
def test_an_engine_without_tags_says_so(on_engine: str) -> None:
    with pytest.raises(anywasm.CapabilityError, match="`tags`"):
        Tag(Store(), tag_type())
