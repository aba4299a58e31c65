"""A function of two numbers, from a file."""

import tempfile
from pathlib import Path

from wasmtime import Func, Instance, Module, Store

GCD = """(module (func $gcd (export "gcd") (param i32 i32) (result i32)
  (if (result i32) (i32.eqz (local.get 1)) (then (local.get 0))
    (else (call $gcd (local.get 1) (i32.rem_u (local.get 0) (local.get 1)))))))"""

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "gcd.wat"
    path.write_text(GCD)
    store = Store()
    module = Module.from_file(store.engine, path)
    instance = Instance(store, module, [])
    gcd = instance.exports(store)["gcd"]
    assert isinstance(gcd, Func)
    print(f"gcd(6, 27) = {gcd(store, 6, 27)}")
    assert gcd(store, 6, 27) == 3
