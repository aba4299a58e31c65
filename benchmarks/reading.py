"""Measures how the time that anywasm itself takes for a module grows with the size of the module.

`python benchmarks/reading.py [PASS...]` prints the time per byte, in nanoseconds, of each pass for modules of growing
sizes. A pass is linear if the time per byte stays the same. The last column is the ratio of the time per byte of the
largest module to that of the smallest module. A quadratic pass has a ratio of about 16. A linear pass with a constant
part has a ratio below 1. A ratio of 2 to 4 is usual, because the data of a small module fits into the processor's
cache.

The passes are:

* `check`: the validation and the counts of complexity (`Module.validate`).
* `describe`: the description in the shim, and Python's lists of imports, exports and custom sections.
* `start`: a copy of the module whose start function is an export. The engine compiles the copy, so the time contains
  the time of the engine `wasmi`, which translates functions only when they run.
* `load`: the envelope of a serialized module is opened. On wasmi, the engine compiles the module again.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.append(str(Path(__file__).parent.parent / "tests"))

import anywasm
import bombs
from anywasm import core
from anywasm.wasmtime import Config, Engine, Module
from anywasm.wasmtime.style import STYLE

ENGINE = "wasmi"
#: The numbers of objects in the modules.
SIZES = (20_000, 80_000, 320_000)
#: Number of measurements of each pass. The table shows the shortest time.
ROUNDS = 3

LONG_NAME = bombs.number(10) + b"n" * 10


def name(index: int) -> bytes:
    text = b"%x" % index
    return bombs.number(len(text)) + text


def names(count: int) -> bytes:
    """A module with a name for each of its functions."""
    entries = bombs.number(count) + b"".join(bombs.number(index) + LONG_NAME for index in range(count))
    subsection = b"\1" + bombs.number(len(entries)) + entries
    return bombs.many_functions(count) + bombs.section(0, b"\4name" + subsection)


def imports(count: int, params: int = 0) -> bytes:
    function_type = b"\x60" + bombs.number(params) + bombs.I32 * params + b"\0"
    items = bombs.number(count) + (LONG_NAME * 2 + b"\0\0") * count
    return b"\0asm\1\0\0\0" + bombs.section(1, b"\1" + function_type) + bombs.section(2, items)


def exports(count: int) -> bytes:
    items = bombs.vector(name(index) + b"\0\0" for index in range(count))
    return bombs.module(more=bombs.section(7, items))


def similar_names(count: int) -> bytes:
    """A module with a start function. Many exports have the names that the shim tries for the start function."""
    similar = (bombs.number(length) + b"~" * length + b"\0\0" for length in range(int((2 * count) ** 0.5)))
    items = bombs.vector([*similar, *(name(index) + b"\0\0" for index in range(count))])
    return bombs.module(more=bombs.section(7, items) + bombs.section(8, b"\0"))


def globals_(count: int) -> bytes:
    return bombs.module(more=bombs.section(6, bombs.number(count) + b"\x7f\0\x41\0\x0b" * count))


#: The shapes of modules: functions that return a module with this number of objects.
SHAPES: dict[str, Callable[[int], bytes]] = {
    "types": lambda count: bombs.module(types=bombs.number(count) + bombs.NO_VALUES * count),
    "types in a group": lambda count: bombs.module(types=b"\1\x4e" + bombs.number(count) + bombs.NO_VALUES * count),
    "functions": bombs.many_functions,
    "imports": imports,
    "imports with 1,000 parameters": lambda count: imports(count // 1_000, 1_000),
    "exports": exports,
    "exports and a start function": similar_names,
    "names": names,
    "globals": globals_,
    "nested blocks": lambda count: bombs.module(bodies=bombs.body(b"\2\x40" * count + b"\x0b" * count)),
    "elements": bombs.many_elements,
    "constant expression": bombs.long_expression,
    "custom sections": lambda count: bombs.module() + bombs.section(0, b"\0") * count,
    "nested loops": lambda count: bombs.nested_loops(count // 10, 1_000),
}


def shortest_time(work: Callable[[], object]) -> float:
    """Returns the shortest of several times, in nanoseconds."""
    times = []
    for _ in range(ROUNDS):
        gc.collect()
        start = time.perf_counter_ns()
        work()
        times.append(time.perf_counter_ns() - start)
    return min(times)


def passes(engine: Engine, wasm: bytes) -> dict[str, Callable[[], object]]:
    """Returns the passes that this engine can do with a module, by name."""
    works: dict[str, Callable[[], object]] = {
        "check": lambda: Module.validate(engine, wasm),
        "describe": lambda: core.describe(STYLE, engine._core_engine_module, wasm),
    }
    try:
        module = Module(engine, wasm)
    except anywasm.wasmtime.WasmtimeError:
        return works  # The engine lacks a feature that the module uses. The time of the refusal is measured too.
    saved = module.serialize()
    works["load"] = lambda: Module.deserialize(engine, saved)
    works["start"] = lambda: core.Module(
        engine, engine._core_engine_module.lib.aw_module_deferred(module._core._core_ptr)
    )
    return works


def main(*selected: str) -> None:
    """Prints a table with a row for each pass and shape."""
    table = Table("pass", "module", *(f"{size:,}" for size in SIZES), "ratio")
    with anywasm.use_engine(ENGINE):
        config = Config()
        config.max_complexity = 0
        engine = Engine(config)
        for shape, build in SHAPES.items():
            rows: dict[str, list[float]] = {}
            for size in SIZES:
                wasm = build(size)
                for pass_name, work in passes(engine, wasm).items():
                    if not selected or pass_name in selected:
                        rows.setdefault(pass_name, []).append(shortest_time(work_of(work)) / len(wasm))
            for pass_name, times in rows.items():
                table.add_row(pass_name, shape, *(f"{time:.1f}" for time in times), f"{times[-1] / times[0]:.2f}")
    Console().print(table)


def work_of(work: Callable[[], object]) -> Callable[[], object]:
    """Returns work that ignores the errors of anywasm."""

    def run() -> object:
        try:
            return work()
        except anywasm.wasmtime.WasmtimeError as error:
            return error

    return run


if __name__ == "__main__":
    main(*sys.argv[1:])
