"""Describes why an object cannot be imported, with wasmtime's texts and in wasmtime's order of checks."""

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


def describe(expected: core.ExternType, actual: Optional[core.ExternType]) -> str:
    """Describes the difference between the type of an import and the type of the provided object.

    `actual` is None for an opaque reference: a reference to a function whose type the engine does not report.
    """
    if actual is None:
        return f"types incompatible: expected type `{expected}`, found an opaque reference"
    if type(expected) is not type(actual):
        noun = "func" if isinstance(expected, core.FuncType) else _NOUNS[type(expected)]
        return f"expected {noun}, but found {_NOUNS[type(actual)]}"
    if isinstance(expected, core.GlobalType) and isinstance(actual, core.GlobalType):
        return f"global types incompatible: {_describe_globals(expected, actual)}"
    if isinstance(expected, core.TableType) and isinstance(actual, core.TableType):
        return f"table types incompatible: {_describe_tables(expected, actual)}"
    if isinstance(expected, core.MemoryType) and isinstance(actual, core.MemoryType):
        return f"memory types incompatible: {_describe_memories(expected, actual)}"
    if isinstance(expected, core.TagType):
        return "incompatible tag types"
    return f"types incompatible: expected type `{expected}`, found type `{actual}`"


def _describe_globals(expected: core.GlobalType, actual: core.GlobalType) -> str:
    if expected.content is not actual.content:
        expected_text, actual_text = str(expected.content), str(actual.content)
        if {expected.content, actual.content} <= core.REFERENCES:
            # If both types are reference types, wasmtime shows the heap types, e.g. `func` in place of `funcref`.
            expected_text, actual_text = expected_text.removesuffix("ref"), actual_text.removesuffix("ref")
        return f"expected global of type `{expected_text}`, found global of type `{actual_text}`"
    expected_text, actual_text = (f"{'mutable' if ty.mutable else 'immutable'} global" for ty in (expected, actual))
    return f"expected {expected_text}, found {actual_text}"


def _describe_tables(expected: core.TableType, actual: core.TableType) -> str:
    if expected.element is not actual.element:
        return f"expected table of type `{expected.element}`, found table of type `{actual.element}`"
    if expected.table64 is not actual.table64:
        return _describe_address_width("table", expected.table64)
    return _describe_limits("table", expected, actual)


def _describe_memories(expected: core.MemoryType, actual: core.MemoryType) -> str:
    if expected.shared is not actual.shared:
        expected_text, actual_text = ("shared" if ty.shared else "non-shared" for ty in (expected, actual))
        return f"expected {expected_text} memory, found {actual_text} memory"
    if expected.memory64 is not actual.memory64:
        return _describe_address_width("memory", expected.memory64)
    if expected.page_size_log2 != actual.page_size_log2:
        expected_text, actual_text = (
            f"a memory with a page size of {1 << ty.page_size_log2}" for ty in (expected, actual)
        )
        return f"expected {expected_text}, but received {actual_text}"
    return _describe_limits("memory", expected, actual)


def _describe_address_width(noun: str, expects_64: bool) -> str:
    expected_bits, actual_bits = (64, 32) if expects_64 else (32, 64)
    return f"expected {expected_bits}-bit {noun}, found {actual_bits}-bit {noun}"


def _describe_limits(
    noun: str, expected: Union[core.TableType, core.MemoryType], actual: Union[core.TableType, core.MemoryType]
) -> str:
    expected_text, actual_text = (
        f"(min: {ty.minimum}, max: {'none' if ty.maximum is None else ty.maximum})" for ty in (expected, actual)
    )
    return f"expected {noun} limits {expected_text} doesn't match provided {noun} limits {actual_text}"
