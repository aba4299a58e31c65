"""Describes why an object cannot be imported. The texts, and the order of the checks, are those of wasmtime."""

from __future__ import annotations

from typing import Optional, Union

from anywasm import core

_NOUNS: dict[type, str] = {
    core.FuncType: "function",
    core.GlobalType: "global",
    core.TableType: "table",
    core.MemoryType: "memory",
    core.TagType: "tag",
}


def describe(asked: core.ExternType, given: Optional[core.ExternType]) -> str:
    """Describes the difference between the type of an import and the type of the given object.

    `given` is None for an opaque reference, of which the engine does not know the type.
    """
    if given is None:
        return f"types incompatible: expected type `{asked}`, found an opaque reference"
    if type(asked) is not type(given):
        expected = "func" if isinstance(asked, core.FuncType) else _NOUNS[type(asked)]
        return f"expected {expected}, but found {_NOUNS[type(given)]}"
    if isinstance(asked, core.GlobalType) and isinstance(given, core.GlobalType):
        return f"global types incompatible: {_globals(asked, given)}"
    if isinstance(asked, core.TableType) and isinstance(given, core.TableType):
        return f"table types incompatible: {_tables(asked, given)}"
    if isinstance(asked, core.MemoryType) and isinstance(given, core.MemoryType):
        return f"memory types incompatible: {_memories(asked, given)}"
    if isinstance(asked, core.TagType):
        return "incompatible tag types"
    return f"types incompatible: expected type `{asked}`, found type `{given}`"


def _globals(asked: core.GlobalType, given: core.GlobalType) -> str:
    if asked.content is not given.content:
        expected, found = str(asked.content), str(given.content)
        if {asked.content, given.content} <= core.REFERENCES:
            # For two reference types, wasmtime shows the heap types: `func` for `funcref`.
            expected, found = expected.removesuffix("ref"), found.removesuffix("ref")
        return f"expected global of type `{expected}`, found global of type `{found}`"
    expected, found = (f"{'mutable' if ty.mutable else 'immutable'} global" for ty in (asked, given))
    return f"expected {expected}, found {found}"


def _tables(asked: core.TableType, given: core.TableType) -> str:
    if asked.element is not given.element:
        return f"expected table of type `{asked.element}`, found table of type `{given.element}`"
    if asked.table64 is not given.table64:
        return _width("table", asked.table64)
    return _limits("table", asked, given)


def _memories(asked: core.MemoryType, given: core.MemoryType) -> str:
    if asked.shared is not given.shared:
        expected, found = ("shared" if ty.shared else "non-shared" for ty in (asked, given))
        return f"expected {expected} memory, found {found} memory"
    if asked.memory64 is not given.memory64:
        return _width("memory", asked.memory64)
    if asked.page_size_log2 != given.page_size_log2:
        expected, found = (f"a memory with a page size of {1 << ty.page_size_log2}" for ty in (asked, given))
        return f"expected {expected}, but received {found}"
    return _limits("memory", asked, given)


def _width(noun: str, expects_64: bool) -> str:
    expected, found = (64, 32) if expects_64 else (32, 64)
    return f"expected {expected}-bit {noun}, found {found}-bit {noun}"


def _limits(
    noun: str, asked: Union[core.TableType, core.MemoryType], given: Union[core.TableType, core.MemoryType]
) -> str:
    expected, found = (
        f"(min: {ty.minimum}, max: {'none' if ty.maximum is None else ty.maximum})" for ty in (asked, given)
    )
    return f"expected {noun} limits {expected} doesn't match provided {noun} limits {found}"
