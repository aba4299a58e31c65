"""Host functions: arguments, results, exceptions, recursion."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from drivers import Driver


def importing(params: str, results: str, args: str) -> str:
    signature = (f"(param {params})" if params else "") + (f"(result {results})" if results else "")
    return f"""(module (import "env" "f" (func $f {signature}))
        (func (export "run") {signature} (call $f {args})))"""


def test_arguments_and_result(wasm: Driver) -> None:
    seen: list[Any] = []

    def host(*args: Any) -> float:
        seen.append(args)
        return 4.5

    func = wasm.func(["i32", "i64", "f32", "f64"], ["f64"], host)
    args = " ".join(f"(local.get {i})" for i in range(4))
    source = importing("i32 i64 f32 f64", "f64", args)
    assert wasm.run(source, "run", -1, 2**40, 0.5, 1.25, imports={"f": func}) == 4.5
    assert seen == [(-1, 2**40, 0.5, 1.25)]


def test_several_results(wasm: Driver) -> None:
    func = wasm.func(["i32"], ["i64", "i32"], lambda x: (2 * x, x))
    results = wasm.run(importing("i32", "i64 i32", "(local.get 0)"), "run", 21, imports={"f": func})
    assert list(results) == [42, 21]


def test_no_result(wasm: Driver) -> None:
    calls: list[int] = []
    func = wasm.func(["i32"], [], calls.append)
    assert wasm.run(importing("i32", "", "(local.get 0)"), "run", 3, imports={"f": func}) is None
    assert calls == [3]


@pytest.mark.parametrize("value", [2**31, -1, 2**32 - 1, True])
def test_unusual_integers_are_converted(wasm: Driver, value: int) -> None:
    func = wasm.func([], ["i32"], lambda: value)
    result = wasm.run(importing("", "i32", ""), "run", imports={"f": func})
    assert result % 2**32 == int(value) % 2**32


@pytest.mark.parametrize("bad", ["x", None, object(), 1.5])
def test_a_wrong_result_is_an_error(wasm: Driver, bad: object) -> None:
    func = wasm.func([], ["i32"], lambda: bad)
    with pytest.raises((TypeError, wasm.error)):
        wasm.run(importing("", "i32", ""), "run", imports={"f": func})


class Custom(Exception):
    pass


@pytest.mark.parametrize("kind", [Custom, KeyError, KeyboardInterrupt, SystemExit, StopIteration, MemoryError])
def test_an_exception_comes_back_as_itself(wasm: Driver, kind: type[BaseException]) -> None:
    error = kind("on purpose")

    def host() -> None:
        raise error

    with pytest.raises(kind) as caught:
        wasm.run(importing("", "", ""), "run", imports={"f": wasm.func([], [], host)})
    assert caught.value is error
    assert any("test_host.py" in entry.path.name for entry in caught.traceback)


def test_an_exception_in_a_start_function(wasm: Driver) -> None:
    def host() -> None:
        raise Custom

    source = '(module (import "env" "f" (func $f)) (start $f))'
    with pytest.raises(Custom):
        wasm.instantiate(wasm.compile(source), {"f": wasm.func([], [], host)})


def test_an_exception_that_is_false_is_raised_too(wasm: Driver) -> None:
    class Empty(Exception):
        def __len__(self) -> int:
            return 0

    def host() -> None:
        raise Empty

    with pytest.raises(Empty):
        wasm.run(importing("", "", ""), "run", imports={"f": wasm.func([], [], host)})


def test_recursion_through_the_host(wasm: Driver) -> None:
    def host(n: int) -> int:
        return n if n == 0 else wasm.call(run, n - 1) + 1

    source = importing("i32", "i32", "(local.get 0)")
    instance = wasm.instantiate(wasm.compile(source), {"f": wasm.func(["i32"], ["i32"], host)})
    run = wasm.export(instance, "run")
    assert wasm.call(run, 50) == 50


@pytest.mark.exhausts_the_stack
def test_endless_recursion_through_the_host(wasm: Driver) -> None:
    def host() -> None:
        wasm.call(run)

    instance = wasm.instantiate(wasm.compile(importing("", "", "")), {"f": wasm.func([], [], host)})
    run = wasm.export(instance, "run")
    with pytest.raises((RecursionError, wasm.trap)):
        wasm.call(run)


def test_an_inner_failure_that_was_handled_is_gone(wasm: Driver) -> None:
    source = """(module (import "env" "f" (func $f (result i32)))
        (func (export "trap") unreachable) (func (export "run") (result i32) (call $f)))"""

    def host() -> int:
        for failing in (trap, wasm.func([], [], failing_host)):
            with pytest.raises((wasm.trap, Custom)):
                wasm.call(failing)
        return 7

    def failing_host() -> None:
        raise Custom

    instance = wasm.instantiate(wasm.compile(source), {"f": wasm.func([], ["i32"], host)})
    trap, run = wasm.export(instance, "trap"), wasm.export(instance, "run")
    assert wasm.call(run) == 7


def test_a_host_function_called_from_python(wasm: Driver) -> None:
    func = wasm.func(["i32", "i32"], ["i32"], lambda a, b: a - b)
    assert wasm.call(func, 5, 3) == 2


def test_an_export_as_import(wasm: Driver) -> None:
    double = '(module (func (export "f") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2))))'
    exported = wasm.export(wasm.instantiate(wasm.compile(double)), "f")
    source = importing("i32", "i32", "(local.get 0)")
    assert wasm.run(source, "run", 21, imports={"f": exported}) == 42


def test_a_host_function_that_refers_to_its_instance_is_collected(wasm: Driver) -> None:
    class Owner:
        def call(self) -> None: ...

    owner = Owner()
    alive = weakref.ref(owner)
    func = wasm.func([], [], owner.call)
    owner.instance = wasm.instantiate(wasm.compile(importing("", "", "")), {"f": func})  # type: ignore[attr-defined]
    wasm.call(wasm.export(owner.instance, "run"))  # type: ignore[attr-defined]
    del owner, func
    del wasm.store  # type: ignore[attr-defined]
    gc.collect()
    assert alive() is None
