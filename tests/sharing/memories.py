"""Shared memories."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import partial
from typing import Any

from drivers import Driver
from sharing.worlds import Kind, Limits, World, Write

MemoryWorld = World[bytearray]

PAGE = 1 << 16
#: In pages. A size that never changes is a case of its own, because an engine may compile it into the code.
MEMORY_LIMITS = {"fixed": Limits(2, 2), "bounded": Limits(2, 7), "unbounded": Limits(2, None)}
#: The passive segment of a guest, and what its private memory begins with.
SEGMENT = "segment of {}!"
OWN = "memory of {}!!"


class MemoryKind(Kind[bytearray]):
    """A memory."""

    def __init__(
        self, wasm: Driver, limits: Limits, *, wide: bool = False, made_by_host: bool = False, shared: bool = False
    ) -> None:
        super().__init__(wasm)
        self.shared = shared
        self.limits, self.made_by_host = limits, made_by_host
        self.index = "i64" if wide else "i32"
        self.buffers: dict[str, memoryview] = {}

    def make(self) -> Any:
        make = self.wasm.wide_memory if self.index == "i64" else self.wasm.memory
        return make(*self.limits)

    def new_model(self) -> bytearray:
        model = bytearray(self.limits.minimum * PAGE)
        if not self.made_by_host:
            model[8:13] = b"first"
        return model

    def declaration(self, defines: bool, loose: bool) -> str:
        limits = self.limits.loosened() if loose else self.limits
        ty = f"i64 {limits}" if self.index == "i64" else f"{limits}"
        if self.shared:
            # A memory that threads share always declares a maximum.
            ty = "1 100 shared" if loose else f"{ty} shared"
        if not defines:
            return f'(import "env" "x" (memory $x {ty}))'
        return f'(memory $x {ty}) (data (memory $x) ({self.index}.const 8) "first")'

    def guest(self, number: int, declaration: str, extra: str) -> str:
        index, at = self.index, "(local.get 0)"
        return f"""(module {declaration} (export "x" (memory $x))
            (memory $own 1) (data (memory $own) (i32.const 0) "{OWN.format(number)}")
            (data $segment "{SEGMENT.format(number)}")
            (func (export "size") (result {index}) (memory.size $x))
            (func (export "load8") (param {index}) (result i32) (i32.load8_u $x {at}))
            (func (export "load64") (param {index}) (result i64) (i64.load $x {at}))
            (func (export "copy_out") (param {index}) (result i64)
              (memory.copy $own $x (i32.const 100) {at} (i32.const 8)) (i64.load $own (i32.const 100)))
            (func (export "store8") (param {index} i32) (i32.store8 $x {at} (local.get 1)))
            (func (export "store16") (param {index} i32) (i32.store16 $x {at} (local.get 1)))
            (func (export "store32") (param {index} i32) (i32.store $x {at} (local.get 1)))
            (func (export "store64") (param {index} i64) (i64.store $x {at} (local.get 1)))
            (func (export "storef64") (param {index} f64) (f64.store $x {at} (local.get 1)))
            (func (export "init") (param {index} i32 i32)
              (memory.init $x $segment {at} (local.get 1) (local.get 2)))
            (func (export "fill") (param {index} i32 {index}) (memory.fill $x {at} (local.get 1) (local.get 2)))
            (func (export "copy") (param {index} {index} {index})
              (memory.copy $x $x {at} (local.get 1) (local.get 2)))
            (func (export "copy_in") (param {index} i32 i32)
              (memory.copy $x $own {at} (local.get 1) (local.get 2)))
            (func (export "grow") (param {index}) (result {index}) (memory.grow $x {at}))
            {extra})"""

    def prepare(self, world: MemoryWorld) -> None:
        # Buffers that are older than all writes.
        if self.views():
            self.buffers = {name: self.wasm.buffer(handle) for name, handle in world.handles.items()}

    def shares_bytes(self, buffer: memoryview, world: MemoryWorld) -> bool:
        """Whether the memory is where it was when the buffer was taken. Else the buffer keeps the old bytes."""
        return "stable_memory" in self.capabilities or len(buffer) == len(world.model)

    def views(self) -> bool:
        """Whether the host reads the memory through buffers. One that may move when it grows has none."""
        return "views" in self.capabilities and not (self.index == "i64" and self.limits.maximum is None)

    # Writes

    def writes(self) -> Iterator[Write[bytearray]]:
        for number, name in enumerate(("owner", "importer", "third")):
            yield from self.guest_writes(name, number)
        yield Write("active segment", self.active_segment)
        for text in ("store", "init", "grow"):
            yield Write(f"start function, {text}", partial(self.start, what=text))
        for handle in ("host", "owner", "third"):
            if handle != "host" or self.made_by_host:
                yield Write(f"API, write by {handle}", partial(self.write, handle=handle))
                yield Write(f"API, grow by {handle}", partial(self.grow, handle=handle))
                if self.views():
                    yield Write(f"buffer of {handle}", partial(self.buffer, handle=handle))

    def guest_writes(self, name: str, number: int) -> Iterator[Write[bytearray]]:
        def store(world: MemoryWorld, turn: int) -> None:
            end = len(world.model)
            stores: list[tuple[str, str, int, float]] = [
                ("8", "B", 1, 200 + turn),
                ("16", "H", 2, 60000 + turn),
                ("32", "i", 4, -5 - turn),
            ]
            stores += [("64", "q", 8, -(2**40) - turn), ("f64", "d", 8, 0.5 + turn)]
            for suffix, code, size, value in stores:
                for at in (turn + 2 * size, end - size):
                    world.call(name, f"store{suffix}", at, value)
                    struct.pack_into(f"<{code}", world.model, at, value)

        def init(world: MemoryWorld, turn: int) -> None:
            data = SEGMENT.format(number).encode()[turn:]
            world.call(name, "init", 20 + turn, turn, len(data))
            world.model[20 + turn : 20 + turn + len(data)] = data

        def fill(world: MemoryWorld, turn: int) -> None:
            for at in (5, PAGE - 3):
                world.call(name, "fill", at, 7 + turn, 6)
                world.model[at : at + 6] = bytes([7 + turn]) * 6

        def copy(world: MemoryWorld, turn: int) -> None:
            world.call(name, "store64", 8, 0x0102030405060708 + turn)
            struct.pack_into("<q", world.model, 8, 0x0102030405060708 + turn)
            for to in (10 + turn, len(world.model) - 9):
                world.call(name, "copy", to, 8, 9)
                world.model[to : to + 9] = bytes(world.model[8:17])

        def copy_in(world: MemoryWorld, turn: int) -> None:
            data = OWN.format(number).encode()[turn:]
            world.call(name, "copy_in", 30 + turn, turn, len(data))
            world.model[30 + turn : 30 + turn + len(data)] = data

        def grow(world: MemoryWorld, turn: int) -> None:
            pages = len(world.model) // PAGE
            allowed = self.limits.allow(pages + 2)
            assert world.call(name, "grow", 2) == (pages if allowed else -1)
            world.model += bytes(2 * PAGE if allowed else 0)
            store(world, turn)

        for run in (store, init, fill, copy, copy_in, grow):
            yield Write(f"{name}, {run.__name__}", run)

    def active_segment(self, world: MemoryWorld, turn: int) -> None:
        segment = f'(data (memory $x) ({self.index}.const {30 + turn}) "active")'
        world.add(f"new {turn}", world.handles["third" if turn else "owner"], loose=bool(turn), extra=segment)
        world.model[30 + turn : 36 + turn] = b"active"

    def start(self, world: MemoryWorld, turn: int, what: str) -> None:
        number = len(world.instances)
        at = f"({self.index}.const {10 + turn})"
        body = {
            "store": f"(i32.store8 $x {at} (i32.const {77 + turn}))",
            "init": f"(memory.init $x $segment {at} (i32.const 0) (i32.const 7))",
            "grow": f"(drop (memory.grow $x ({self.index}.const 1)))",
        }[what]
        world.add(f"new {turn}", world.handles["importer"], extra=f"(func $start {body}) (start $start)", loose=True)
        if what == "grow":
            world.model += bytes(PAGE if self.limits.allow(len(world.model) // PAGE + 1) else 0)
        else:
            data = bytes([77 + turn]) if what == "store" else SEGMENT.format(number).encode()[:7]
            world.model[10 + turn : 10 + turn + len(data)] = data

    def write(self, world: MemoryWorld, turn: int, handle: str) -> None:
        for at in (40 + turn, len(world.model) - 5):
            self.wasm.write(world.handles[handle], at, b"host%d" % turn)
            world.model[at : at + 5] = b"host%d" % turn

    def buffer(self, world: MemoryWorld, turn: int, handle: str) -> None:
        self.wasm.buffer(world.handles[handle])[50 + turn] = 250 + turn
        self.buffers[handle][52 + turn] = 252 + turn
        world.model[50 + turn], world.model[52 + turn] = 250 + turn, 252 + turn

    def grow(self, world: MemoryWorld, turn: int, handle: str) -> None:
        pages = len(world.model) // PAGE
        if self.limits.allow(pages + 2):
            assert self.wasm.grow(world.handles[handle], 2) == pages
            world.model += bytes(2 * PAGE)
            return
        try:
            self.wasm.grow(world.handles[handle], 2)
        except self.wasm.error:
            return
        raise AssertionError("the memory has grown beyond its maximum")

    # Reads

    def reads(self, world: MemoryWorld) -> Iterator[tuple[str, Any, Any]]:
        size = len(world.model)
        # The writes are at the start, around the end of the first page, and at the end.
        places = [*range(0, 64, 8), PAGE - 8, PAGE, size - 8]
        words = [struct.unpack_from("<q", world.model, at)[0] for at in places]
        for handle, memory in world.handles.items():
            yield f"API, pages by {handle}", self.wasm.pages(memory), size // PAGE
            for start, stop in ((0, 80), (PAGE - 16, PAGE + 16), (size - 16, size)):
                yield f"API, read by {handle}", self.wasm.read(memory, start, stop), bytes(world.model[start:stop])
            if self.views():
                yield f"new buffer of {handle}", bytes(self.wasm.buffer(memory)) == world.model, True
                old = self.buffers[handle]
                if self.shares_bytes(old, world):
                    yield f"old buffer of {handle}", bytes(old) == world.model[: len(old)], True
        for name in world.instances:
            yield f"{name}, size", world.call(name, "size"), size // PAGE
            for export in ("load64", "copy_out"):
                yield f"{name}, {export}", [world.call(name, export, at) for at in places], words
            for at in (0, 13, size - 1):
                yield f"{name}, load8 at {at}", world.call(name, "load8", at), world.model[at]
