"""A sieve that reports its primes to the host, which stops it by an exception: wasmtime-py."""

import sys

import wasmtime
from wasmtime import Engine, Func, FuncType, Instance, Module, Store, Trap, ValType, WasmtimeError

GUEST = """
(module $sieve
  (import "env" "found" (func $found (param i32)))
  (memory (export "memory") 1)
  (func $sieve (export "sieve") (param $limit i32)
    (local $n i32) (local $multiple i32)
    (local.set $n (i32.const 2))
    (loop $next
      (if (i32.eqz (i32.load8_u (local.get $n)))
        (then
          (call $found (local.get $n))
          (local.set $multiple (i32.mul (local.get $n) (i32.const 2)))
          (block $done (loop $strike
            (br_if $done (i32.gt_u (local.get $multiple) (local.get $limit)))
            (i32.store8 (local.get $multiple) (i32.const 1))
            (local.set $multiple (i32.add (local.get $multiple) (local.get $n)))
            (br $strike)))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $next (i32.le_u (local.get $n) (local.get $limit))))))
"""


class Enough(Exception):
    pass


primes = []
most = int(sys.argv[1])


def found(prime):
    primes.append(prime)
    if len(primes) == most:
        raise Enough


engine = Engine()
store = Store(engine)
module = Module(engine, GUEST)
instance = Instance(store, module, [Func(store, FuncType([ValType.i32()], []), found)])
exports = instance.exports(store)
try:
    exports["sieve"](store, 1000)
except Enough:
    print(primes)
del primes[:]
try:
    exports["sieve"](store, 1 << 20)
except Enough:
    print("enough once more")
except Trap as trap:
    print(isinstance(trap, WasmtimeError), len(primes))
print(bytes(exports["memory"].read(store, 0, 12)), wasmtime.Module is Module)
