# needs: limits
"""Guests that may only take so much."""

from wasmtime import Engine, Instance, Limits, Memory, MemoryType, Module, Store, WasmtimeError

store = Store(Engine())
store.set_limits(memory_size=10 * 65536, instances=1)
module = Module(
    store.engine,
    """(module (memory (export "memory") 1)
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))""",
)
exports = Instance(store, module, []).exports(store)
assert exports["grow"](store, 5) == 1
assert exports["grow"](store, 5) == -1
refused = 0
for attempt in (lambda: Instance(store, module, []), lambda: Memory(store, MemoryType(Limits(20, None)))):
    try:
        attempt()
    except WasmtimeError as error:
        print(error)
        refused += 1
assert refused == 2
