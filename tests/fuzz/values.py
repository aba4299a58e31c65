"""Arguments for random operations: good values, values at the edges of ranges, and wrong ones."""

from __future__ import annotations

import random
from typing import Any

from anywasm import wasmer, wasmtime

#: No number between 8 and 2**17, because a memory or a table of so many pages or elements takes gigabytes.
_INTEGERS = [
    0,
    1,
    2,
    3,
    7,
    -1,
    -2,
    1 << 31,
    (1 << 31) - 1,
    -(1 << 31),
    1 << 32,
    (1 << 63) - 1,
    1 << 63,
    1 << 64,
    -(1 << 63),
]
_FLOATS = [0.0, -0.0, 1.5, -1e300, 1e300, float("inf"), float("-inf"), float("nan"), 5e-324]
_TEXTS = [
    "",
    "memory",
    "add",
    "host",
    "f",
    "é",
    "\0",
    "a\ud800",
    "x" * 1000,
    "(module)",
    "(module",
    "wasi_snapshot_preview1",
]
_BYTES = [b"", b"\0asm", b"\0asm\1\0\0\0", b"\0asm\1\0\0\0\1", b"abc", bytes(100), b"(module)"]


class Odd:
    """An object whose special methods raise."""

    def __index__(self) -> int:
        raise ZeroDivisionError

    def __eq__(self, other: object) -> bool:
        raise ZeroDivisionError

    def __hash__(self) -> int:
        raise ZeroDivisionError

    def __getattr__(self, name: str) -> Any:
        raise ZeroDivisionError if name == "decode" else AttributeError(name)


class Plain(int):
    """An int of a class of its own."""


def value(rng: random.Random, pool: dict[str, Any]) -> Any:
    """Returns a random value. `pool` are the objects of the classes that are tested."""
    kind = rng.random()
    if kind < 0.45 and pool:
        return pool[rng.choice(list(pool))]
    if kind < 0.65:
        return rng.choice(_INTEGERS)
    if kind < 0.72:
        return rng.choice(_FLOATS)
    if kind < 0.80:
        return rng.choice(_TEXTS)
    if kind < 0.86:
        return rng.choice(_BYTES)
    if kind < 0.92:
        return [value(rng, pool) for _ in range(rng.randrange(3))]
    if kind < 0.94:
        return {rng.choice(_TEXTS): value(rng, pool) for _ in range(rng.randrange(3))}
    return rng.choice([None, True, False, slice(0, 2), slice(None, None, -1), object, len, Odd(), Plain(3), ()])


def good_arguments(rng: random.Random, style: str, pool: dict[str, Any]) -> tuple[Any, ...]:
    """Returns arguments that fit some method or function of a style."""
    small = rng.choice([0, 1, 2, 3])
    if style == "implicit":
        return rng.choice(
            [(), (small,), (small, small), (pool.get("store"), lambda *_: small, wasmer.FunctionType([], []))]
        )
    store = pool.get("store")
    arguments = [
        (),
        (store,),
        (store, small),
        (store, small, small),
        (store, b"abc", small),
        (store, small, small, 1.5),
        (store, small, None),
        (store, pool.get("module")),
        (pool.get("engine"), "(module)"),
        (store, wasmtime.FuncType([], []), lambda *_: None),
        (store, "host", "f", pool.get("host function")),
    ]
    return rng.choice(arguments)
