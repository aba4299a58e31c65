"""Limits on what guests use: time, memory and fuel."""

from __future__ import annotations

import contextvars
import re
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anywasm.core.engine import Option
    from anywasm.core.store.store import Store

#: The limits of new stores, which a `with` statement sets.
_current: contextvars.ContextVar[GuestLimits | None] = contextvars.ContextVar("anywasm-limits", default=None)

_UNITS = {"": 1, "B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}

#: The largest number of nanoseconds that the shim accepts. It is more than 290 years.
_MAX_NANOSECONDS = (1 << 63) - 1


class GuestLimits:
    """Limits on the guests of a store. Programs know this class as `anywasm.limits`.

    * `timeout`: the guests end this many seconds after the limits began.
    * `cpu_seconds`: the processor time in seconds that calls into the store may use, with the host functions that the
      guests call.
    * `memory`: the maximum size of each memory, as a number of bytes or as a text such as `"64MiB"` or `"1.5 GB"`.
    * `table_elements`: the maximum number of elements of each table.
    * `fuel`: how many instructions the guests may execute, roughly.

    None means no limit. A guest that goes beyond `timeout` or `cpu_seconds` traps with the trap code `INTERRUPT`, one
    without fuel with `OUT_OF_FUEL`. `memory.grow` and `table.grow` return -1 instead of going beyond `memory` and
    `table_elements`.

    The limits can be given to a store: `Store(limits=anywasm.limits(timeout=2.0))`. They then begin when the store is
    made. In a `with` statement they hold for all stores that the thread makes in the block, and begin with the block.
    The limits of an inner block replace those of an outer one, where both are given. `apply_to` gives a store limits
    anew, for example before each call. The store may be given by an object that lives in it, such as an instance.

    Code must be compiled in a way that allows `timeout`, `cpu_seconds` and `fuel`. An engine that is made for the
    limits, in the block or by the store, does so. Any other engine needs the options `interruptible` and
    `consume_fuel`.

    Raises ValueError for a negative number and for a text that is no size, and TypeError for another type.

    >>> import anywasm
    >>> anywasm.limits(timeout=2, memory="64MiB")
    anywasm.limits(timeout=2.0, memory=67108864)
    >>> anywasm.limits(memory="64 mebibytes")
    Traceback (most recent call last):
    ...
    ValueError: `memory` cannot be '64 mebibytes': expected a number and one of B, kB, MB, GB, KiB, MiB, GiB
    """

    __slots__ = ("_end", "_outer", "cpu_seconds", "fuel", "memory", "table_elements", "timeout")

    def __init__(
        self,
        *,
        timeout: float | None = None,
        cpu_seconds: float | None = None,
        memory: int | str | None = None,
        table_elements: int | None = None,
        fuel: int | None = None,
    ) -> None:
        #: The maximum time in seconds, or None.
        self.timeout = _number("timeout", timeout)
        #: The maximum processor time in seconds, or None.
        self.cpu_seconds = _number("cpu_seconds", cpu_seconds)
        #: The maximum size of each memory in bytes, or None.
        self.memory = _size("memory", memory)
        #: The maximum number of elements of each table, or None.
        self.table_elements = _integer("table_elements", table_elements)
        #: The amount of fuel, or None.
        self.fuel = _integer("fuel", fuel)
        #: When the timeout ends, by `time.monotonic`, if a block has begun.
        self._end: float | None = None
        #: What holds again when the block ends, in the limits that hold in a block.
        self._outer: GuestLimits | None = None

    def __repr__(self) -> str:
        names = ("timeout", "cpu_seconds", "memory", "table_elements", "fuel")
        given = [f"{name}={getattr(self, name)!r}" for name in names if getattr(self, name) is not None]
        return f"anywasm.limits({', '.join(given)})"

    def __enter__(self) -> GuestLimits:
        outer = _current.get()
        inner = GuestLimits(timeout=self.timeout)
        for name in ("cpu_seconds", "memory", "table_elements", "fuel"):
            value = getattr(self, name)
            setattr(inner, name, getattr(outer, name) if value is None and outer is not None else value)
        if self.timeout is not None:
            inner._end = time.monotonic() + self.timeout
        elif outer is not None:
            inner.timeout, inner._end = outer.timeout, outer._end
        # Several threads and tasks may be in blocks of these limits, so that `self` cannot hold what each block needs.
        inner._outer = outer
        _current.set(inner)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        inner = _current.get()
        _current.set(None if inner is None else inner._outer)

    def apply_to(self, store: Any) -> None:
        """Gives a store these limits. Its time begins now, and earlier limits end.

        `store` is a store, or an object in a store, such as an instance. In the style of wasmer, where each instance
        may have a store of its own, it is an instance or another object.

        Raises the API style's error if the store's engine was made without the options that the limits need, or if the
        store runs a guest on this thread. Raises TypeError for any other object.
        """
        store = _store_of(store)
        lib, pointer = store._core_engine_module.lib, store._core_ptr
        timeout = self.timeout if self._end is None else max(0.0, self._end - time.monotonic())
        store._core_check(lib.aw_store_set_time_limits(pointer, _nanoseconds(timeout), _nanoseconds(self.cpu_seconds)))
        sizes = [-1 if size is None else min(size, _MAX_NANOSECONDS) for size in (self.memory, self.table_elements)]
        store._core_check(lib.aw_store_set_limits(pointer, *sizes, -1, -1, -1))
        if self.fuel is not None:
            store._core_check(lib.aw_store_set_fuel(pointer, min(self.fuel, (1 << 64) - 1)))

    def _core_engine_options(self) -> dict[str, Option]:
        """The options of an engine that is made for these limits."""
        options: dict[str, Option] = {}
        if self.timeout is not None or self.cpu_seconds is not None:
            options["interruptible"] = True
        if self.fuel is not None:
            options["consume_fuel"] = True
        if options:
            options["lowering"] = "fast"
        return options


def current_limits() -> GuestLimits | None:
    """The limits of the innermost `with` statement, or None."""
    return _current.get()


def _store_of(owner: Any) -> Store:
    """Returns the store that an object stands for or lives in."""
    if not hasattr(type(owner), "_core_limited_store"):
        raise TypeError(f"expected a store, or an object in a store, not {type(owner).__name__}")
    store: Store = owner._core_limited_store
    return store


def _number(name: str, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"`{name}` must be a number of seconds or None, not {type(value).__name__}")
    if not value >= 0:
        raise ValueError(f"`{name}` cannot be {value!r}: 0 is the least")
    return float(value)


def _integer(name: str, value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"`{name}` must be an int or None, not {type(value).__name__}")
    if value < 0:
        raise ValueError(f"`{name}` cannot be {value!r}: 0 is the least")
    return value


def _size(name: str, value: Any) -> int | None:
    if not isinstance(value, str):
        return _integer(name, value)
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", value)
    if match is None or match[2] not in _UNITS:
        units = ", ".join(unit for unit in _UNITS if unit)
        raise ValueError(f"`{name}` cannot be {value!r}: expected a number and one of {units}")
    return int(float(match[1]) * _UNITS[match[2]]) if "." in match[1] else int(match[1]) * _UNITS[match[2]]


def _nanoseconds(seconds: float | None) -> int:
    return -1 if seconds is None else min(int(min(seconds, 1e10) * 1e9), _MAX_NANOSECONDS)
