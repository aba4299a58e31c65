"""Modules linked by name: one exports what the other imports."""

from wasmtime import Engine, FuncType, Linker, Module, Store, ValType

engine = Engine()
store = Store(engine)
printed: list[int] = []

linker = Linker(engine)
linker.define_func("host", "print", FuncType([ValType.i32()], []), lambda value: printed.append(value))

library = Module(
    engine,
    """(module (import "host" "print" (func $print (param i32))) (memory (export "memory") 1)
    (func (export "double") (param i32) (result i32) (call $print (local.get 0))
      (i32.shl (local.get 0) (i32.const 1))))""",
)
program = Module(
    engine,
    """(module (import "library" "double" (func $double (param i32) (result i32)))
    (import "library" "memory" (memory 1))
    (func (export "run") (result i32) (call $double (call $double (i32.const 5)))))""",
)

linker.define_instance(store, "library", linker.instantiate(store, library))
run = linker.instantiate(store, program).exports(store)["run"]
assert run(store) == 20
assert printed == [5, 10]

other = Linker(engine)
other.allow_shadowing = True
other.define_unknown_imports_as_traps(library)
other.define_module(store, "library", library)
assert other.get_default(store, "nothing at all")(store) is None
