"""Engines with options, for tests of the options."""

from __future__ import annotations

import contextlib
import re
from typing import Any

import anywasm
from anywasm.wasmtime import Config, Engine, Instance, Module, Store, WasmtimeError

MEMORY = """(module (memory (export "m") 1) (func (export "run") (param i32) (result i32)
      (i32.store (i32.const 0) (local.get 0)) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"""


def engine_with(**options: Any) -> Engine:
    config = Config()
    for name, value in options.items():
        if hasattr(Config, name):
            setattr(config, name, value)
        else:
            # `Config` has no property for the option.
            config._core_set(name, value)
    return Engine(config)


def refused(error: anywasm.CapabilityError, *options: str) -> bool:
    names = "|".join(options)
    assert re.match(rf"the engine `.*` (cannot honour the option `({names})=|lacks the capability `)", str(error))
    assert error.capability in options or "lacks the capability" in str(error)
    assert "installed engines that" in str(error)
    return False


def works(engine: Engine) -> None:
    store = Store(engine)
    if "fuel" in engine.capabilities:
        with contextlib.suppress(WasmtimeError):  # where it is not configured
            store.set_fuel(10_000)
    if "epoch" in engine.capabilities:
        store.set_epoch_deadline(1)
    exports = Instance(store, Module(engine, MEMORY), []).exports(store)
    assert exports["run"](store, 41) == 42
    assert exports["grow"](store, 3) == 1
    assert exports["run"](store, 41) == 42
    assert exports["m"].read(store, 0, 4) == b"\x29\0\0\0"
