"""A module that would make an engine compile for minutes, or abort, is refused before the engine gets it.

Each bomb exceeds one of the engine's limits, and is compiled in a process of its own. An engine without the limit must
compile the bomb, or refuse it itself.
"""

from __future__ import annotations

import pytest

import anywasm
import bombs
import children
from anywasm import wasmer, wasmtime

#: Expressions for bombs in bombs.py, by the name of the limit that they exceed. `max` is the limit.
BOMBS = {
    "functions": ["many_functions(max + 1)"],
    "types": ["long_types(max // 2000 + 1, 1000)", "long_types(max // 20 + 1, 10)"],
    "locals": ["many_locals(max // 50_000 + 1, 50_000)"],
    "function_values": ["many_operands(max + 1)", "many_locals(1, max + 1)"],
    "elements": ["many_elements(max + 1)"],
    "const_instructions": ["long_expression(max + 1)"],
    "startup_items": ["computed_globals(max + 1)", "computed_elements(max + 1)", "computed_offsets(max + 1)"],
    "startup_instructions": ["computed_globals(max // 800 + 1, 399)"],
    "function_globals": ["used_globals(max + 1)"],
    "loop_steps": ["nested_loops(300, 5_000)", "nested_loops(2, 28_000)", "loops_in_sequence(60, 2_000)"],
    "merges": ["branches_in_sequence(100_000, 1_000)", "branches_with_values(100, 1_000, 1_000)"],
}
#: The values of `max` for engines without the limit.
DEFAULT_LIMITS = {
    "function_values": 49_000,
    "startup_items": 80_000,
    "startup_instructions": 400_000,
    "function_globals": 80_000,
}

CHILD = """
    import resource, sys
    from bombs import *
    from anywasm.wasmtime import *
    resource.setrlimit(resource.RLIMIT_AS, (8_000_000_000, 8_000_000_000))
    max = {max}
    wasm = {bomb}
    for use in (Module.validate, Module):
        try:
            use(Engine(), wasm)
            print("compiled")
        except WasmtimeError as error:
            print(error)
"""


def limits(engine: str) -> dict[str, int | None]:
    return dict(next(info.limits for info in anywasm.engines() if info.name == engine))


@pytest.mark.parametrize("bomb", [(name, bomb) for name, all_bombs in BOMBS.items() for bomb in all_bombs], ids=str)
def test_a_bomb_is_refused_or_compiled(engine: str, bomb: tuple[str, str]) -> None:
    name, expression = bomb
    limit = limits(engine)[name]
    code = CHILD.format(max=limit or DEFAULT_LIMITS.get(name, 0), bomb=expression)
    lines = children.run(engine, code).splitlines()
    if limit is None:
        assert lines[0] == "compiled"
        assert lines[1] == "compiled" or any("the engine refused the module" in line for line in lines[1:])
        return
    for line in lines:
        assert f"the module is too complex for the engine `{engine}`: " in line
        assert f", and {limit} is the most" in line
        assert "max_complexity=" in line
    assert len(lines) == 2


def test_the_option_scales_the_limits(on_engine: str) -> None:
    limit = limits(on_engine)["const_instructions"]
    assert limit is not None
    wasm = bombs.long_expression(limit // 100 + 1)

    def compile_with(percent: int) -> None:
        config = wasmtime.Config()
        config.max_complexity = percent
        wasmtime.Module(wasmtime.Engine(config), wasm)
        wasmer.Module(wasmer.Store(options={"max_complexity": percent}), wasm)

    for percent in (0, 2, 100, 10**6, 2**64 - 1):
        compile_with(percent)
    with pytest.raises(wasmtime.WasmtimeError, match=r"`max_complexity=2` \(percent of the default limits\) allows"):
        compile_with(1)
    with pytest.raises(RuntimeError, match="instructions in a constant expression"):
        wasmer.Module(wasmer.Store(options={"max_complexity": 1}), wasm)


def test_the_option_does_not_change_serialized_modules(on_engine: str) -> None:
    config = wasmtime.Config()
    config.max_complexity = 200
    saved = wasmtime.Module(wasmtime.Engine(config), '(module (func (export "f")))').serialize()
    assert wasmtime.Module.deserialize(wasmtime.Engine(), saved).exports[0].name == "f"


def test_a_function_with_as_many_local_variables_as_can_be_runs(on_engine: str) -> None:
    limit = limits(on_engine)["function_values"] or 49_000
    # Two operands are on the stack when the last local variable is read.
    code, export = bombs.body(bombs.increment(limit - 3), limit - 2), bombs.section(7, b"\1\1f\0\0")
    store = wasmtime.Store()
    instance = wasmtime.Instance(store, wasmtime.Module(store.engine, bombs.module(bodies=code, more=export)), [])
    instance.exports(store)["f"](store)
