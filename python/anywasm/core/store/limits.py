"""What a store's guests may use: fuel, time, and numbers of things.

These are functions, not methods, because programs derive from the explicit style's `Store`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anywasm.core.store.store import Store


def set_fuel(store: Store, fuel: int) -> None:
    """Sets how much fuel guests have, below 2**64. The style's error without the engine option `consume_fuel`."""
    store._core_check(store._core_engine_module.lib.aw_store_set_fuel(store._core_ptr, fuel))


def get_fuel(store: Store) -> int:
    """Returns how much fuel is left. The style's error without the engine option `consume_fuel`."""
    fuel = store._core_engine_module.ffi.new("uint64_t *")
    store._core_check(store._core_engine_module.lib.aw_store_fuel(store._core_ptr, fuel))
    return int(fuel[0])


def set_epoch_deadline(store: Store, ticks: int) -> None:
    """Interrupts guests after `ticks` calls of `Engine._core_advance_epoch`, counted from now; `ticks` is below 2**64.

    Has no effect without the engine option `epoch_interruption`.
    """
    store._core_check(store._core_engine_module.lib.aw_store_set_epoch_deadline(store._core_ptr, ticks))


def set_limits(store: Store, memory_size: int, table_elements: int, instances: int, tables: int, memories: int) -> None:
    """Limits each memory's bytes, each table's elements, and the numbers of instances, tables and memories.

    A negative number means no limit.
    """
    limits = (memory_size, table_elements, instances, tables, memories)
    store._core_check(store._core_engine_module.lib.aw_store_set_limits(store._core_ptr, *limits))
