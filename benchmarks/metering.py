"""Measures what fuel and deadlines cost: `python benchmarks/metering.py [--json] [PROGRAM.wasm ...]`.

The guests are four small kernels, and programs for WASI that are given as files. Each runs plain, with a deadline, and
with fuel and a deadline, on each installed engine, as `anywasm.limits` has it, and in wasmtime-py with its own fuel and
with its own epochs, if it is installed. The variants run in turn, and the best time of each counts. The script prints
ratios: the time with the limits to the plain time of the same engine.

A program file gets the arguments after a colon: `python.wasm:-c:print(1)`.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anywasm

KERNELS = """(module (memory 64)
  (func $fib (export "fib") (param $n i32) (result i32)
    (if (result i32) (i32.lt_s (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else (i32.add (call $fib (i32.sub (local.get $n) (i32.const 1)))
                     (call $fib (i32.sub (local.get $n) (i32.const 2)))))))
  (func (export "sum") (param $n i32) (result i32) (local $s i32)
    (loop $next
      (local.set $s (i32.add (i32.rotl (local.get $s) (i32.const 3)) (local.get $n)))
      (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s))
  (func (export "matrix") (param $n i32) (result i32) (local $i i32) (local $j i32) (local $k i32) (local $a f64)
    (loop $rows (local.set $j (i32.const 0))
      (loop $columns (local.set $k (i32.const 0)) (local.set $a (f64.const 0))
        (loop $products
          (local.set $a (f64.add (local.get $a) (f64.mul
            (f64.load (i32.shl (i32.add (i32.mul (local.get $i) (local.get $n)) (local.get $k)) (i32.const 3)))
            (f64.load offset=1048576
              (i32.shl (i32.add (i32.mul (local.get $k) (local.get $n)) (local.get $j)) (i32.const 3))))))
          (br_if $products (i32.lt_s (local.tee $k (i32.add (local.get $k) (i32.const 1))) (local.get $n))))
        (f64.store offset=2097152
          (i32.shl (i32.add (i32.mul (local.get $i) (local.get $n)) (local.get $j)) (i32.const 3)) (local.get $a))
        (br_if $columns (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $n))))
      (br_if $rows (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $i))
  (func (export "sieve") (param $n i32) (result i32) (local $i i32) (local $j i32) (local $count i32)
    (memory.fill (i32.const 0) (i32.const 0) (local.get $n)) (local.set $i (i32.const 2))
    (loop $candidates
      (if (i32.eqz (i32.load8_u (local.get $i))) (then
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (local.set $j (i32.shl (local.get $i) (i32.const 1)))
        (block $done (loop $multiples
          (br_if $done (i32.ge_u (local.get $j) (local.get $n)))
          (i32.store8 (local.get $j) (i32.const 1))
          (local.set $j (i32.add (local.get $j) (local.get $i))) (br $multiples)))))
      (br_if $candidates (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $count)))"""

#: The argument of each kernel, for engines that compile and for interpreters.
ARGUMENTS = {"fib": (27, 19), "sum": (30_000_000, 1_000_000), "matrix": (200, 50), "sieve": (1_900_000, 200_000)}

#: The variants: the limits that are given to the store.
VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "deadline": {"timeout": 3600},
    "both": {"timeout": 3600, "fuel": 10**15},
}

#: The engines that get less to do.
INTERPRETERS = ("wasmi",)

ROUNDS = 8

Work = Callable[[], None]


def ours(wasmtime: Any, engine: str, limits: dict[str, Any]) -> tuple[Any, Callable[[], Any]]:
    """Returns an engine of anywasm for these limits, and what makes its stores."""
    given = anywasm.limits(**limits)
    with given if limits else contextlib.nullcontext():
        made = wasmtime.Engine(name=engine)
    return made, lambda: wasmtime.Store(made, limits=given)


def stock(wasmtime: Any, fuel: bool, epochs: bool) -> tuple[Any, Callable[[], Any]]:
    """Returns an engine of wasmtime-py, and what makes its stores."""
    config = wasmtime.Config()
    config.consume_fuel, config.epoch_interruption = fuel, epochs
    engine = wasmtime.Engine(config)

    def store() -> Any:
        made = wasmtime.Store(engine)
        if fuel:
            made.set_fuel(10**15)
        if epochs:
            made.set_epoch_deadline(1000)
        return made

    return engine, store


def kernel(wasmtime: Any, module: Any, store: Any, name: str, argument: int) -> Work:
    function = wasmtime.Instance(store, module, []).exports(store)[name]
    return lambda: function(store, argument)


def program(wasmtime: Any, engine: Any, module: Any, new_store: Callable[[], Any], arguments: list[str]) -> Work:
    """Returns what runs a program for WASI once, in a store of its own."""
    linker = wasmtime.Linker(engine)
    linker.define_wasi()

    def run() -> None:
        store = new_store()
        config = wasmtime.WasiConfig()
        config.argv = arguments
        with tempfile.NamedTemporaryFile() as output:
            config.stdout_file = config.stderr_file = output.name
            store.set_wasi(config)
            with contextlib.suppress(wasmtime.ExitTrap):
                linker.instantiate(store, module).exports(store)["_start"](store)

    return run


def best(works: dict[str, Work]) -> dict[str, float]:
    """Returns the best time of each, in seconds. They run in turn, so that a busy machine slows all of them."""
    times = dict.fromkeys(works, float("inf"))
    for _ in range(ROUNDS):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            times[name] = min(times[name], time.perf_counter() - start)
    return times


def subjects() -> Iterator[tuple[str, Any, dict[str, tuple[Any, Callable[[], Any]]]]]:
    """Yields the name of each subject, its module, and an engine and a maker of stores for each variant."""
    import anywasm.wasmtime

    for info in anywasm.engines():
        if info.installed:
            made = {variant: ours(anywasm.wasmtime, info.name, limits) for variant, limits in VARIANTS.items()}
            yield info.name, anywasm.wasmtime, made
    with contextlib.suppress(ImportError):
        wasmtime = importlib.import_module("wasmtime")
        variants = {"plain": (False, False), "deadline": (False, True), "both": (True, True), "fuel": (True, False)}
        yield "wasmtime-py", wasmtime, {name: stock(wasmtime, *flags) for name, flags in variants.items()}


def instantiate(wasmtime: Any, module: Any, new_store: Callable[[], Any]) -> Work:
    """Returns what makes 200 stores with an instance each."""

    def run() -> None:
        for _ in range(200):
            wasmtime.Instance(new_store(), module, [])

    return run


def compile_all(wasmtime: Any, engines: dict[str, Any], wasm: bytes) -> tuple[dict[str, Any], dict[str, float]]:
    """Returns a module for each variant, and the best time of two compilations in turn, in seconds."""
    modules, times = {}, dict.fromkeys(engines, float("inf"))
    for _ in range(2):
        for variant, engine in engines.items():
            start = time.perf_counter()
            modules[variant] = wasmtime.Module(engine, wasm)
            times[variant] = min(times[variant], time.perf_counter() - start)
    return modules, times


def measure(programs: list[str]) -> dict[str, dict[str, dict[str, float]]]:
    """Returns seconds by subject, work and variant."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for subject, wasmtime, variants in subjects():
        rows = found.setdefault(subject, {})
        engines = {name: engine for name, (engine, _) in variants.items()}
        stores = {name: store for name, (_, store) in variants.items()}
        modules, _ = compile_all(wasmtime, engines, wasmtime.wat2wasm(KERNELS))
        for name, arguments in ARGUMENTS.items():
            argument = arguments[subject in INTERPRETERS]
            works = {each: kernel(wasmtime, modules[each], stores[each](), name, argument) for each in variants}
            rows[name] = best(works)
        rows["instantiate"] = best({each: instantiate(wasmtime, modules[each], stores[each]) for each in variants})
        for text in programs:
            path, *arguments = text.split(":")
            name = Path(path).stem
            modules, rows[f"compile {name}"] = compile_all(wasmtime, engines, Path(path).read_bytes())
            run = [name, *arguments]
            works = {each: program(wasmtime, engines[each], modules[each], stores[each], run) for each in variants}
            rows[name] = best(works)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the seconds as JSON")
    parser.add_argument("programs", nargs="*", help="programs for WASI, with their arguments after colons")
    arguments = parser.parse_args()
    os.environ.setdefault("PYTHONHASHSEED", "0")
    found = measure(arguments.programs)
    if arguments.json:
        json.dump(found, sys.stdout, indent=2)
        return
    for subject, rows in found.items():
        print(subject)
        for work, times in rows.items():
            ratios = "  ".join(
                f"{variant} {seconds / times['plain']:.2f}" for variant, seconds in times.items() if variant != "plain"
            )
            print(f"  {work:24} {times['plain'] * 1e3:9.1f} ms   {ratios}")


if __name__ == "__main__":
    main()
