"""Runs generated modules on all engines with rewritten code, and compares the fuel that they use.

`python -m fuzz.fuel FOLDER FIRST COUNT` prints the differences. The program `smith` of `tests/tools/rust` writes the
modules: `smith FOLDER COUNT FIRST`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import anywasm
from anywasm.wasmtime import Engine, Func, Instance, Module, Store, WasmtimeError
from engine_configs import engine_with
from fuzz.lowering import imported, instantiate, modules, number, outcome

#: Amounts of fuel: more than any generated function uses, and less than many use.
AMOUNTS = (10**9, 500, 37)


def fuel_used(engine: Engine, wasm: bytes) -> list[Any] | None:
    """The outcome of each exported function for each amount of fuel, and the fuel that is left.

    None if the engine cannot run the module.
    """
    try:
        module = Module(engine, wasm)
    except WasmtimeError:
        return None
    seen: list[Any] = []
    for amount in AMOUNTS:
        store = Store(engine)
        store.set_fuel(amount)
        try:
            imports = [imported(store, each.type, [], each.name or "") for each in module.imports]
        except (WasmtimeError, TypeError):
            return None
        instances: list[Instance] = []
        ended = outcome(instantiate, store, module, imports, instances)
        # Engines have different limits of their own, and the host cannot make every type on each engine.
        if kind(ended) in ("WasmtimeError", "ALLOCATION_TOO_LARGE"):
            return None
        seen.append([kind(ended), store.get_fuel()])
        for instance in instances:
            for func in instance.exports(store).by_index:
                if isinstance(func, Func):
                    store.set_fuel(amount)
                    args = [number(str(ty), index) for index, ty in enumerate(func.type(store).params)]
                    ended = outcome(func, store, *args)
                    if "incompatible import type" in str(ended):
                        return None
                    seen.append([kind(ended), store.get_fuel()])
    return seen


def kind(ended: Any) -> Any:
    """The code of a trap, or the class of an error, or the result."""
    return ended[0] if isinstance(ended, list) and len(ended) == 2 and isinstance(ended[1], (list, str)) else ended


def compare(folder: str, first: str, count: str) -> int:
    """Prints the differences, and returns their number."""
    engines = {}
    for info in anywasm.engines():
        if info.installed:
            with anywasm.use_engine(info.name):
                engines[info.name] = engine_with(consume_fuel=True, lowering="always")
    found = compared = 0
    for seed, wasm in modules(Path(folder), int(first), int(count)):
        used = {name: fuel_used(engine, wasm) for name, engine in engines.items()}
        used = {name: seen for name, seen in used.items() if seen is not None}
        compared += len(used) > 1
        names = list(used)
        for name in names[1:]:
            if used[name] != used[names[0]]:
                found += 1
                pairs = [pair for pair in zip(used[names[0]] or [], used[name] or []) if pair[0] != pair[1]]
                print(f"{seed}: {names[0]} {name} {pairs[:2]}"[:600], flush=True)
    print(f"{compared} modules from {first} compared, {found} differences", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(bool(compare(*sys.argv[1:])))
