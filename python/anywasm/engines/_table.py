"""Names of the engines. Generated from wasm_c_api/engines.toml by tests/tools/engine_table.py; do not edit."""

from __future__ import annotations

#: All engines, in the order of preference.
ENGINE_NAMES: tuple[str, ...] = (
    "wasmtime",
    "wasmtime-standard",
    "wasmer",
    "wasmi",
    "system",
)
