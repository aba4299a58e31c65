"""Why something cannot be imported, in wasmtime's words and order."""

from __future__ import annotations

from typing import Optional, Union

from anywasm import core

_KINDS: dict[type, str] = {
    core.FuncType: "function",
    core.GlobalType: "global",
    core.TableType: "table",
    core.MemoryType: "memory",
    core.TagType: "tag",
}


def describe(asked: core.ExternType, given: Optional[core.ExternType]) -> str:
    """What is asked for and what is there instead; None stands for a reference that nothing is known of."""
    if given is None:
        return f"types incompatible: expected type `{asked}`, found an opaque reference"
    if type(asked) is not type(given):
        kind = "func" if isinstance(asked, core.FuncType) else _KINDS[type(asked)]
        return f"expected {kind}, but found {_KINDS[type(given)]}"
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
            # Of two reference types wasmtime names what they refer to.
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


def _width(kind: str, wide: bool) -> str:
    expected, found = (64, 32) if wide else (32, 64)
    return f"expected {expected}-bit {kind}, found {found}-bit {kind}"


def _limits(
    kind: str, asked: Union[core.TableType, core.MemoryType], given: Union[core.TableType, core.MemoryType]
) -> str:
    expected, found = (
        f"(min: {ty.minimum}, max: {'none' if ty.maximum is None else ty.maximum})" for ty in (asked, given)
    )
    return f"expected {kind} limits {expected} doesn't match provided {kind} limits {found}"
