"""Compresses text with a C program compiled to WebAssembly, on each installed engine and in both styles.

The runs differ only in the environment variable `ANYWASM_ENGINE`. Python's zlib decompresses each result, which must
give the original text. All results must be equal.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zlib
from pathlib import Path

PROGRAM = Path(__file__).parent / "deflate" / "deflate.wasm"


def implicit(wasm: bytes, data: bytes) -> tuple[bytes, float, float]:
    """Compresses `data` in the style of wasmer, in which the store is implicit.

    Returns the compressed data, and the times of the compilation and of the run in seconds.
    """
    from anywasm.wasmer import Instance, Module, Store

    start = time.perf_counter()
    module = Module(Store(), wasm)
    compiled = time.perf_counter()
    exports = Instance(module).exports
    source, capacity = exports.allocate(len(data)), len(data) + len(data) // 1024 + 64
    target = exports.allocate(capacity)
    memory = exports.memory.uint8_view()
    memory[source : source + len(data)] = data
    size = exports.compress(source, len(data), target, capacity)
    result = bytes(memory[target : target + size])
    return result, compiled - start, time.perf_counter() - compiled


def explicit(wasm: bytes, data: bytes) -> tuple[bytes, float, float]:
    """Compresses `data` in the style of wasmtime-py, in which calls take the store explicitly.

    Returns the compressed data, and the times of the compilation and of the run in seconds.
    """
    from anywasm.wasmtime import Instance, Module, Store

    start = time.perf_counter()
    store = Store()
    module = Module(store.engine, wasm)
    compiled = time.perf_counter()
    exports = Instance(store, module, []).exports(store)
    source, capacity = exports["allocate"](store, len(data)), len(data) + len(data) // 1024 + 64
    target = exports["allocate"](store, capacity)
    exports["memory"].write(store, data, source)
    size = exports["compress"](store, source, len(data), target, capacity)
    result = bytes(exports["memory"].read(store, target, target + size))
    return result, compiled - start, time.perf_counter() - compiled


def run_one() -> None:
    """Compresses standard input in both styles, on the engine in `ANYWASM_ENGINE`. Prints a row for each style."""
    wasm = PROGRAM.read_bytes()
    data = sys.stdin.buffer.read()
    for name, run in (("implicit", implicit), ("explicit", explicit)):
        result, compiling, running = run(wasm, data)
        checked = "ok" if zlib.decompress(result) == data else "WRONG"
        print(f"{name}\t{len(result)}\t{zlib.crc32(result):08x}\t{checked}\t{compiling * 1e3:.1f}\t{running * 1e3:.1f}")


def main() -> int:
    """Runs this script once for each engine and prints a table. Returns 0 if all results are correct and equal."""
    from rich.console import Console
    from rich.table import Table

    import anywasm

    data = source_text()
    table = Table(title=f"compressing {len(data):,} bytes with {PROGRAM.name}")
    for heading in ("engine", "style", "compressed", "crc32", "zlib says", "compile ms", "run ms"):
        table.add_column(heading, justify="left" if heading in ("engine", "style") else "right")
    results = set()
    for info in anywasm.engines():
        if not info.installed:
            continue
        environment = {**os.environ, "ANYWASM_ENGINE": info.name}
        command = [sys.executable, __file__, "--one"]
        rows = subprocess.run(command, input=data, env=environment, check=True, stdout=subprocess.PIPE).stdout
        for row in rows.decode().splitlines():
            style, *cells = row.split("\t")
            results.add(tuple(cells[:3]))
            table.add_row(f"{info.name} {info.version}", style, *cells)
    Console(width=100).print(table)
    same = len(results) == 1 and all(checked == "ok" for *_, checked in results)
    print("the same everywhere, and zlib agrees" if same else "THE RESULTS DIFFER")
    return 0 if same else 1


def source_text() -> bytes:
    """Returns a few hundred kilobytes of text: the source of 40 modules of the standard library."""
    files = sorted(Path(os.__file__).parent.glob("*.py"))[:40]
    return b"".join(file.read_bytes() for file in files)


if __name__ == "__main__":
    sys.exit(run_one() if "--one" in sys.argv else main())
