"""Greenlets that switch inside host functions: what an engine cannot do is refused before anything breaks.

Each test runs in a process of its own. What needs no stack of its own, generators and asyncio, needs no care.
"""

from __future__ import annotations

from importlib.util import find_spec

import pytest

import children
from drivers import Driver

pytestmark = pytest.mark.skipif(not find_spec("greenlet"), reason="needs the package greenlet")

PRELUDE = """
    import asyncio, sys, threading
    if sys.argv[2:] != ["later"]:
        import greenlet
    from drivers import STYLES
    style = STYLES[sys.argv[1]]
    GUEST = '''(module (import "env" "host" (func $host (param i32) (result i32)))
        (func (export "go") (param i32) (result i32) (call $host (local.get 0)))
        (func (export "double") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
        (func (export "trap") unreachable))'''

    class Guest:
        def __init__(self, host):
            self.wasm = style()
            module = self.wasm.compile(GUEST)
            imports = {"host": self.wasm.func(["i32"], ["i32"], host)}
            instance = self.wasm.instantiate(module, imports)
            self.go, self.double, self.trap = (self.wasm.export(instance, name) for name in ("go", "double", "trap"))

        def call(self, name, *args):
            return self.wasm.call(getattr(self, name), *args)

    main = sys.argv[2:] != ["later"] and greenlet.getcurrent()
    switching = lambda x: main.switch() or x * 10

    def refused(work, error):
        try:
            work()
        except error as caught:
            assert "suspended in another greenlet of this thread" in str(caught), caught
            assert "use a thread for each guest" in str(caught), caught
            return
        raise AssertionError("not refused")
"""

#: Cases that every engine handles.
CASES = {
    "a host function that is suspended goes on": """
        guest = Guest(switching)
        one = greenlet.greenlet(lambda: guest.call("go", 1))
        assert one.switch() == ()
        assert one.switch() == 10
        assert guest.call("double", 4) == 8
    """,
    "a host function raises after it was suspended": """
        class Mistake(Exception):
            pass
        def host(x):
            main.switch()
            raise Mistake(x)
        guest = Guest(host)
        one = greenlet.greenlet(lambda: guest.call("go", 1))
        one.switch()
        try:
            one.switch()
        except Mistake as mistake:
            assert mistake.args == (1,)
        assert guest.call("double", 4) == 8
    """,
    "a greenlet ends inside a host function": """
        guest = Guest(switching)
        one = greenlet.greenlet(lambda: guest.call("go", 1))
        one.switch()
        one.throw()
        assert one.dead
        assert guest.call("double", 4) == 8
    """,
    "the same guest is refused while it is suspended": """
        guest = Guest(switching)
        one = greenlet.greenlet(lambda: guest.call("go", 1))
        for _ in range(3):
            one = greenlet.greenlet(lambda: guest.call("go", 1))
            one.switch()
            refused(lambda: guest.call("double", 4), guest.wasm.error)
            refused(lambda: greenlet.greenlet(lambda: guest.call("go", 2)).switch(), guest.wasm.error)
            assert one.switch() == 10
            assert guest.call("double", 4) == 8
    """,
    "guests in turns, one after the other": """
        first, second = Guest(switching), Guest(switching)
        for _ in range(100):
            one, two = greenlet.greenlet(lambda: first.call("go", 1)), greenlet.greenlet(lambda: second.call("go", 2))
            one.switch()
            assert one.switch() == 10
            two.switch()
            assert two.switch() == 20
    """,
    "nested calls in one greenlet": """
        def host(x):
            main.switch()
            return guest.call("go", x - 1) + guest.call("double", 1) if x else 0
        guest = Guest(host)
        one = greenlet.greenlet(lambda: guest.call("go", 5))
        while not one.dead:
            result = one.switch()
        assert result == 10
    """,
    "a stream of WASI switches": """
        class Stream:
            def write(self, data):
                main.switch()
                return len(data)
        wasm = style()
        module = wasm.compile(r'''(module (import "wasi_snapshot_preview1" "fd_write"
            (func $write (param i32 i32 i32 i32) (result i32))) (memory (export "memory") 1)
            (data (i32.const 0) "\\10\\00\\00\\00\\01\\00\\00\\00") (func (export "_start")
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))))''')
        start = wasm.export(wasm.instantiate_wasi(module, stdout=Stream()), "_start")
        one = greenlet.greenlet(lambda: wasm.call(start))
        one.switch()
        refused(lambda: wasm.call(start), wasm.error)
        one.switch()
        assert one.dead
    """,
    "each thread has its own guests": """
        def work(results):
            main = greenlet.getcurrent()
            guest = Guest(lambda x: main.switch() or x * 10)
            one = greenlet.greenlet(lambda: guest.call("go", 1))
            one.switch()
            barrier.wait()
            results.append(one.switch())
        results, barrier = [], threading.Barrier(4)
        threads = [threading.Thread(target=work, args=(results,)) for _ in range(4)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert results == [10] * 4
    """,
    "a hub runs many greenlets, each of which waits for the guest": """
        # As a program with gevent does it: a lock lets one greenlet at a time run a guest of the thread.
        waiting, ready, results, is_busy = [], [], [], False
        hub = greenlet.getcurrent()
        def sleep():
            ready.append(greenlet.getcurrent())
            hub.switch()
        def host(x):
            sleep()
            return x * 10
        def work(number):
            global is_busy
            while is_busy:
                sleep()
            is_busy = True
            results.append(guests[number % 2].call("go", number))
            is_busy = False
        guests = [Guest(host), Guest(host)]
        ready.extend(greenlet.greenlet(lambda number=number: work(number)) for number in range(20))
        while ready:
            ready.pop(0).switch()
        assert sorted(results) == [number * 10 for number in range(20)]
    """,
    "generators": """
        def generator(guest, name):
            for number in range(10):
                yield guest.call(name, number)
        steps = []
        def host(x):
            steps.append(next(inner))
            return x
        guest = Guest(host)
        inner, other = generator(guest, "double"), generator(guest, "double")
        assert [pair for pair in zip(generator(guest, "go"), other)] == [(n, 2 * n) for n in range(10)]
        assert steps == [2 * n for n in range(10)]
    """,
    "asyncio": """
        async def work(number):
            result = []
            for _ in range(10):
                result.append(guest.call("go", number))
                await asyncio.sleep(0)
            return result
        async def everything():
            return await asyncio.gather(*(work(number) for number in range(10)))
        # A host function may run an event loop of its own.
        guest = Guest(lambda x: loop.run_until_complete(asyncio.sleep(0, x + 1)))
        loop = asyncio.new_event_loop()
        assert guest.call("go", 1) == 2
        guest = Guest(lambda x: guest.call("double", x))
        assert asyncio.run(everything()) == [[2 * number] * 10 for number in range(10)]
    """,
}


