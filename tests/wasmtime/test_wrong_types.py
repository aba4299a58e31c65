"""Arguments of the wrong type: errors of the classes that wasmtime-py raises, which are TypeErrors too.

`tests/parity/probes/wasmtime/wrong_types.py` compares classes and texts with wasmtime-py.
"""

from __future__ import annotations

import copy
import ctypes
import pickle
import sys
from collections.abc import Callable
from typing import Any

import pytest

from anywasm.wasmtime import (
    Caller,
    Func,
    FuncType,
    Instance,
    Limits,
    Linker,
    Memory,
    MemoryType,
    Module,
    Store,
    Table,
    TableType,
    Trap,
    Val,
    ValType,
    WasiConfig,
    WasmtimeError,
)
from anywasm.wasmtime.trap import with_context

FUNCREF = ValType.funcref()
NO: Any = 5


def _call_with(store: Store, value: Any) -> None:
    Func(store, FuncType([FUNCREF], []), lambda function: None)(store, value)


def _from_caller(store: Store) -> None:
    def host(caller: Caller) -> None:
        caller.get(NO)

    Func(store, FuncType([], []), host, access_caller=True)(store)


def _set(name: str, value: Any) -> None:
    setattr(WasiConfig(), name, value)


#: What misses an attribute of its argument in wasmtime-py, and the type that the error's note tells.
MISSED: dict[str, tuple[Callable[[Store], Any], str]] = {
    "no store": (lambda store: Memory(NO, MemoryType(Limits(1, None))), "a Store"),
    "no store of a function": (lambda store: Func(store, FuncType([], []), print)(NO), "a Store"),
    "no engine": (lambda store: Linker(NO), "an Engine"),
    "no engine to validate for": (lambda store: Module.validate(NO, b""), "an Engine"),
    "no module": (lambda store: Instance(store, NO, []), "a Module"),
    "no memory type": (lambda store: Memory(store, NO), "a MemoryType"),
    "no table type": (lambda store: Table(store, NO, None), "a TableType"),
    "no function": (lambda store: _call_with(store, Val.funcref(NO)), "a Func"),
    "no name": (lambda store: Linker(store.engine).define_func("a", NO, FuncType([], []), print), "a str"),
    "no name of an export": (_from_caller, "a str"),
    "no message": (lambda store: Trap(NO), "a str"),
    "no message of an error": (lambda store: WasmtimeError(NO), "a str"),
    "no config": (lambda store: store.set_wasi(NO), "a WasiConfig"),
    "no argument": (lambda store: _set("argv", [NO]), "a str"),
    "no path": (lambda store: _set("stdin_file", NO), "a path"),
}

#: What is no integer for ctypes in wasmtime-py.
REFUSED: dict[str, Callable[[Store], Any]] = {
    "growth": lambda store: Memory(store, MemoryType(Limits(1, None))).grow(store, 1.5),  # type: ignore[arg-type]
    "index": lambda store: Table(store, TableType(FUNCREF, Limits(1, None)), None).get(store, "a"),  # type: ignore[arg-type]
    "minimum": lambda store: MemoryType(Limits(1.5, None)),  # type: ignore[arg-type]
}


def _caught(call: Callable[[Store], Any], store: Store, cls: type[Exception]) -> TypeError:
    """What the call raises, which is of this class, and a TypeError."""
    with pytest.raises(cls):
        call(store)
    with pytest.raises(TypeError) as caught:
        call(store)
    return caught.value


def _notes(error: TypeError) -> list[str]:
    return getattr(error, "__notes__", []) if sys.version_info >= (3, 11) else []


@pytest.mark.parametrize("case", MISSED)
def test_a_missing_attribute(store: Store, case: str) -> None:
    call, expected = MISSED[case]
    error = _caught(call, store, AttributeError)
    assert str(error).startswith("'int' object has no attribute ")
    assert "_core" not in str(error)
    if sys.version_info >= (3, 11):
        assert _notes(error) == [f"expected {expected}, not 'int'"]


@pytest.mark.parametrize("case", REFUSED)
def test_no_integer(store: Store, case: str) -> None:
    error = _caught(REFUSED[case], store, ctypes.ArgumentError)
    assert str(error).endswith(": TypeError: wrong type")
    if sys.version_info >= (3, 11):
        assert _notes(error)[0].startswith("expected an int, not '")


@pytest.mark.parametrize("case", ["no message", "no engine"])
def test_the_errors_can_be_sent_to_another_process(store: Store, case: str) -> None:
    error = _caught(MISSED[case][0], store, AttributeError)
    assert str(pickle.loads(pickle.dumps(error))) == str(copy.copy(error)) == str(error)


def test_an_object_with_the_attribute_is_of_the_wrong_type_too(store: Store) -> None:
    odd: Any = store
    with pytest.raises(TypeError, match=r"^expected an Engine$"):
        Linker(odd)
    with pytest.raises(TypeError, match=r"^expected a MemoryType$"):
        Memory(store, odd)


def test_an_error_of_a_store_like_object_is_its_own(store: Store) -> None:
    class Broken:
        def _context(self) -> Any:
            raise AttributeError("its own")

    broken: Any = Broken()
    memory = Memory(store, MemoryType(Limits(1, None)))
    for call in (lambda: memory.size(broken), lambda: Memory(broken, MemoryType(Limits(1, None)))):
        with pytest.raises(AttributeError, match=r"^its own$") as caught:
            call()
        assert not isinstance(caught.value, TypeError)


def test_a_set_config_stays_usable_if_the_store_is_closed(store: Store) -> None:
    closed, config = Store(store.engine), WasiConfig()
    closed.close()
    with pytest.raises(ValueError, match=r"^already closed$"):
        closed.set_wasi(config)
    store.set_wasi(config)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "context\n\nCaused by:\n    a\n"),
        ("a\n\nCaused by:\n    b\n", "context\n\nCaused by:\n    0: a\n    1: b\n"),
        (
            "a\n    0: frame\n\nCaused by:\n    0: b\n    1: c\n",
            "context\n\nCaused by:\n    0: a\n    0: frame\n    1: b\n    2: c\n",
        ),
    ],
)
def test_one_more_cause(text: str, expected: str) -> None:
    assert with_context("context", text) == expected
