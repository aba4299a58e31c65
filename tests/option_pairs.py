"""Makes engines with every option, and with every two of them: what a C API would end the process over shows here."""

from __future__ import annotations

import itertools
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from anywasm.wasmtime import Config, Engine, WasmtimeError

SWITCHES = [name for name in dir(Config) if (getattr(Config, name).__doc__ or "").startswith("Whether")]
VALUES: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(SWITCHES, (True, False)),
    **dict.fromkeys(
        ("memory_reservation", "memory_guard_size", "memory_reservation_for_growth"),
        (0, 1, 1 << 20, 1 << 40, 2**64 - 1),
    ),
    "max_wasm_stack": (0, 1, 1 << 30),
    "strategy": ("auto", "cranelift"),
    "cranelift_opt_level": ("none", "speed", "speed_and_size"),
    "profiler": ("none", "jitdump", "vtune", "perfmap"),
    "target": (
        "x86_64-unknown-linux-gnu",
        "x86_64-pc-windows-msvc",
        "aarch64-unknown-linux-musl",
        "mips-unknown-linux",
    ),
    "cache": (True,),
}


def try_all(folder: str) -> tuple[int, int]:
    """How many engines were made, and how many refused. Profilers write into the folder."""
    os.chdir(folder)
    single = [(name, value) for name, values in VALUES.items() for value in values]
    pairs = [pair for pair in itertools.combinations(single, 2) if pair[0][0] != pair[1][0]]
    made, cases = 0, [*((one,) for one in single), *pairs]
    for case in cases:
        config = Config()
        for name, value in case:
            setattr(config, name, value)
        with suppress(WasmtimeError):
            Engine(config)
            made += 1
    Path(f"/tmp/perf-{os.getpid()}.map").unlink(missing_ok=True)
    return made, len(cases) - made