def run(wasm: Driver, request: pytest.FixtureRequest, code: str, *args: str) -> str:
    engine, style = request.node.callspec.params["wasm"]
    return children.run(engine, children.joined(PRELUDE, code, 'print("ok")'), style, *args)


@pytest.mark.parametrize("case", CASES)
def test_greenlets(wasm: Driver, case: str, request: pytest.FixtureRequest) -> None:
    assert run(wasm, request, CASES[case]) == "ok\n"


def test_a_second_guest_runs_while_the_first_is_suspended_or_is_refused(
    wasm: Driver, request: pytest.FixtureRequest
) -> None:
    code = """
        first, second = Guest(switching), Guest(switching)
        one, two = greenlet.greenlet(lambda: first.call("go", 1)), greenlet.greenlet(lambda: second.call("go", 2))
        one.switch()
        try:
            two.switch()
        except second.wasm.error as error:
            refused(lambda: second.call("double", 1), second.wasm.error)
            refused(lambda: second.wasm.instantiate(second.wasm.compile("(module)")), second.wasm.error)
            assert one.switch() == 10
        else:
            # The first one returns first, although it was called first.
            assert one.switch() == 10
            assert two.switch() == 20
        for guest in first, second:
            assert guest.call("double", 4) == 8
            try:
                guest.call("trap")
            except guest.wasm.trap:
                pass
    """
    assert run(wasm, request, code) == "ok\n"


def test_the_package_is_first_imported_inside_a_host_function(wasm: Driver, request: pytest.FixtureRequest) -> None:
    code = """
        def host(x):
            import greenlet
            main = greenlet.getcurrent()
            def in_another():
                refused(lambda: guest.call("double", 1), guest.wasm.error)
                main.switch()
            greenlet.greenlet(in_another).switch()
            return guest.call("double", x)
        guest = Guest(host)
        assert "greenlet" not in sys.modules
        assert guest.call("go", 1) == 2
        assert guest.call("go", 2) == 4
    """
    assert run(wasm, request, code, "later") == "ok\n"
