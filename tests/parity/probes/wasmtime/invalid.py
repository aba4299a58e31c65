"""Modules that are invalid, or that use a proposal which the engine was made without."""

from wasmtime import Config, Engine, Module, wat2wasm


def without(*options):
    config = Config()
    for option in options:
        setattr(config, option, False)
    return Engine(config)


def validate(engine, source):
    return Module.validate(engine, wat2wasm(source))


SIMD = "(module (func (drop (v128.const i32x4 1 2 3 4))))"
IN_A_NAMED_FUNCTION = '(module (import "" "" (func)) (func $good) (func $bad (v128.const i32x4 1 2 3 4) drop))'
IN_A_FUNCTION_WITH_AN_ODD_NAME = '(module (func $"a  ?é (b)" (v128.const i32x4 1 2 3 4) drop))'
MULTI_VALUE = "(module (func (result i32 i32) i32.const 1 i32.const 2))"
MISMATCH = '(module (import "" "" (func)) (func $f (result i32)))'
NO_SUCH_FUNCTION = "(module (func (call 5)))"
NO_SUCH_EXPORT = '(module (export "f" (func 3)))'
DUPLICATE = '(module (func) (export "f" (func 0)) (export "f" (func 0)))'
Module(without("wasm_simd", "wasm_relaxed_simd"), SIMD)
validate(without("wasm_simd", "wasm_relaxed_simd"), SIMD)
Module(without("wasm_simd", "wasm_relaxed_simd"), "(module (func (param v128)))")
Module(without("wasm_simd", "wasm_relaxed_simd"), IN_A_NAMED_FUNCTION)
Module(without("wasm_simd", "wasm_relaxed_simd"), IN_A_FUNCTION_WITH_AN_ODD_NAME)
Module(without("wasm_multi_value"), MULTI_VALUE)
validate(without("wasm_multi_value"), MULTI_VALUE)
Module(without("wasm_multi_memory"), "(module (memory 1) (memory 1))")
Module(Engine(), MISMATCH)
validate(Engine(), MISMATCH)
Module(Engine(), NO_SUCH_FUNCTION)
Module(Engine(), NO_SUCH_EXPORT)
Module(Engine(), DUPLICATE)
validate(Engine(), DUPLICATE)
Module(Engine(), bytearray(b"\0asm\1\0\0\0\1"))
Module(Engine(), bytearray(b"\0asm\2\0\0\0"))
Module(Engine(), bytearray(b"no module"))
Module.validate(Engine(), b"no module")
