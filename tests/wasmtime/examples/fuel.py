# needs: fuel
"""Guests that may only run for so long: measured in fuel."""

from wasmtime import Config, Engine, Func, Instance, Module, Store, Trap, TrapCode

config = Config()
config.consume_fuel = True
store = Store(Engine(config))
store.set_fuel(10_000)
module = Module(
    store.engine,
    """(module (func $fib (export "fib") (param i32) (result i32)
    (if (result i32) (i32.lt_s (local.get 0) (i32.const 2)) (then (local.get 0))
      (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
        (call $fib (i32.sub (local.get 0) (i32.const 2))))))))""",
)
fib = Instance(store, module, []).exports(store)["fib"]
assert isinstance(fib, Func)
before = store.get_fuel()
assert fib(store, 10) == 55
assert 0 < before - store.get_fuel() < before
code = None
try:
    fib(store, 30)
except Trap as trap:
    code = trap.trap_code
assert code is TrapCode.OUT_OF_FUEL
