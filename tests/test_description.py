"""The description of a module: the same from each engine module, and with one object for each function type."""

from __future__ import annotations

import pytest

from anywasm import core, wasmtime
from anywasm.engines import load
from anywasm.wasmtime.style import STYLE

SOURCE = """(module $shop
    (import "env" "log" (func (param i32) (result i64))) (import "env" "again" (func (param i32) (result i64)))
    (import "env" "memory" (memory 1 2)) (import "env" "none" (func))
    (func (export "f") (param i32) (result i64) unreachable) (func (export "g") (param i64))
    (global (export "h") (mut f32) (f32.const 1)) (@custom "note" "hello"))"""


def described(engine: str, source: str) -> core.Description:
    return core.describe(STYLE, load(engine), wasmtime.wat2wasm(source))


def test_a_description_is_that_of_the_compiled_module(on_engine: str) -> None:
    description = described(on_engine, SOURCE)
    module = wasmtime.Module(wasmtime.Engine(), SOURCE)._core_object
    assert description.name == module.name_section == "shop"
    assert description.imports == module.import_list
    assert description.exports == module.export_list
    assert description.custom_sections == module.custom_section_contents()
    assert ("note", b"hello") in description.custom_sections
    assert [str(each.type) for each in description.exports] == [
        "(func (param i32) (result i64))",
        "(func (param i64))",
        "(global (mut f32))",
    ]


def test_a_function_type_is_one_object(engine: str) -> None:
    imports = described(engine, SOURCE).imports
    assert imports[0].type is imports[1].type
    assert imports[3].type == core.FuncType((), ())


def test_a_tag_and_a_function_of_one_type_differ(engine: str) -> None:
    description = described(
        engine, '(module (type $t (func (param i32))) (import "" "f" (func (type $t))) (import "" "t" (tag (type $t))))'
    )
    function, tag = (each.type for each in description.imports)
    assert isinstance(tag, core.TagType)
    assert tag.func is function


def test_a_module_that_is_not_valid_is_refused(engine: str) -> None:
    for wasm in (b"", b"\0asm\1\0\0\0\7\5\1\1f\0\0", b"\0asm\x0d\0\1\0"):
        with pytest.raises(wasmtime.WasmtimeError, match=r"."):
            core.describe(STYLE, load(engine), wasm)
