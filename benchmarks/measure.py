"""Measures one interpreter's share: ours and the peers that are installed, in turn, as nanoseconds of one operation.

Run by run.py, in an environment that has the peers. Prints JSON: `{"work": {"subject": nanoseconds}}`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import wasi

CALLS = 20_000
SPINS = 150_000_000
ROUNDS = 9

SOURCE = """(module (import "env" "host" (func $host (param i32 i32) (result i32)))
    (memory (export "memory") 80)
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "loop") (param i32) (result i32) (local i32)
      (loop $again
        (local.set 1 (call $host (local.get 0) (i32.const 2)))
        (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
      (local.get 1)))"""

# Without a memory: to map and unmap one costs more than all else, and the same on both sides (mmap of 4 GiB, mprotect,
# munmap).
SMALL = SOURCE.replace('(memory (export "memory") 80)', "")

Work = Callable[[], int]
"""Does the work some number of times, and says how often."""


def repeat(function: Callable[..., Any], *args: Any, times: int = CALLS) -> Work:
    def work() -> int:
        for _ in range(times):
            function(*args)
        return times

    return work


def importing(package: Any) -> Work:
    """A process that does nothing but import a package; the interpreter's own start is part of it."""
    # As for users, what is imported is compiled once and kept.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def work() -> int:
        for _ in range(3):
            subprocess.run([sys.executable, "-c", f"import {package.__name__}"], env=environment, check=True)
        return 3

    return work


def add(a: int, b: int) -> int:
    return a + b


def explicit(wasmtime: Any, engine: Any) -> dict[str, Work]:
    """The work in the explicit style; ours or the peer's package."""
    store = wasmtime.Store(engine)
    i32 = wasmtime.ValType.i32()
    ty = wasmtime.FuncType([i32, i32], [i32])
    module = wasmtime.Module(engine, SOURCE)
    exports = wasmtime.Instance(store, module, [wasmtime.Func(store, ty, add)]).exports(store)
    small = wasmtime.Module(engine, SMALL)
    call, loop, memory = exports["add"], exports["loop"], exports["memory"]

    def loops() -> int:
        loop(store, CALLS)
        return CALLS

    linker = wasmtime.Linker(engine)
    linker.define_func("env", "host", ty, add)

    def whole(module: Any) -> Work:
        def work() -> int:
            for _ in range(300):
                fresh = wasmtime.Store(engine)
                wasmtime.Instance(fresh, module, [wasmtime.Func(fresh, ty, add)])
            return 300

        return work

    def linked() -> int:
        for _ in range(300):
            fresh = wasmtime.Store(engine)
            linker.instantiate(fresh, small)
        return 300

    block = bytes(4 << 20)
    return {
        **wasi.explicit(wasmtime, engine),
        "python -c 'import ...'": importing(wasmtime),
        "call": repeat(call, store, 1, 2),
        "host call": loops,
        "read 16 bytes": repeat(memory.read, store, 100, 116),
        "write 16 bytes": repeat(memory.write, store, b"0123456789abcdef", 100),
        "read 4 MiB": repeat(memory.read, store, 0, 4 << 20, times=20),
        "write 4 MiB": repeat(memory.write, store, block, 0, times=20),
        "store + host function + instantiate": whole(small),
        "the same with a memory": whole(module),
        "store + linker.instantiate": linked,
    }


def implicit(wasmer: Any, store: Any) -> dict[str, Work]:
    """The work in the implicit style; ours or the peer's package."""
    i32 = wasmer.Type.I32
    host = wasmer.Function(store, add, wasmer.FunctionType([i32, i32], [i32]))
    exports = wasmer.Instance(wasmer.Module(store, SOURCE), {"env": {"host": host}}).exports
    call, loop = exports.add, exports.loop
    memory, view = exports.memory, exports.memory.uint8_view()
    few, block = list(range(16)), bytes(4 << 20)

    def loops() -> int:
        loop(CALLS)
        return CALLS

    def assign(place: Any, value: Any, times: int) -> Work:
        def work() -> int:
            for _ in range(times):
                view[place] = value
            return times

        return work

    def look_up_and_call() -> int:
        for _ in range(CALLS):
            exports.add(1, 2)
        return CALLS

    return {
        "call": repeat(call, 1, 2),
        "host call": loops,
        "look-up and call": look_up_and_call,
        "view[i]": repeat(view.__getitem__, 100),
        "view[i] = x": assign(100, 7, CALLS),
        "view[0:16]": repeat(view.__getitem__, slice(0, 16)),
        "view[0:1024]": repeat(view.__getitem__, slice(0, 1024), times=500),
        "view[0:16] = list": assign(slice(0, 16), few, CALLS),
        "view[0:4 MiB] = bytes": assign(slice(0, 4 << 20), block, 3),
        "bytearray(buffer)": lambda: len([bytearray(memory.buffer) for _ in range(20)]),
    }


def memcpy() -> dict[str, Work]:
    """The floor of large copies."""
    block, target = bytes(4 << 20), bytearray(4 << 20)

    def copy() -> None:
        target[:] = block

    return dict.fromkeys(("read 4 MiB", "write 4 MiB", "view[0:4 MiB] = bytes"), repeat(copy, times=20))


def spinning(wasmtime: Any, engine: Any) -> tuple[Work, Work]:
    """The work of two stores, by one thread and by two."""
    source = """(module (func (export "spin") (param i32) (result i32)
        (loop $again (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (local.get 0)))"""
    module = wasmtime.Module(engine, source)
    stores = [wasmtime.Store(engine) for _ in range(2)]
    spins = [(wasmtime.Instance(store, module, []).exports(store)["spin"], store) for store in stores]

    def one() -> int:
        for spin, store in spins:
            spin(store, SPINS)
        return 1

    def two() -> int:
        threads = [threading.Thread(target=spin, args=(store, SPINS)) for spin, store in spins]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return 1

    return one, two


def subjects() -> dict[str, dict[str, Work]]:
    import anywasm
    from anywasm import wasmer as our_wasmer
    from anywasm import wasmtime as our_wasmtime

    found = {"memcpy": memcpy()}
    for info in anywasm.engines():
        if info.installed:
            with anywasm.use_engine(info.name):
                found[f"explicit on {info.name}"] = explicit(our_wasmtime, our_wasmtime.Engine())
                one, two = spinning(our_wasmtime, our_wasmtime.Engine())
                found[f"one thread on {info.name}"] = {"the work of two stores": one}
                found[f"two threads on {info.name}"] = {"the work of two stores": two}
                found[f"implicit on {info.name}"] = implicit(our_wasmer, our_wasmer.Store())
    try:
        import wasmtime

        found["wasmtime-py"] = explicit(wasmtime, wasmtime.Engine())
    except ImportError:
        pass
    try:
        import wasmer

        found["wasmer 1.1.0"] = implicit(wasmer, wasmer.Store())
    except ImportError:
        pass
    return found


def main() -> None:
    best: dict[str, dict[str, float]] = {}
    everything = subjects()
    # In turn, so that a slow moment of the machine hits all alike.
    for _ in range(ROUNDS):
        for subject, works in everything.items():
            for name, work in works.items():
                start = time.perf_counter_ns()
                times = work()
                cost = (time.perf_counter_ns() - start) / times
                row = best.setdefault(name, {})
                row[subject] = min(cost, row.get(subject, cost))
    print(json.dumps(best))


if __name__ == "__main__":
    main()
