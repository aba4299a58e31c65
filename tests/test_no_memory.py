"""There is no memory for something large: a MemoryError, and the process goes on."""

from __future__ import annotations

import pytest

import children
from drivers import Driver

PRELUDE = """
    import resource, sys
    from drivers import STYLES
    from anywasm.wasmtime import Limits, Module, Store, Table, TableType, ValType, WasmtimeError, wat2wasm
    wasm = STYLES[sys.argv[1]]()
    assert wasm.run('(module (func (export "f") (result i32) (i32.const 7)))', "f") == 7
    large_text = "(module" + "(func (param i32) (result i32) (i32.add (local.get 0) (i32.const 12345)))" * 20000 + ")"
    large = bytes(wat2wasm(large_text))
    tables = bytes(wat2wasm("(module (table 9000000 funcref) (func))"))

    def limit(megabytes):
        in_use = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (in_use + (megabytes << 20), -1))

    def free():
        resource.setrlimit(resource.RLIMIT_AS, (-1, -1))

    def refused(work):
        try:
            work()
        except MemoryError as error:
            print(error)
        except wasm.error:
            # The engine itself has reported the lack of memory.
            print("there is not enough memory: the engine")
        except WasmtimeError:
            print("there is not enough memory: the engine")
        else:
            print("done")
"""

#: What is done, how much memory is left in MiB, and how the message begins after the common part.
CASES = {
    "wat2wasm(large_text)": (10, "a module of 1425 KiB needs about"),
    "wasm.compile(large_text)": (10, "a module of 1425 KiB needs about"),
    "wasm.validate(large)": (2, "validating a module of 214 KiB needs about 2 MiB"),
    "wasm.compile(large)": (2, "validating a module of 214 KiB needs about 2 MiB"),
}


@pytest.mark.parametrize("case", CASES)
def test_too_little_memory(wasm: Driver, case: str, request: pytest.FixtureRequest) -> None:
    engine, style = request.node.callspec.params["wasm"]
    megabytes, message = CASES[case]
    code = f"limit({megabytes}); refused(lambda: {case}); free(); refused(lambda: {case})"
    first, second = children.run(engine, children.joined(PRELUDE, code), style).splitlines()
    assert first.startswith(f"there is not enough memory: {message}")
    assert second == "done"


@pytest.mark.parametrize("megabytes", [1, 10, 100])
def test_no_amount_of_memory_ends_the_process(wasm: Driver, megabytes: int, request: pytest.FixtureRequest) -> None:
    engine, style = request.node.callspec.params["wasm"]
    code = f"""
        module = wasm.compile(large)
        data = bytes(module.serialize())
        for work in (lambda: wat2wasm(large_text), lambda: wasm.compile(large), lambda: wasm.load(data),
                     module.serialize, lambda: wasm.instantiate(wasm.compile(tables)),
                     lambda: Table(Store(), TableType(ValType.funcref(), Limits(9_000_000, None)), None)):
            limit({megabytes})
            refused(work)
            free()
        assert wasm.run('(module (func (export "f") (result i32) (i32.const 7)))', "f") == 7
    """
    lines = children.run(engine, children.joined(PRELUDE, code), style).splitlines()
    assert len(lines) == 6
    assert all(line == "done" or line.startswith("there is not enough memory: ") for line in lines), lines
