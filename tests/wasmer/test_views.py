"""Typed views: what they read and write, and their rules for everything unusual."""

from __future__ import annotations

import gc
import struct
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import anywasm
from anywasm import core
from anywasm.wasmer import Buffer, Function, FunctionType, Instance, Memory, MemoryType, Module, Store

FORMATS = {
    "uint8_view": "B",
    "int8_view": "b",
    "uint16_view": "H",
    "int16_view": "h",
    "uint32_view": "I",
    "int32_view": "i",
    "uint64_view": "Q",
    "int64_view": "q",
    "float32_view": "f",
    "float64_view": "d",
}
NUMBERS = {
    "f": st.floats(width=32, allow_nan=False),
    "d": st.floats(allow_nan=False),
    **{code: st.integers(0, 256 ** struct.calcsize(code) - 1) for code in "BHIQ"},
    **{
        code: st.integers(-(256 ** struct.calcsize(code)) // 2, 256 ** struct.calcsize(code) // 2 - 1)
        for code in "bhiq"
    },
}


@pytest.fixture
def memory(engine: str) -> Iterator[Memory]:
    with anywasm.use_engine(engine):
        yield Memory(Store(), MemoryType(1))


def never(*_: object) -> Any:
    raise AssertionError("the fast path was left")


@pytest.mark.parametrize("name", FORMATS)
def test_numbers_are_those_of_the_bytes(engine: str, name: str) -> None:
    code = FORMATS[name]
    width = struct.calcsize(code)
    with anywasm.use_engine(engine):
        memory = Memory(Store(), MemoryType(1))
    raw = memory.uint8_view()

    @given(st.lists(NUMBERS[code], min_size=1, max_size=40), st.integers(0, 65536 // width - 40), st.integers(1, 7))
    def check(numbers: list[Any], start: int, step: int) -> None:
        offset = min(start, 3)
        view = getattr(memory, name)(offset)
        first, stop = start - offset, start - offset + len(numbers)
        packed = struct.pack(f"<{len(numbers)}{code}", *numbers)
        view[first:stop] = numbers
        assert bytes(raw[start * width : start * width + len(packed)]) == packed
        assert view[first:stop] == numbers
        assert view[first:stop:step] == numbers[::step]
        assert [view[index] for index in range(first, stop)] == numbers
        view[first:stop] = [0] * len(numbers)
        for index, number in enumerate(numbers):
            view[first + index] = number
        assert view[first:stop] == numbers

    check()


@pytest.mark.parametrize("name", FORMATS)
def test_plain_cases_take_the_fast_path(memory: Memory, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    view = getattr(memory, name)()
    for slow in ("_get_slowly", "_set_slowly", "_count"):
        monkeypatch.setattr(type(view), slow, never)
    number = 7.5 if FORMATS[name] in "fd" else 7
    view[3] = number
    view[4:6] = [number, number]
    view[6:8] = (number, number)
    assert view[3] == number
    assert view[3:8] == [number] * 5
    assert len(view) == 65536 // view.bytes_per_element


def test_bytes_take_the_fast_path(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    view = memory.uint8_view(8)
    monkeypatch.setattr(type(view), "_set_slowly", never)
    view[0:3] = b"abc"
    view[3:6] = bytearray(b"def")
    assert bytes(memory.uint8_view()[8:14]) == b"abcdef"


def test_other_numbers_are_converted(memory: Memory) -> None:
    class Three:
        def __index__(self) -> int:
            return 3

    view, floats = memory.uint8_view(), memory.float64_view(1)
    view[Three()] = Three()  # type: ignore[index]
    view[4] = True
    floats[0] = 3
    floats[1] = Three()
    assert view[3:5] == [3, 1]
    assert floats[0:2] == [3.0, 3.0]


def test_single_floats_become_infinite(memory: Memory) -> None:
    view = memory.float32_view()
    view[0], view[1] = 1e300, -1e300
    view[2:4] = [1e300, 0.1]
    assert view[0:3] == [float("inf"), float("-inf"), float("inf")]
    assert view[3] == struct.unpack("<f", struct.pack("<f", 0.1))[0]


@pytest.mark.parametrize(
    ("name", "value", "error", "text"),
    [
        ("uint8_view", 256, OverflowError, "out of range integral type conversion attempted"),
        ("uint8_view", -1, OverflowError, "out of range integral type conversion attempted"),
        ("int32_view", 2**80, OverflowError, "Python int too large to convert to C long"),
        ("int64_view", 2**63, OverflowError, "Python int too large to convert to C long"),
        ("uint64_view", 2**64, OverflowError, "int too big to convert"),
        ("uint64_view", -1, OverflowError, "can't convert negative int to unsigned"),
        ("float32_view", 10**400, OverflowError, "int too large to convert to float"),
        ("uint8_view", 1.5, TypeError, "'float' object cannot be interpreted as an integer"),
        ("uint8_view", "x", TypeError, "'str' object cannot be interpreted as an integer"),
        ("float64_view", "1.5", TypeError, "must be real number, not str"),
    ],
)
def test_numbers_that_do_not_fit(memory: Memory, name: str, value: Any, error: type[Exception], text: str) -> None:
    view = getattr(memory, name)()
    with pytest.raises(error, match=f"^{text}$"):
        view[0] = value
    with pytest.raises(error, match=f"^{text}$"):
        view[0:2] = [1, value]
    # What came before it is written, as with stock wasmer.
    assert view[0:2] == [1, 0]


@pytest.mark.parametrize(
    ("index", "error", "text"),
    [
        (-1, IndexError, "Out of bound: Index cannot be negative"),
        (65536, IndexError, "Out of bound: Index 65536 is larger than the view size 65536"),
        (2**62, IndexError, f"Out of bound: Index {2**62} is larger than the view size 65536"),
        (2**80, ValueError, "Only integers and slices are valid to represent an index"),
        ("x", ValueError, "Only integers and slices are valid to represent an index"),
        (None, ValueError, "Only integers and slices are valid to represent an index"),
        (slice(5, 2), IndexError, "Slice `5:2` cannot be empty"),
        (slice(None, None, -1), IndexError, "Slice `65535:-1` cannot be empty"),
        (slice(0, 3, 0), ValueError, "slice step cannot be zero"),
    ],
)
def test_places_that_are_none(memory: Memory, index: Any, error: type[Exception], text: str) -> None:
    view = memory.uint8_view()
    with pytest.raises(error, match=f"^{text}$"):
        view[index]
    with pytest.raises(error, match=f"^{text}$"):
        view[index] = []


def test_slices_are_cut_off(memory: Memory) -> None:
    view = memory.uint8_view()
    view[65534:65536] = b"yz"
    assert view[65534:70000] == view[-2:] == [121, 122]
    assert view[2**70 :] == view[4:4] == []


@pytest.mark.parametrize(
    "values", [b"abc", bytearray(b"abc"), memoryview(b"abc"), [97, 98, 99], (97, 98, 99), range(97, 100)]
)
def test_sequences_that_are_assigned(memory: Memory, values: Any) -> None:
    view = memory.uint8_view()
    view[1:4] = values
    view[10:15:2] = values
    assert bytes(view[1:4]) == bytes(view[10:15:2]) == b"abc"


@pytest.mark.parametrize(
    ("values", "error", "text"),
    [
        ([1, 2], IndexError, "Sequence length 2 doesn't match slice length 3"),
        (b"ab", IndexError, "Sequence length 2 doesn't match slice length 3"),
        ({1, 2, 3}, TypeError, "'set' object cannot be converted to 'Sequence'"),
        ({1: 2}, TypeError, "'dict' object cannot be converted to 'Sequence'"),
        (5, TypeError, "'int' object cannot be converted to 'Sequence'"),
        ("abc", TypeError, "'str' object cannot be interpreted as an integer"),
    ],
)
def test_what_is_no_sequence_for_it(memory: Memory, values: Any, error: type[Exception], text: str) -> None:
    view = memory.uint8_view()
    with pytest.raises(error, match=f"^{text}$"):
        view[0:3] = values
    assert view[0:3] == [0, 0, 0]


def test_nothing_is_deleted_or_iterated(memory: Memory) -> None:
    view: Any = memory.uint8_view()
    for key in (0, slice(0, 2)):
        with pytest.raises(NotImplementedError, match="Subscript deletion not supported"):
            del view[key]
    for what in (iter, reversed, list):
        with pytest.raises(TypeError):
            what(view)
    with pytest.raises(TypeError):
        3 in view  # noqa: B015
    with pytest.raises(TypeError, match="No constructor defined"):
        type(view)()


@pytest.mark.parametrize(
    ("offset", "error", "text"),
    [
        (-1, OverflowError, "can't convert negative int to unsigned"),
        (2**64, OverflowError, "int too big to convert"),
        ("a", TypeError, "argument 'offset': 'str' object cannot be interpreted as an integer"),
    ],
)
def test_offsets_that_are_none(memory: Memory, offset: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=f"^{text}$"):
        memory.uint16_view(offset)


@pytest.mark.parametrize("offset", [32768, 2**56, 2**64 - 1])
def test_a_view_beyond_the_end_is_empty(memory: Memory, offset: int) -> None:
    view = memory.uint16_view(offset)
    assert len(view) == 0
    assert view[0:5] == []
    with pytest.raises(IndexError, match="Index 0 is larger than the view size 0"):
        view[0]


def test_a_view_follows_the_memory(memory: Memory) -> None:
    view = memory.uint32_view(16384)
    assert len(view) == 0
    memory.grow(1)
    assert len(view) == 16384
    view[16383] = 5
    assert memory.uint8_view()[131068] == 5


def test_a_view_keeps_its_memory(engine: str) -> None:
    with anywasm.use_engine(engine):
        exports = Instance(Module(Store(), '(module (memory (export "m") 1) (data (i32.const 0) "kept"))')).exports
        view, buffer = exports.m.uint8_view(), exports.m.buffer
    del exports
    assert bytes(view[0:4]) == bytes(buffer)[:4] == b"kept"


def test_the_buffer_is_a_buffer(engine: str) -> None:
    with anywasm.use_engine(engine) as engine_module:
        if "views" not in engine_module.capabilities:
            pytest.skip(f"{engine} lacks views")
        memory = Memory(Store(), MemoryType(1))
    buffer = memory.buffer
    assert isinstance(buffer, Buffer)
    shown = memoryview(buffer)
    assert (shown.format, shown.readonly, shown.shape, shown.contiguous) == ("B", False, (65536,), True)
    shown[10:13] = b"abc"
    assert bytes(memory.uint8_view()[10:13]) == b"abc"
    assert len(bytearray(memory.buffer)) == 65536
    with pytest.raises(TypeError, match="No constructor defined"):
        Buffer()


def test_reading_waits_for_the_thread_in_the_store(engine: str) -> None:
    """The thread in the store wants the GIL for its host function while another one waits to read."""
    entered, leave = threading.Event(), threading.Event()

    def host() -> None:
        entered.set()
        assert leave.wait(30)
        view[1] = 2

    with anywasm.use_engine(engine):
        store = Store()
        source = """(module (import "env" "f" (func $f)) (memory (export "m") 1)
            (func (export "run") (call $f) (i32.store8 (i32.const 0) (i32.const 1))))"""
        function = Function(store, host, FunctionType([], []))
        exports = Instance(Module(store, source), {"env": {"f": function}}).exports
        view = exports.m.uint8_view()
    seen: list[Any] = []
    runner = threading.Thread(target=exports.run)
    reader = threading.Thread(target=lambda: seen.extend([view[0], view[0:2], len(view)]))
    runner.start()
    assert entered.wait(30)
    reader.start()
    reader.join(0.05)
    assert reader.is_alive(), "the store was read while another thread was in it"
    leave.set()
    for thread in (runner, reader):
        thread.join(30)
    assert seen == [1, [1, 2], 65536]


GROWS = """(module (import "env" "f" (func $f)) (memory (export "memory") 1 8)
    (func (export "grow") (drop (memory.grow (i32.const 2))) (i32.store8 (i32.const 150000) (i32.const 7)))
    (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
    (func (export "run") (call $f)))"""


@pytest.mark.needs("views")
def test_one_buffer_serves_a_memory_that_grows(engine: str) -> None:
    with anywasm.use_engine(engine):
        store = Store()
        nothing = Function(store, lambda: None, FunctionType([], []))
        exports = Instance(Module(store, GROWS), {"env": {"f": nothing}}).exports
        buffer = exports.memory.buffer
        before = memoryview(buffer)
        assert before.obj is buffer
        exports.grow()
        after = memoryview(buffer)
        assert (len(before), len(after), len(bytes(buffer))) == (65536, 3 * 65536, 3 * 65536)
        assert after[150000] == 7
        after[150001] = 8
        assert exports.load(150001) == 8
        assert len(memoryview(after.obj)) == 3 * 65536
        load = exports.load
        del exports
        gc.collect()
        # Nothing but the buffer knows the memory now.
        assert (bytes(buffer)[150001], load(150001)) == (8, 8)


@pytest.mark.needs("views")
def test_a_buffer_of_a_memory_that_is_gone(engine: str) -> None:
    with anywasm.use_engine(engine):
        buffer = Memory(Store(), MemoryType(1)).buffer
        gc.collect()
        memoryview(buffer)[9] = 4
        assert bytes(buffer)[9] == 4


@pytest.mark.needs("views")
def test_a_buffer_leads_to_no_host_function(engine: str) -> None:
    """Arrays of some kinds, as numpy's, hide what they hold from the garbage collector: one over a buffer, in a host
    function, must not be a cycle."""
    with anywasm.use_engine(engine):
        store = Store()
        function = Function(store, lambda: None, FunctionType([], []))
        memory = Instance(Module(store, GROWS), {"env": {"f": function}}).exports.memory
        assert any(isinstance(each, core.Store) for each in reachable(memory))
        assert not any(isinstance(each, core.Store) for each in reachable(memory.buffer))


def reachable(start: Any) -> list[Any]:
    """What an object holds, directly or not, other than by its class."""
    found, new = {id(start): start}, [start]
    while new:
        for each in gc.get_referents(new.pop()):
            if id(each) not in found and not isinstance(each, (type, ModuleType)):
                found[id(each)] = each
                new.append(each)
    return list(found.values())
