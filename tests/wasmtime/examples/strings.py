"""Text out of a guest's memory, through the caller."""

from wasmtime import Caller, Engine, FuncType, Linker, Memory, Module, Store, ValType

lines: list[str] = []


def log(caller: Caller, address: int, length: int) -> None:
    memory = caller.get("memory")
    assert isinstance(memory, Memory)
    lines.append(memory.read(caller, address, address + length).decode())


engine = Engine()
linker = Linker(engine)
linker.define_func("env", "log", FuncType([ValType.i32(), ValType.i32()], []), log, access_caller=True)
module = Module(
    engine,
    """(module (import "env" "log" (func $log (param i32 i32))) (memory (export "memory") 1)
    (data (i32.const 16) "from a start function") (data (i32.const 64) "from an export")
    (func $start (call $log (i32.const 16) (i32.const 21))) (start $start)
    (func (export "run") (call $log (i32.const 64) (i32.const 14))))""",
)
with Store(engine) as store:
    linker.instantiate(store, module).exports(store)["run"](store)
assert lines == ["from a start function", "from an export"]
