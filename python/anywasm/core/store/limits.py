"""Limits for a store's guests: fuel, deadlines, sizes, and numbers of instances, tables and memories.

This module contains functions instead of methods of `Store`, because programs derive classes from the `Store` of the
API style `wasmtime`, and the names of methods could collide with names in those classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anywasm.core.store.store import Store


def set_fuel(store: Store, fuel: int) -> None:
    """Sets the fuel that the store's guests can consume, from 0 to 2**64 - 1.

    Raises the API style's error if the engine does not have the option `consume_fuel`.
    """
    store._core_check(store._core_engine_module.lib.aw_store_set_fuel(store._core_ptr, fuel))


def get_fuel(store: Store) -> int:
    """Returns the remaining fuel of the store's guests.

    Raises the API style's error if the engine does not have the option `consume_fuel`.
    """
    fuel = store._core_engine_module.ffi.new("uint64_t *")
    store._core_check(store._core_engine_module.lib.aw_store_fuel(store._core_ptr, fuel))
    return int(fuel[0])


def set_epoch_deadline(store: Store, ticks: int) -> None:
    """Sets the deadline of the store's guests to the engine's current epoch plus `ticks`, from 0 to 2**64 - 1.

    The epoch is a counter, which `Engine._core_advance_epoch` increments. Guests are interrupted when the epoch reaches
    the deadline.
    The deadline has no effect if the engine does not have the option `epoch_interruption`.
    """
    store._core_check(store._core_engine_module.lib.aw_store_set_epoch_deadline(store._core_ptr, ticks))


def set_limits(store: Store, memory_size: int, table_elements: int, instances: int, tables: int, memories: int) -> None:
    """Limits what the store's guests can allocate. A negative number means no limit.

    `memory_size` is the maximum size of each memory in bytes. `table_elements` is the maximum size of each table in
    elements. The other parameters are the maximum numbers of instances, tables and memories in the store.
    """
    limits = (memory_size, table_elements, instances, tables, memories)
    store._core_check(store._core_engine_module.lib.aw_store_set_limits(store._core_ptr, *limits))
