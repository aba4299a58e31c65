"""Runs generated modules as they are and rewritten, and compares what happens.

`python -m fuzz.lowering compare ENGINE FOLDER FIRST COUNT` prints the differences. The program `smith` of
`tests/tools/rust` writes the modules: `smith FOLDER COUNT FIRST`. Each variant runs in a process of its own, because
generated modules may find faults that end the process.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from anywasm.wasmtime import (
    Engine,
    Func,
    FuncType,
    Global,
    GlobalType,
    Instance,
    Memory,
    MemoryType,
    Module,
    Store,
    Table,
    TableType,
    Tag,
    TagType,
    Trap,
    WasmtimeError,
)

TESTS = Path(__file__).parent.parent

#: Number of modules that one process runs.
BATCH = 100
#: Number of functions of a module that run in an instance of their own.
MAX_FUNCS = 8
#: Numbers that functions are called with, by their position.
NUMBERS = (3, -1, 0, 0x7FFFFFFF, 65536, 1, -7)
ZEROS: dict[str, Any] = {"i32": 0, "i64": 0, "f32": 0.0, "f64": 0.0, "v128": 0}


def number(ty: str, position: int) -> Any:
    """An argument of this type; the null reference for all references."""
    if ty not in ZEROS:
        return None
    value = NUMBERS[position % len(NUMBERS)]
    return value % (1 << 128) if ty == "v128" else value if ty[0] == "i" else value / 3


def shown(value: Any) -> Any:
    """A value in words that do not depend on the process."""
    if isinstance(value, list):
        return [shown(each) for each in value]
    if isinstance(value, (int, float, str, type(None))):
        return repr(value)
    value = getattr(value, "value", value)
    return repr(value) if value is None else type(value).__name__


def outcome(work: Any, *args: Any) -> Any:
    """What came of a call: its result, the trap with the places in the code, or the error."""
    try:
        return shown(work(*args))
    except Trap as trap:
        code = trap.trap_code
        return [code.name if code else str(trap), [(each.func_index, each.module_offset) for each in trap.frames]]
    except (WasmtimeError, TypeError, ValueError, OverflowError) as error:
        # The engine's number of a type is different in each process.
        return [type(error).__name__, re.sub(r"\(engine \d+\)", "", str(error))]


def imported(store: Store, ty: Any, log: list[Any], name: str) -> Any:
    """An object to import: functions note their calls, and return zeros."""
    if isinstance(ty, FuncType):
        zeros = [ZEROS.get(str(result)) for result in ty.results]

        def func(*args: Any) -> Any:
            log.append([name, shown(list(args))])
            return None if not zeros else zeros[0] if len(zeros) == 1 else zeros

        return Func(store, ty, func)
    if isinstance(ty, GlobalType):
        return Global(store, ty, ZEROS.get(str(ty.content)))
    if isinstance(ty, MemoryType):
        return Memory(store, ty)
    if isinstance(ty, TableType):
        return Table(store, ty, None)
    if isinstance(ty, TagType):
        return Tag(store, ty)
    raise TypeError(type(ty).__name__)


def contents(store: Store, export: Any) -> Any:
    """What an exported object contains after the calls."""
    if isinstance(export, Global):
        return shown(export.value(store))
    if isinstance(export, Memory):
        size = export.size(store)
        return [size, hashlib.sha256(export.read(store, 0, export.data_len(store))).hexdigest()]
    if isinstance(export, Table):
        size = export.size(store)
        return [size, [shown(export.get(store, index)) for index in range(min(size, 50))]]
    return None


def instantiate(store: Store, module: Module, imports: list[Any], instances: list[Instance]) -> None:
    """Adds an instance to `instances`."""
    instances.append(Instance(store, module, imports))


def observe(engine: Engine, wasm: bytes) -> list[Any]:
    """All that the host sees of a module.

    The first instance runs all functions. Each of the others runs one function, which then has all the steps that the
    generator allows.
    """
    try:
        module = Module(engine, wasm)
    except WasmtimeError as error:
        return ["no module", str(error)]
    seen: list[Any] = []
    func_count = sum(isinstance(each.type, FuncType) for each in module.exports)
    for only in (None, *range(min(func_count, MAX_FUNCS))):
        store, log = Store(engine), []  # type: tuple[Store, list[Any]]
        try:
            imports = [imported(store, each.type, log, each.name or "") for each in module.imports]
        except (WasmtimeError, TypeError) as error:
            return ["no imports", type(error).__name__]
        instances: list[Instance] = []
        seen.append(outcome(instantiate, store, module, imports, instances))
        for instance in instances:
            exports = list(instance.exports(store).by_index)
            funcs = [each for each in exports if isinstance(each, Func)]
            for func in funcs if only is None else funcs[only:][:1]:
                types = [str(ty) for ty in func.type(store).params]
                # Zeros are the arguments with the shortest paths, so a function gets other numbers first.
                for first in (0,) if only is None else (only, 2):
                    args = [number(ty, first + index) for index, ty in enumerate(types)]
                    seen.append([first, outcome(func, store, *args)])
            seen.append([outcome(contents, store, each) for each in exports])
        seen.append(log)
    return seen


def modules(folder: Path, first: int, count: int) -> Iterator[tuple[int, bytes]]:
    for seed in range(first, first + count):
        with contextlib.suppress(FileNotFoundError):
            yield seed, (folder / f"{seed}.wasm").read_bytes()


def write_observations(folder: str, first: str, count: str) -> None:
    """Prints a line of JSON for each module."""
    engine = Engine()
    for seed, wasm in modules(Path(folder), int(first), int(count)):
        print(json.dumps([seed, observe(engine, wasm)]), flush=True)


def observations(engine: str, lowering: str, folder: Path, first: int, count: int) -> dict[int, Any]:
    """What a process saw of each module, by seed. A module that ended the process has the end in place of that."""
    seen: dict[int, Any] = {}
    seeds = [seed for seed, _ in modules(folder, first, count)]
    while seeds:
        environment = {**os.environ, "ANYWASM_ENGINE": engine, "ANYWASM_LOWERING": lowering}
        environment["PYTHONPATH"] = os.pathsep.join([str(TESTS), *sys.path])
        line = [
            sys.executable,
            "-m",
            "fuzz.lowering",
            "observe",
            str(folder),
            str(seeds[0]),
            str(seeds[-1] - seeds[0] + 1),
        ]
        try:
            done = subprocess.run(
                line, env=environment, cwd=TESTS, capture_output=True, text=True, timeout=300, check=False
            )
            output, how = done.stdout, f"exit code {done.returncode}: {done.stderr[-2000:]}"
        except subprocess.TimeoutExpired as expired:
            output, how = (expired.stdout or b"").decode(), "no end"
        for text in output.splitlines():
            with contextlib.suppress(json.JSONDecodeError):
                seed, observed = json.loads(text)
                seen[seed] = observed
        seeds = [seed for seed in seeds if seed not in seen]
        if seeds:
            seen[seeds[0]] = [how]
            seeds = seeds[1:]
    return seen


def alike(expected: Any, actual: Any) -> bool:
    """Whether observations are equal.

    An engine may say that `if unreachable` has trapped at the `if`, which is two bytes before the `unreachable`, unless
    other code keeps it from joining them.
    """
    if expected == actual:
        return True
    if not isinstance(expected, list) or not isinstance(actual, list) or len(expected) != len(actual):
        return False
    if expected and expected[0] == actual[0] == "UNREACHABLE" and expected[1] and actual[1]:
        (func, place), *callers = expected[1]
        return [[func, place + 2], *callers] == actual[1]
    return all(map(alike, expected, actual))


def differences(engine: str, folder: Path, first: int, count: int, lowering: str = "all") -> list[str]:
    """A line for each module that behaves differently when it is rewritten, or that ends the process."""
    plain = observations(engine, "needed", folder, first, count)
    rewritten = observations(engine, lowering, folder, first, count)
    found = []
    for seed, expected in plain.items():
        actual = rewritten[seed]
        if len(expected) == 1 or len(actual) == 1:
            found.append(f"{engine} {seed}: {expected[:1]} {actual[:1]}")
        elif not alike(expected, actual):
            pairs = [(one, other) for one, other in zip(expected, actual) if not alike(one, other)]
            found.append(f"{engine} {seed}: {pairs[:1] or (len(expected), len(actual))}"[:1000])
    return found


def compare(engine: str, folder: str, first: str, count: str, lowering: str = "all") -> int:
    """Prints the differences, and returns their number."""
    found = 0
    for start in range(int(first), int(first) + int(count), BATCH):
        lines = differences(engine, Path(folder), start, min(BATCH, int(first) + int(count) - start), lowering)
        found += len(lines)
        for line in lines:
            print(line, flush=True)
    print(f"{engine}: {count} modules from {first}, {found} differences", flush=True)
    return found


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["observe", *arguments]:
            write_observations(*arguments)
        case ["compare", *arguments]:
            sys.exit(bool(compare(*arguments)))
        case _:
            sys.exit(__doc__)
