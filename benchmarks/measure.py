"""Measures anywasm and the installed peers on this interpreter, in nanoseconds per operation.

A peer is an original package whose API anywasm has: wasmtime-py or wasmer. run.py runs this script in an environment
that contains the peers. The script prints JSON: `{"work": {"subject": nanoseconds}}`. A work is an operation to
measure. A subject is a package on an engine.
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

#: Number of calls of a function in one measurement.
CALLS = 20_000
#: Number of instantiations in one measurement.
INSTANTIATIONS = 300
#: Number of iterations of a guest's loop in one measurement with threads.
SPINS = 150_000_000
#: Number of measurements of each work. The output contains the shortest time.
ROUNDS = 9
#: Size of a large copy, in bytes.
LARGE_SIZE = 4 << 20

SOURCE = """(module (import "env" "host" (func $host (param i32 i32) (result i32)))
    (memory (export "memory") 80)
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "loop") (param i32) (result i32) (local i32)
      (loop $again
        (local.set 1 (call $host (local.get 0) (i32.const 2)))
        (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
      (local.get 1)))"""

#: `SOURCE` without its memory. Mapping and unmapping a memory (mmap of 4 GiB, mprotect, munmap) takes longer than the
#: rest of an instantiation, and takes the same time in anywasm and wasmtime-py.
SOURCE_WITHOUT_MEMORY = SOURCE.replace('(memory (export "memory") 80)', "")

#: A function that performs an operation several times, and returns the number of repetitions.
Work = Callable[[], int]


def repeat(function: Callable[..., Any], *args: Any, times: int = CALLS) -> Work:
    """Returns work that calls `function(*args)` `times` times."""

    def work() -> int:
        for _ in range(times):
            function(*args)
        return times

    return work


def import_in_new_interpreter(package: Any) -> Work:
    """Returns work that starts an interpreter, imports a package and exits. All of this is part of the time."""
    # Allows bytecode files, so that Python compiles the package only once, as in normal use.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def work() -> int:
        for _ in range(3):
            subprocess.run([sys.executable, "-c", f"import {package.__name__}"], env=environment, check=True)
        return 3

    return work


def add(a: int, b: int) -> int:
    return a + b


def explicit(wasmtime: Any, engine: Any) -> dict[str, Work]:
    """Returns the works (operations to measure) for the API of wasmtime-py, by name.

    `wasmtime` is the package to measure: `anywasm.wasmtime`, or wasmtime-py itself.
    """
    store = wasmtime.Store(engine)
    i32 = wasmtime.ValType.i32()
    ty = wasmtime.FuncType([i32, i32], [i32])
    module = wasmtime.Module(engine, SOURCE)
    exports = wasmtime.Instance(store, module, [wasmtime.Func(store, ty, add)]).exports(store)
    module_without_memory = wasmtime.Module(engine, SOURCE_WITHOUT_MEMORY)
    call, loop, memory = exports["add"], exports["loop"], exports["memory"]

    def call_host_in_loop() -> int:
        loop(store, CALLS)
        return CALLS

    linker = wasmtime.Linker(engine)
    linker.define_func("env", "host", ty, add)

    def instantiate(module: Any) -> Work:
        """Returns work that creates a store and a host function, and instantiates a module."""

        def work() -> int:
            for _ in range(INSTANTIATIONS):
                new_store = wasmtime.Store(engine)
                wasmtime.Instance(new_store, module, [wasmtime.Func(new_store, ty, add)])
            return INSTANTIATIONS

        return work

    def link_and_instantiate() -> int:
        for _ in range(INSTANTIATIONS):
            linker.instantiate(wasmtime.Store(engine), module_without_memory)
        return INSTANTIATIONS

    block = bytes(LARGE_SIZE)
    return {
        **wasi.explicit(wasmtime, engine),
        "python -c 'import ...'": import_in_new_interpreter(wasmtime),
        "call": repeat(call, store, 1, 2),
        "host call": call_host_in_loop,
        "read 16 bytes": repeat(memory.read, store, 100, 116),
        "write 16 bytes": repeat(memory.write, store, b"0123456789abcdef", 100),
        "read 4 MiB": repeat(memory.read, store, 0, LARGE_SIZE, times=20),
        "write 4 MiB": repeat(memory.write, store, block, 0, times=20),
        "store + host function + instantiate": instantiate(module_without_memory),
        "the same with a memory": instantiate(module),
        "store + linker.instantiate": link_and_instantiate,
    }


def implicit(wasmer: Any, store: Any) -> dict[str, Work]:
    """Returns the works (operations to measure) for the API of wasmer 1.1, by name.

    `wasmer` is the package to measure: `anywasm.wasmer`, or wasmer 1.1 itself.
    """
    i32 = wasmer.Type.I32
    host = wasmer.Function(store, add, wasmer.FunctionType([i32, i32], [i32]))
    exports = wasmer.Instance(wasmer.Module(store, SOURCE), {"env": {"host": host}}).exports
    call, loop = exports.add, exports.loop
    memory, view = exports.memory, exports.memory.uint8_view()
    integers, block = list(range(16)), bytes(LARGE_SIZE)

    def call_host_in_loop() -> int:
        loop(CALLS)
        return CALLS

    def assign(key: Any, value: Any, times: int) -> Work:
        def work() -> int:
            for _ in range(times):
                view[key] = value
            return times

        return work

    def look_up_and_call() -> int:
        for _ in range(CALLS):
            exports.add(1, 2)
        return CALLS

    return {
        "call": repeat(call, 1, 2),
        "host call": call_host_in_loop,
        "look-up and call": look_up_and_call,
        "view[i]": repeat(view.__getitem__, 100),
        "view[i] = x": assign(100, 7, CALLS),
        "view[0:16]": repeat(view.__getitem__, slice(0, 16)),
        "view[0:1024]": repeat(view.__getitem__, slice(0, 1024), times=500),
        "view[0:16] = list": assign(slice(0, 16), integers, CALLS),
        "view[0:4 MiB] = bytes": assign(slice(0, LARGE_SIZE), block, 3),
        "bytearray(buffer)": lambda: len([bytearray(memory.buffer) for _ in range(20)]),
    }


def memcpy() -> dict[str, Work]:
    """Returns a copy within Python's memory, under the name of each work that copies 4 MiB.

    The time of this copy is the lower bound for the works.
    """
    block, target = bytes(LARGE_SIZE), bytearray(LARGE_SIZE)

    def copy() -> None:
        target[:] = block

    return dict.fromkeys(("read 4 MiB", "write 4 MiB", "view[0:4 MiB] = bytes"), repeat(copy, times=20))


def spinning(wasmtime: Any, engine: Any) -> tuple[Work, Work]:
    """Returns two works that run a loop in each of two stores: the first on one thread, the second on two threads."""
    source = """(module (func (export "spin") (param i32) (result i32)
        (loop $again (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (local.get 0)))"""
    module = wasmtime.Module(engine, source)
    stores = [wasmtime.Store(engine) for _ in range(2)]
    spins = [(wasmtime.Instance(store, module, []).exports(store)["spin"], store) for store in stores]

    def on_one_thread() -> int:
        for spin, store in spins:
            spin(store, SPINS)
        return 1

    def on_two_threads() -> int:
        threads = [threading.Thread(target=spin, args=(store, SPINS)) for spin, store in spins]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return 1

    return on_one_thread, on_two_threads


def subjects() -> dict[str, dict[str, Work]]:
    """Returns the operations to measure (works) for each subject.

    The subjects are anywasm on each installed engine, and the installed peers: wasmtime-py and wasmer.
    """
    import anywasm
    from anywasm import wasmer as our_wasmer
    from anywasm import wasmtime as our_wasmtime

    works_by_subject = {"memcpy": memcpy()}
    for info in anywasm.engines():
        if info.installed:
            with anywasm.use_engine(info.name):
                works_by_subject[f"explicit on {info.name}"] = explicit(our_wasmtime, our_wasmtime.Engine())
                on_one_thread, on_two_threads = spinning(our_wasmtime, our_wasmtime.Engine())
                works_by_subject[f"one thread on {info.name}"] = {"the work of two stores": on_one_thread}
                works_by_subject[f"two threads on {info.name}"] = {"the work of two stores": on_two_threads}
                works_by_subject[f"implicit on {info.name}"] = implicit(our_wasmer, our_wasmer.Store())
    try:
        import wasmtime

        works_by_subject["wasmtime-py"] = explicit(wasmtime, wasmtime.Engine())
    except ImportError:
        pass
    try:
        import wasmer

        works_by_subject["wasmer 1.1.0"] = implicit(wasmer, wasmer.Store())
    except ImportError:
        pass
    return works_by_subject


def main() -> None:
    """Measures all work and prints the shortest times."""
    fastest: dict[str, dict[str, float]] = {}
    all_subjects = subjects()
    # Each round measures all subjects, so that a short load on the machine affects all subjects alike.
    for _ in range(ROUNDS):
        for subject, works in all_subjects.items():
            for name, work in works.items():
                start = time.perf_counter_ns()
                repetitions = work()
                nanoseconds = (time.perf_counter_ns() - start) / repetitions
                row = fastest.setdefault(name, {})
                row[subject] = min(nanoseconds, row.get(subject, nanoseconds))
    print(json.dumps(fastest))


if __name__ == "__main__":
    main()
