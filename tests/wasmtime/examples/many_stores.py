"""One module, prepared once, in many stores on many threads."""

from concurrent.futures import ThreadPoolExecutor

from wasmtime import Engine, FuncType, InstancePre, Linker, Module, Store, ValType

engine = Engine()
linker = Linker(engine)
linker.define_func("env", "seed", FuncType([], [ValType.i32()]), lambda: 3)
module = Module(
    engine,
    """(module (import "env" "seed" (func $seed (result i32))) (func (export "power") (param $n i32) (result i32)
      (local $r i32) (local.set $r (i32.const 1))
      (loop $again (local.set $r (i32.mul (local.get $r) (call $seed)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) (local.get $r)))""",
)
pre: InstancePre = linker.instantiate_pre(module)
assert [each.name for each in pre.module.imports] == ["seed"]


def power(n: int) -> int:
    store = Store(engine)
    result = pre.instantiate(store).exports(store)["power"](store, n)
    assert isinstance(result, int)
    return result


with ThreadPoolExecutor(4) as pool:
    assert list(pool.map(power, range(1, 20))) == [3**n for n in range(1, 20)]
