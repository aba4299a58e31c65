"""What a store limits, and fuel and epochs."""

from wasmtime import (
    Config,
    Engine,
    Instance,
    Limits,
    Memory,
    MemoryType,
    Module,
    Store,
    Table,
    TableType,
    Trap,
    ValType,
)

LOOP = '(module (func (export "run") (loop (br 0))))'
BOMB = '(module (memory (export "m") 1) (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))'
TABLES = """(module (table (export "t") 1 funcref)
    (func (export "grow") (param i32) (result i32) (table.grow (ref.null func) (local.get 0))))"""


def new_store(fuel=False, epochs=False, **limits):
    config = Config()
    if fuel:
        config.consume_fuel = True
    if epochs:
        config.epoch_interruption = True
    store = Store(Engine(config))
    if limits:
        store.set_limits(**limits)
    return store


def export(store, source, name):
    return Instance(store, Module(store.engine, source), []).exports(store)[name]


def trapping(store, source, name):
    """The code of the trap that a call ends with."""
    try:
        export(store, source, name)(store)
    except Trap as trap:
        return trap.trap_code


def burning(fuel):
    store = new_store(fuel=True)
    store.set_fuel(fuel)
    return store


def past_deadline(ticks):
    store = new_store(epochs=True)
    store.set_epoch_deadline(ticks)
    for _ in range(ticks):
        store.engine.increment_epoch()
    return store


def growing(source, amount, **limits):
    store = new_store(**limits)
    return export(store, source, "grow")(store, amount)


new_store(fuel=True).get_fuel()
burning(100).get_fuel()
trapping(burning(1000), LOOP, "run")
trapping(new_store(fuel=True), LOOP, "run")
trapping(past_deadline(1), LOOP, "run")
trapping(past_deadline(3), LOOP, "run")
Store().engine.increment_epoch()
growing(BOMB, 5, memory_size=100_000)
growing(BOMB, 5, memory_size=1_000_000)
growing(TABLES, 50, table_elements=10)
growing(TABLES, 5, table_elements=10)
Memory(new_store(memory_size=1000), MemoryType(Limits(1, None)))
Memory(new_store(memories=0), MemoryType(Limits(1, None)))
Table(new_store(table_elements=3), TableType(ValType.funcref(), Limits(5, None)), None)
Table(new_store(tables=0), TableType(ValType.funcref(), Limits(5, None)), None)
export(new_store(instances=0), BOMB, "m")
export(new_store(memories=0), BOMB, "m")
export(new_store(tables=0), TABLES, "t")
export(new_store(memory_size=1000), BOMB, "m")
new_store(memory_size="a")
new_store(nonsense=1)
