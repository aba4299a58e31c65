"""Modules: what is no module, what modules say about themselves, and serialization."""

from __future__ import annotations

import random

import pytest

import children
from anywasm.wasmer import wat2wasm
from drivers import Driver

ADD = '(module $m (func $add (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))'


@pytest.mark.parametrize(
    "wasm_bytes",
    [b"\0asm", b"\0asm\1\0\0\0\xff", b"\0asm\2\0\0\0", b"\0\0\0\0", b"\0" * 100, b"\0asm\1\0\0\0\x01\x05\x01\x60"],
    ids=repr,
)
def test_bytes_that_are_no_module(wasm: Driver, wasm_bytes: bytes) -> None:
    with pytest.raises(wasm.error):
        wasm.compile(wasm_bytes)
    assert not wasm.validate(wasm_bytes)


def test_the_error_says_what_and_where(wasm: Driver) -> None:
    invalid = wat2wasm("(module (func (result i32) i64.const 0))")
    with pytest.raises(wasm.error, match=r"offset 26: type mismatch|type mismatch.*\(at offset 26"):
        wasm.compile(invalid)


def test_text_that_is_no_module(wasm: Driver) -> None:
    with pytest.raises(wasm.error, match=r"expected|unknown"):
        wasm.compile("(module (func nonsense))")


@pytest.mark.parametrize(
    "text",
    [
        "(module (memory 1 (pagesize 1)))",
        "(module (rec (type $f (func)) (type $c (cont $f))))",
    ],
)
def test_a_feature_the_engine_lacks_is_named(wasm: Driver, text: str) -> None:
    binary = wat2wasm(text)
    with pytest.raises(wasm.error, match=r"(does not support|was made without) `[a-z-]+`|must be enabled|is disabled"):
        wasm.compile(binary)


def test_serialize_and_load(wasm: Driver) -> None:
    data = bytes(wasm.compile(ADD).serialize())
    module = wasm.load(data)
    assert wasm.call(wasm.export(wasm.instantiate(module), "add"), 20, 22) == 42
    assert [export.name for export in module.exports] == ["add"]
    again = bytes(module.serialize())
    assert wasm.call(wasm.export(wasm.instantiate(wasm.load(again)), "add"), 1, 2) == 3


def test_bytes_that_are_no_serialized_module(wasm: Driver) -> None:
    for data in (b"", b"x", b"\x7fanywasm", b"\0asm\1\0\0\0", b"\x7fELF" + bytes(100)):
        with pytest.raises(wasm.error):
            wasm.load(data)


def test_damaged_bytes_are_refused(wasm: Driver) -> None:
    data = bytes(wasm.compile(ADD).serialize())
    chance = random.Random(1)
    for _ in range(200):
        damaged = bytearray(data)
        damaged[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        with pytest.raises(wasm.error):
            wasm.load(bytes(damaged))
    for _ in range(50):
        with pytest.raises(wasm.error):
            wasm.load(data[: chance.randrange(len(data))])


def test_unicode_names(wasm: Driver) -> None:
    module = wasm.compile('(module (func (export "é\\u{1f40d}") (result i32) (i32.const 1)))')
    assert [export.name for export in module.exports] == ["é\N{SNAKE}"]
    assert wasm.call(wasm.export(wasm.instantiate(module), "é\N{SNAKE}")) == 1


DUMPS = """
    import resource
    from anywasm.wasmtime import Engine, Module
    from anywasm.wasmer import Module as ImplicitModule, Store
    functions = "".join(f'(func (export "f{n}") (result i32) (i32.const {n}))' for n in range(1500))
    modules = Module(Engine(), f"(module {functions})"), ImplicitModule(Store(), f"(module {functions})")
    def resident():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    for module in modules:
        size = len(module.serialize())
        assert size > 20_000
        before = resident()
        for _ in range(100 * 2**20 // size):
            module.serialize()
        print((resident() - before) // 2**20)
"""


@pytest.mark.needs("serialize")
def test_serialized_bytes_are_freed(on_engine: str) -> None:
    """A hundred megabytes of them leave the memory flat."""
    assert max(map(int, children.run(on_engine, DUMPS).split())) < 20
