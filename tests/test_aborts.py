"""What makes an engine abort never reaches it: each case runs in a process of its own, on every engine.

The cases are those in which some engine's C API ends the process: types that `wasm.h` has no word for in signatures,
globals and tables; values of such types; 64-bit and shared memories; messages without a NUL; limits beyond 32 bits.
"""

from __future__ import annotations

import textwrap

import pytest

import children

# Each case may succeed or raise an exception of the style or TypeError; the process must go on either way.
CASES = {
    "v128 in an export": """
        exports = instantiate('(module (func (export "f") (param v128)) (func (export "g") (result v128) unreachable))')
        attempt(lambda: exports["f"](store, 0))
        attempt(lambda: exports["g"](store))
        attempt(lambda: exports["f"].type(store))""",
    "v128 in an import": """
        module = Module(store.engine, '(module (import "" "" (func (param v128) (result v128))))')
        attempt(lambda: str(module.imports[0].type.params))
        attempt(lambda: Instance(store, module, [Func(store, module.imports[0].type, lambda x: x)]))""",
    "v128 in a global": """
        exports = instantiate('(module (global (export "g") (mut v128) (v128.const i64x2 1 2)))')
        attempt(lambda: exports["g"].value(store))
        attempt(lambda: exports["g"].set_value(store, 5))""",
    "externref, null and not": """
        exports = instantiate('''(module (func (export "f") (param externref) (result externref) (local.get 0))
            (global (export "g") (mut externref) (ref.null extern)) (table (export "t") 2 externref))''')
        for value in (None, object()):
            attempt(lambda: exports["f"](store, value))
            attempt(lambda: exports["g"].set_value(store, value))
            attempt(lambda: exports["t"].set(store, 0, value))
            attempt(lambda: exports["t"].grow(store, 1, value))
        attempt(lambda: exports["g"].value(store))
        attempt(lambda: exports["t"].get(store, 0))""",
    "externref from the host": """
        ref = ValType.externref()
        for make in (lambda: Func(store, FuncType([ref], [ref]), lambda x: x),
                     lambda: Global(store, GlobalType(ref, True), None),
                     lambda: Table(store, TableType(ref, Limits(1, None)), None)):
            attempt(make)
        attempt(lambda: Func(store, FuncType([ref], [ref]), lambda x: x)(store, None))""",
    "references of other types": """
        attempt(lambda: instantiate('''(module (type $f (func)) (func (export "f") (param (ref null $f)))
            (func (export "g") (result (ref $f)) unreachable) (global (export "h") anyref (ref.null any))
            (table (export "t") 1 (ref null $f)) (func (export "e") (param exnref)))'''))
        exports = attempt(lambda: instantiate('''(module (type $f (func)) (func (export "f") (param (ref null $f)))
            (global (export "h") anyref (ref.null any)) (table (export "t") 1 (ref null $f)))'''))
        if exports:
            attempt(lambda: exports["f"](store, None))
            attempt(lambda: exports["h"].value(store))
            attempt(lambda: exports["t"].get(store, 0))
            attempt(lambda: exports["t"].set(store, 0, None))""",
    "a table that grows without end": """
        import resource
        in_use = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (in_use + (3 << 30), -1))
        exports = instantiate('''(module (table 1 funcref)
            (func (export "f") (loop
              (br_if 0 (i32.ge_s (table.grow (ref.null func) (i32.const 1000000)) (i32.const 0)))))
            (func (export "g") (result i32) (table.grow (ref.null func) (i32.const -2))))''')
        attempt(lambda: exports["f"](store))
        assert attempt(lambda: exports["g"](store)) == -1""",
    "growth without end, on a small stack too": """
        import threading
        def grow():
            exports = instantiate('''(module (memory 1 3) (table 1 3 funcref)
                (func (export "size") (result i32) memory.size)
                (func (export "memory") (param i32) (param i32) (result i32)
                  (loop (result i32) (memory.grow (local.get 1))
                    (br_if 1 (i32.eqz (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) drop (br 0)))
                (func (export "table") (param i32) (param i32) (result i32)
                  (loop (result i32) (table.grow (ref.null func) (local.get 1))
                    (br_if 1 (i32.eqz (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) drop (br 0))))''')
            assert exports["memory"](store, 1000, 0) == 1 and exports["memory"](store, 1, 1) == 1
            assert exports["table"](store, 1000, 0) == 1 and exports["table"](store, 1, 1) == 1
            assert exports["size"](store) == 2
            assert exports["memory"](store, 300_000, 7) == -1 and exports["table"](store, 300_000, 7) == -1
        grow()
        threading.stack_size(256 << 10)
        thread = threading.Thread(target=grow)
        thread.start()
        thread.join()
        threading.stack_size(0)""",
    "many large tables": """
        import resource
        in_use = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (in_use + (3 << 30), -1))
        attempt(lambda: instantiate("(module " + "(table 10000000 funcref)" * 100 + ")"))""",
    "a host function as a reference": """
        ref = ValType.funcref()
        host = Func(store, FuncType([], []), lambda: None)
        exports = instantiate('''(module (table (export "t") 2 funcref)
            (global (export "g") (mut funcref) (ref.null func))
            (func (export "f") (param funcref) (result funcref) (local.get 0)))''')
        attempt(lambda: exports["t"].set(store, 0, host))
        attempt(lambda: exports["t"].grow(store, 1, host))
        attempt(lambda: exports["g"].set_value(store, host))
        attempt(lambda: exports["f"](store, host))
        attempt(lambda: Table(store, TableType(ref, Limits(1, None)), host))
        attempt(lambda: Global(store, GlobalType(ref, True), host))
        attempt(lambda: Func(store, FuncType([], [ref]), lambda: host)(store))""",
    "memories with 64-bit addresses": """
        exports = attempt(lambda: instantiate('(module (memory (export "m") i64 1 0x1000000000) (memory i64 0))'))
        if exports:
            memory = exports["m"]
            for use in (lambda: memory.size(store), lambda: memory.grow(store, 1), lambda: memory.grow(store, 2**40),
                        lambda: memory.type(store).limits.max, lambda: memory.read(store, 0, 4),
                        lambda: memory.write(store, b"x", 5), lambda: memory.data_ptr(store)):
                attempt(use)
        attempt(lambda: Memory(store, MemoryType(Limits(1, 2**40), is_64=True)))
        attempt(lambda: Memory(store, MemoryType(Limits(2**40, None), is_64=True)))""",
    "tables with 64-bit indices": """
        exports = attempt(lambda: instantiate('(module (table (export "t") i64 1 0x1000000000 funcref))'))
        if exports:
            for use in (lambda: exports["t"].size(store), lambda: exports["t"].grow(store, 2**33, None),
                        lambda: exports["t"].get(store, 2**33), lambda: exports["t"].type(store)):
                attempt(use)""",
    "shared memories": """
        exports = attempt(lambda: instantiate('(module (memory (export "m") 1 2 shared) (func (export "f")))'))
        if exports:
            attempt(lambda: exports["f"](store))
            attempt(lambda: exports["m"].size(store))
        attempt(lambda: Memory(store, MemoryType(Limits(1, 2), shared=True)))""",
    "tags and exceptions": """
        exports = attempt(lambda: instantiate('''(module (tag $t (export "t") (param i32))
            (func (export "f") (throw $t (i32.const 1))))'''))
        if exports:
            attempt(lambda: exports["t"])
            for _ in range(3):
                attempt(lambda: exports["f"](store))""",
    "sizes that overflow": """
        for source in ('(module (memory (export "m") i64 0 0x1000000000000))',
                       '(module (import "" "" (memory i64 0 0x1000000000000)))',
                       '(module (memory (export "m") i64 0 0xffffffffffff))', '(module (table 0xffffffff funcref))'):
            exports = attempt(lambda: instantiate(source))
            if exports and "m" in exports:
                attempt(lambda: exports["m"].grow(store, 1))""",
    "more parameters than a function can have": """
        i32 = ValType.i32()
        for params, results in (([i32] * 1001, []), ([], [i32] * 1001)):
            attempt(lambda: Func(store, FuncType(params, results), lambda *args: None))""",
    "a nested call on a thread with a small stack": """
        import threading
        def host():
            attempt(lambda: exports["deep"](store, 10))
            attempt(lambda: exports["forever"](store))
        exports = instantiate('''(module (import "" "" (func $host)) (func (export "go") (call $host))
            (func $deep (export "deep") (param i32) (if (local.get 0)
              (then (call $deep (i32.sub (local.get 0) (i32.const 1))))))
            (func $f (export "forever") (call $f)))''', [Func(store, FuncType([], []), host)])
        for kib in (128, 256, 512, 1024):
            threading.stack_size(kib << 10)
            thread = threading.Thread(target=lambda: [attempt(lambda: exports["go"](store)) for _ in range(3)])
            thread.start()
            thread.join()""",
    "a function reference on a thread with a small stack": """
        import threading
        host = Func(store, FuncType([], []), lambda: None)
        exports = instantiate('(module (table (export "t") 2 funcref))')
        threading.stack_size(128 << 10)
        thread = threading.Thread(target=lambda: attempt(lambda: exports["t"].set(store, 0, host)))
        thread.start()
        thread.join()""",
    "a daemon thread inside a host function at exit": """
        import threading, time
        busy = threading.Event()
        def host():
            busy.set()
            time.sleep(0.001)
        exports = instantiate('''(module (import "" "" (func $host))
            (func (export "go") (loop (call $host) (br 0))))''',
                              [Func(store, FuncType([], []), host)])
        threading.Thread(target=lambda: exports["go"](store), daemon=True).start()
        busy.wait()
        store = Store()""",
    "small pages": """
        attempt(lambda: instantiate('(module (memory (export "m") 1 (pagesize 1)))'))
        attempt(lambda: Memory(store, MemoryType(Limits(1, None), page_size_log2=0)))""",
    "huge sizes": """
        attempt(lambda: Memory(store, MemoryType(Limits(65536, None))).size(store))
        attempt(lambda: Memory(store, MemoryType(Limits(65537, None))))
        attempt(lambda: Table(store, TableType(ValType.funcref(), Limits(2**32 - 1, None)), None))
        attempt(lambda: Table(store, TableType(ValType.funcref(), Limits(2**40, None)), None))
        attempt(lambda: Table(store, TableType(ValType.funcref(), Limits(-1, None)), None))
        attempt(lambda: instantiate('(module (memory 65536 65536))'))""",
    "odd failures of host functions": """
        for error in (Exception(""), Exception("a\\0b"), Exception("\\ud800"), Exception("x" * 10**6), Trap("")):
            def host():
                raise error
            run = instantiate('(module (import "" "" (func $f)) (func (export "run") (call $f)))',
                              [Func(store, FuncType([], []), host)])["run"]
            try:
                run(store)
            except Exception as caught:
                assert caught is error""",
    "odd names": """
        exports = instantiate('(module (func (export "")) (func (export "a\\\\00b")) (func (export "\\\\u{10ffff}")))')
        for name in exports:
            exports[name](store)""",
    "empty and odd modules": """
        for source in ("(module)", "(module (memory 0))", "(module (table 0 funcref))", "(module (start 0) (func))",
                       "(module (func (export \\"f\\") (local i64 i64)))", "(module (memory 1) (memory 1))"):
            attempt(lambda: instantiate(source))
        attempt(lambda: Module(store.engine, b"\\0asm\\x0d\\0\\x01\\0"))""",
    "more modules than there can be": """
        engine = Engine()
        saved = Module(engine, '(module (func (export "f")))').serialize()
        many = (Module.deserialize(engine, saved) for _ in range(35_000))
        attempt(lambda: sum(module is not None for module in many))
        del engine, many""",
    "a thousand parameters and results": """
        many = [ValType.i64()] * 1000
        host = Func(store, FuncType(many, many), lambda *args: args)
        assert host(store, *range(1000)) == list(range(1000))""",
}

PRELUDE = """
    from anywasm.wasmtime import *
    store = Store()

    def instantiate(source, imports=()):
        return Instance(store, Module(store.engine, source), list(imports)).exports(store)

    def attempt(work):
        try:
            return work()
        except (WasmtimeError, Trap, TypeError, OverflowError, ValueError, MemoryError) as error:
            assert str(error), repr(error)
            print(type(error).__name__, str(error).splitlines()[0])
"""

EPILOGUE = """
    assert instantiate('(module (func (export "fine") (result i32) (i32.const 1)))')["fine"](store) == 1
    print("went on")
"""


@pytest.mark.parametrize("case", CASES)
def test_the_process_goes_on(engine: str, case: str) -> None:
    code = "\n".join(map(textwrap.dedent, (PRELUDE, CASES[case], EPILOGUE)))
    assert children.run(engine, code).endswith("went on\n")


def test_the_cases_can_fail(engine: str) -> None:
    with pytest.raises(AssertionError, match="exit -6"):
        children.run(engine, "import os; os.abort()")
