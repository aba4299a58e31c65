"""Does each public operation of both styles many times, and prints what a round leaves behind.

    python tests/soak/soak.py --engine wasmi --style explicit --only 'wasi*'

Each operation runs in a process of its own. A row is flat if a round leaves less than 64 bytes, no descriptor and no
thread. Some operations keep memory by the rules of the style, e.g. because a store owns its instances; their rows say
so. The exit code is 1 if another row is not flat, or if a process fails.
"""

from __future__ import annotations

import argparse
import fnmatch
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anywasm
import coverage_of_names
import measuring
from anywasm.engines import default_engine
from operations import Operations, Skip

STYLES = ("explicit", "implicit")
#: How long a process may take. It stops far earlier by itself, unless something hangs.
SECONDS = 240
COLUMNS = ("operation", "rounds", "bytes", "memory", "heap", "mappings", "descriptors", "threads", "microseconds")


def operations(style: str) -> Operations:
    for path in sorted(Path(__file__).parent.glob(f"{style}_*.py")):
        importlib.import_module(path.stem)
    every: Operations = importlib.import_module(f"{style}_base").OPERATIONS
    return every


def names(style: str, pattern: str | None = None) -> list[str]:
    return [name for name in operations(style) if pattern is None or fnmatch.fnmatch(name, pattern)]


def run_here(style: str, name: str, rounds: int | None) -> dict[str, Any]:
    """Does an operation in this process. Returns its row."""
    operation = operations(style)[name]
    lacking = [capability for capability in operation.needs if capability not in default_engine().capabilities]
    try:
        if lacking:
            raise Skip(f"the engine lacks {', '.join(lacking)}")
        return measuring.measure(operation, min(operation.rounds, rounds or operation.rounds))
    except Skip as skip:
        return {"operation": name, "skipped": str(skip)}


def run_in_child(engine: str, style: str, name: str, rounds: int | None) -> dict[str, Any]:
    """Does an operation in a process of its own. Returns its row."""
    command = [sys.executable, "-X", "faulthandler", __file__, "--style", style, "--child", name]
    if rounds is not None:
        command += ["--rounds", str(rounds)]
    # With one arena and without Python's own allocator, the C library's allocator counts all bytes of all objects.
    env = {**os.environ, "ANYWASM_ENGINE": engine, "PYTHONMALLOC": "malloc", "MALLOC_ARENA_MAX": "1"}
    row: dict[str, Any]
    try:
        result = subprocess.run(command, env=env, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        row = {"operation": name, "failed": f"took more than {SECONDS} seconds"}
    else:
        if result.returncode == 0:
            row = json.loads(result.stdout)
        else:
            row = {"operation": name, "failed": f"exit {result.returncode}: {result.stderr[-2000:]}"}
    return {"engine": engine, "style": style, **row}


def is_fault(row: dict[str, Any]) -> bool:
    return "failed" in row or ("bytes" in row and not row["flat"] and row["keeps"] is None)


def rows(engines: list[str], styles: list[str], only: str | None, rounds: int | None) -> Iterator[dict[str, Any]]:
    for engine in engines:
        for style in styles:
            for name in names(style, only):
                yield run_in_child(engine, style, name, rounds)


def show(row: dict[str, Any]) -> str:
    head = f"{row['engine']:<17} {row['style']:<8} {row['operation']:<52}"
    if "failed" in row or "skipped" in row:
        return f"{head} {row.get('skipped') or 'FAILED: ' + row['failed'].strip().splitlines()[-1]}"
    cells = f"{row['rounds']:>6} {row['bytes']:>10} {row['memory']:>10} {row['heap']:>10} {row['mappings']:>8}"
    cells += f" {row['descriptors']:>11} {row['threads']:>7} {row['microseconds']:>12}"
    verdict = "" if row["flat"] else f"kept: {row['keeps']}" if row["keeps"] else "GROWS"
    return f"{head} {cells}  {verdict}"


def main() -> int:
    installed = [info.name for info in anywasm.engines() if info.installed]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", action="append", choices=installed, help="can be repeated; default: all")
    parser.add_argument("--style", action="append", choices=STYLES, help="can be repeated; default: both")
    parser.add_argument("--rounds", type=int, help="at most so many rounds of each operation")
    parser.add_argument("--only", help="a pattern for the names of operations, as in a shell")
    parser.add_argument("--list", action="store_true", help="list the operations, and the public names without any")
    parser.add_argument("--json", action="store_true", help="print a JSON object a row")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    args = parser.parse_args()
    styles = args.style or list(STYLES)
    if args.child:
        print(json.dumps(run_here(styles[0], args.child, args.rounds)))
        return 0
    if args.list:
        missing = [f"{style}: {name}" for style in styles for name in coverage_of_names.missing(style)]
        print(*(f"{style}: {name}" for style in styles for name in names(style, args.only)), sep="\n")
        print(*(f"no operation for {name}" for name in missing), sep="\n")
        return 1 if missing else 0
    if not args.json:
        first, *others = COLUMNS
        widths = (6, 10, 10, 10, 8, 11, 7, 12)
        print(f"{'engine':<17} {'style':<8} {first:<52}", *(f"{name:>{w}}" for name, w in zip(others, widths)))
    found = False
    for row in rows(args.engine or installed, styles, args.only, args.rounds):
        print(json.dumps(row) if args.json else show(row), flush=True)
        found = found or is_fault(row)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
