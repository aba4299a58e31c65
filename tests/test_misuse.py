"""A misuse of any public class raises, or yields a sane object. It never ends the process."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import children
from anywasm import wasmtime
from anywasm.wasmtime import Engine, Func, FuncType, Limits, Memory, MemoryType, Module, Store, ValType
from fuzz.misuse import MISUSES
from fuzz.objects import STYLES, public_classes

STYLE_NAMES = list(STYLES)


@pytest.mark.parametrize("style", STYLE_NAMES)
def test_there_is_an_object_of_each_class(style: str, on_engine: str) -> None:
    classes = {cls for thing in STYLES[style]().values() for cls in type(thing).__mro__}
    # Not every engine has tags, shared memories and stack frames.
    optional = {wasmtime.Tag, wasmtime.SharedMemory, wasmtime.Frame}
    assert public_classes(style) - classes <= optional


@pytest.mark.parametrize("style", STYLE_NAMES)
@pytest.mark.parametrize("kind", MISUSES)
def test_no_misuse_ends_the_process(engine: str, style: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # glibc fills freed memory with these bytes, so that a use of it does not succeed by luck.
    monkeypatch.setenv("MALLOC_PERTURB_", "165")
    code = f"from fuzz.misuse import misuse; misuse({style!r}, {kind!r})"
    assert children.run(engine, code).endswith("done\n")


def test_a_second_init_is_refused(on_engine: str) -> None:
    class Resettable(Store):
        def reset(self) -> None:
            self.__init__()  # type: ignore[misc]

    engine = Engine()
    store = Resettable(engine)
    func = Func(store, FuncType([], []), lambda: None)
    for cls, work in (
        ("Resettable", store.reset),
        ("Engine", lambda: engine.__init__()),  # type: ignore[misc]
        ("Func", lambda: func.__init__(store, FuncType([], []), print)),  # type: ignore[misc]
    ):
        with pytest.raises(ValueError, match=rf"already initialized: `{cls}.__init__` was called twice; create a new"):
            work()
    assert (func(store), store.engine) == (None, engine)


def test_what_can_be_copied(on_engine: str) -> None:
    store = Store()
    func = Func(store, FuncType([ValType.i32()], [ValType.i32()]), lambda number: number + 1)
    func.label = "mine"  # type: ignore[attr-defined]
    copied: Any = copy.copy(func)
    assert (type(copied), copied.label, copied(store, 1), copied(store, 1 << 31)) == (Func, "mine", 2, 1 - (1 << 31))

    class Slotted(Func):
        __slots__ = ("extra",)

    slotted = Slotted(store, FuncType([], []), lambda: None)
    slotted.extra = 5  # type: ignore[attr-defined]
    assert (type(copy.copy(slotted)), copy.copy(slotted).extra) == (Slotted, 5)  # type: ignore[attr-defined]
    raw: Any = Func.__new__(Func)
    with pytest.raises(AttributeError):
        copy.copy(raw)(store)
    raw.label = "mine"
    assert copy.copy(raw).label == "mine"
    memory = Memory(store, MemoryType(Limits(1, None)))
    copy.copy(memory).write(store, b"abc")
    assert memory.read(store, 0, 3) == b"abc"
    for thing in (store, store.engine):
        with pytest.raises(TypeError, match=f"cannot pickle '{type(thing).__name__}' object"):
            copy.copy(thing)
    for thing in (func, store, store.engine, memory, Module(store.engine, "(module)")):
        for work in (copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError, match="cannot pickle '"):
                work(thing)


def test_raw_numbers_are_refused(on_engine: str) -> None:
    store = Store()
    memory = Memory(store, MemoryType(Limits(1, None)))._core_object
    module = store._core_engine_module
    for work in (
        lambda: store._core_own_extern(12345),
        lambda: module.own("extern", module.ffi.cast("aw_store *", 0)),
        lambda: type(store._core_owner)("extern", 12345),
        lambda: object.__new__(type(store._core_owner)),
        lambda: module.call_target(12345, None, b"", b""),
        lambda: module.call_target(store._core_owner, None, b"", b""),
        lambda: module.memory_bytes(12345),
        lambda: module.memory_buffer._core_pinned(12345),
        lambda: module.memory_elements._core_over(12345, 0, "B"),
        lambda: module.new_store(12345),
    ):
        with pytest.raises(TypeError):
            work()
    with pytest.raises(ValueError, match="nothing is owned of the kind 'anything'"):
        module._new_owner("anything", 0)
    assert memory.byte_size() == 65536
