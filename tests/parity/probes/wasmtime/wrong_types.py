"""Arguments of the wrong type, and the order in which arguments are checked."""

import copy

from wasmtime import (
    Engine,
    Func,
    FuncType,
    Global,
    GlobalType,
    Instance,
    Limits,
    Linker,
    Memory,
    MemoryType,
    Module,
    SharedMemory,
    Store,
    Table,
    TableType,
    Tag,
    Trap,
    Val,
    ValType,
    WasiConfig,
    WasmtimeError,
)

engine = Engine()
store, closed_store = Store(engine), Store(engine)
closed_store.close()
closed_engine = Engine()
closed_engine.close()
I32, FUNC = ValType.i32(), ValType.funcref()
TABLE, PAGE = TableType(FUNC, Limits(2, None)), MemoryType(Limits(1, None))
module = Module(engine, "(module)")
closed_module = Module(engine, "(module)")
closed_module.close()
linker = Linker(engine)
closed_linker = Linker(engine)
closed_linker.close()
instance = Instance(store, module, [])
func = Func(store, FuncType([], [I32]), lambda: 1)
take = Func(store, FuncType([FUNC], []), lambda function: None)
constant = Global(store, GlobalType(I32, False), 1)
memory, table = Memory(store, PAGE), Table(store, TABLE, None)
config = WasiConfig()


def wasi(**settings):
    made = WasiConfig()
    for name, value in settings.items():
        setattr(made, name, value)


# No store.
func(5)
func("store")
func(int)
func.type(5)
constant.value(5)
constant.set_value(5, 1)
memory.size(5)
memory.grow(5, 1)
memory.read(5)
memory.write(5, b"")
table.get(5, 0)
table.size(None)
Memory(5, PAGE)
Table(5, TABLE, None)
Global(5, GlobalType(I32, False), 1)
Instance(5, module, [])
linker.instantiate(5, module)
linker.instantiate_pre(module).instantiate(5)
linker.get_default(5, "x")

# No name, module, type, ...
linker.get(store, None, "x")
linker.define(store, "a", b"b", func)
linker.define_func("a", ["b"], FuncType([], []), len)
Caller = Func(store, FuncType([], []), lambda caller: caller.get(5), True)
Caller(store)
WasmtimeError(5)
Trap(None)
Trap(b"bytes")
Linker(5)
Linker(None)
Module.validate(5, b"")
Module.deserialize(5, b"")
Module.deserialize_file(engine, 5)
Module.deserialize_file(5, 6)
Table(store, 5, None)
Memory(store, None)
Tag(store, None)
SharedMemory(None, PAGE)
Instance(store, None, [])
Val.funcref(5).value
take(store, Val.funcref(5))
store.set_wasi(5)
store.set_wasi(None)
wasi(argv=5)
wasi(argv=[5])
wasi(argv=(each for each in "ab"))
wasi(env=[("A", 5)])
wasi(env=[(5, "A")])
wasi(env=[5])
wasi(env=5)
wasi(stdin_file=5)
wasi(stdout_file=None)
config.preopen_dir(5, "/")
config.preopen_dir("/", 5)

# No integer.
store.set_epoch_deadline("a")
store.set_fuel(1.5)
store.set_limits(memory_size="a")
store.set_limits(table_elements="a")
store.set_limits(instances="a")
store.set_limits(tables="a")
store.set_limits(memories=1.5)
store.set_limits(None, "a")
memory.grow(store, 1.5)
table.set(store, None, None)
table.get(store, None)
MemoryType(Limits(1.5, None))
MemoryType(Limits(1.5, 2.5))
MemoryType(Limits(1, 2.5))
MemoryType(Limits(1, None), page_size_log2=1.5)
MemoryType(Limits(None, 1))
MemoryType(Limits("a", None))

# The order of the checks.
Memory(5, 6)
Table(5, 6, None)
Table(5, TABLE, 6)
Global(5, 6, 7)
Global(5, GlobalType(I32, False), "a")
Tag(5, 6)
Instance(5, 6, [])
Instance(5, 6, [7])
Instance(5, 6, None)
Instance(closed_store, closed_module, [])
memory.grow(5, -1)
memory.grow(5, "a")
memory.grow(5, 1.5)
table.set(5, "a", 6)
table.set(store, "a", 6)
table.get(5, "a")
table.grow(store, "a", 6)
linker.define(5, 6, 7, 8)
linker.define(5, 6, 7, func)
linker.define(5, "a", 7, func)
linker.define(5, "a", "b", func)
linker.define(store, "a", "\ud800", 5)
linker.define_func(5, 6, 7, 8)
linker.define_func("a", 6, 7, 8)
linker.define_func("a", "b", 7, 8)
linker.define_instance(5, 6, 7)
linker.define_instance(5, 6, instance)
linker.define_instance(5, "a", instance)
linker.define_module(5, 6, 7)
linker.define_module(5, 6, module)
linker.define_module(5, "a", module)
linker.define_module(store, "a", closed_module)
linker.define_unknown_imports_as_default_values(5, 6)
linker.define_unknown_imports_as_default_values(5, module)
linker.get(5, 6, 7)
linker.get(5, "a", 7)
linker.get(5, "a", "b")
linker.get_default(5, 6)
linker.instantiate(5, 6)
linker.instantiate(5, closed_module)
linker.instantiate(store, closed_module)
linker.instantiate_pre(closed_module)
closed_linker.define(5, "a", "b", func)
closed_linker.define(5, 6, "b", func)
closed_linker.get(5, "a", "b")
closed_linker.define_instance(5, "a", instance)
closed_linker.define_unknown_imports_as_traps(5)
closed_linker.instantiate(5, 6)
Module(closed_engine, "(nonsense")
Module(closed_engine, 5)
Module(closed_engine, "(module)")
Module.validate(closed_engine, 5)
Module.validate(closed_engine, b"\0asm\1\0\0\0")
Module.deserialize(closed_engine, 5)
Module.deserialize(closed_engine, b"nonsense")
Module.deserialize_file(closed_engine, "/no/such/file")
closed_store.set_wasi(config)
store.set_wasi(config)
instance.exports(store) is instance.exports(5)

# Copies.
type(copy.copy(func)).__name__
copy.copy(func)(store)
copy.copy(func) is func
copy.copy(func) == func
