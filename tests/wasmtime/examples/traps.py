"""What a trap tells."""

from wasmtime import Func, FuncType, Instance, Module, Store, Trap, TrapCode, WasmtimeError

store = Store()
module = Module(
    store.engine,
    """(module $broken (import "" "fail" (func $fail))
    (func $inner unreachable) (func (export "trap") (call $inner)) (func (export "fail") (call $fail)))""",
)


class HostError(Exception):
    pass


def fail() -> None:
    raise HostError("of the host")


exports = Instance(store, module, [Func(store, FuncType([], []), fail)]).exports(store)
caught: list[Exception] = []
for name in ("trap", "fail"):
    try:
        exports[name](store)
    except (Trap, HostError) as error:
        caught.append(error)

trap, failure = caught
assert isinstance(trap, Trap)
assert not isinstance(trap, WasmtimeError)
assert "unreachable" in trap.message
assert trap.trap_code is TrapCode.UNREACHABLE
for frame in trap.frames:
    print(frame.module_name, frame.func_name, frame.func_index, hex(frame.module_offset))
assert isinstance(failure, HostError)
assert str(failure) == "of the host"
