"""A process that has used an engine, and forks."""

from __future__ import annotations

import children

COMPILING = """
    import os, sys, threading
    from anywasm.wasmtime import *
    large = "(module" + '(func (result i32) (i32.add (i32.const 1) (i32.const 2)))' * 300 + '(func (export "f")))'
    engine = Engine()
    Module(engine, large)

    def compiles():
        # With the engine of before, and with a new one.
        for each in (engine, Engine()):
            store = Store(each)
            Instance(store, Module(each, large), []).exports(store)["f"](store)
            taking = Module(each, '(module (func (export "take") (param funcref)))')
            if "funcref" in each.capabilities:
                take = Instance(store, taking, []).exports(store)["take"]
                take(store, Func(store, FuncType([], []), lambda: None))

    def in_a_child(work):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                work()
                status = 0
            finally:
                os._exit(status)
        assert os.waitpid(child, 0)[1] == 0

    def in_threads():
        threads = [threading.Thread(target=compiles) for _ in range(4)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]

    in_a_child(compiles)
    in_a_child(in_threads)
    in_a_child(lambda: (compiles(), in_a_child(compiles), compiles()))
    compiles()
    print("went on")
"""


def test_a_forked_child_compiles(engine: str) -> None:
    assert children.run(engine, COMPILING, timeout=60) == "went on\n"
