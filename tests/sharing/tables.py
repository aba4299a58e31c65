"""Shared tables, of functions and of objects."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from drivers import Driver
from sharing.worlds import Kind, Limits, World, Write

#: The elements of a table. A function stands for the number that it returns.
Model = list[Any]
TableWorld = World[Model]

#: In elements. A size that never changes is a case of its own, because an engine may compile it into the code.
TABLE_LIMITS = {"fixed": Limits(4, 4), "bounded": Limits(4, 9), "unbounded": Limits(4, None)}

#: The elements of each guest's private table: three references, the null reference, and room for a copy.
NULL, ROOM = 3, 4


class TableKind(Kind[Model]):
    """A table."""

    def __init__(self, wasm: Driver, element: str, limits: Limits, wide: bool, made_by_host: bool) -> None:
        super().__init__(wasm)
        self.element, self.limits, self.made_by_host = element, limits, made_by_host
        self.index = "i64" if wide else "i32"
        self.is_func = element == "funcref"
        #: Whether the host and the guests exchange references of the element's type.
        self.exchanges = element in self.capabilities
        self.host_reads = "tables" in wasm.host_objects and self.exchanges

    def make(self) -> Any:
        return self.wasm.table(self.element, None, *self.limits)

    def new_model(self) -> Model:
        model: Model = [None] * self.limits.minimum
        if not self.made_by_host and self.is_func:
            model[1:3] = [1, 2]
        return model

    def declaration(self, defines: bool, loose: bool) -> str:
        limits = self.limits.loosened() if loose else self.limits
        ty = f"{self.index} {limits} {self.element}" if self.index == "i64" else f"{limits} {self.element}"
        if not defines:
            return f'(import "env" "x" (table $x {ty}))'
        elements = f"(elem (table $x) ({self.index}.const 1) func $a $b)" if self.is_func else ""
        return f"(table $x {ty}) {elements}"

    def guest(self, number: int, declaration: str, extra: str) -> str:
        index, element = self.index, self.element
        if self.is_func:
            items = "(ref.func $a) (ref.func $b) (ref.func $c) (ref.null func)"
            own_items = f"(elem (table $own) (i32.const 0) funcref {items}) (elem $items funcref {items})"
            readers = f"""
                (func (export "init") (param {index} i32 i32)
                  (table.init $x $items (local.get 0) (local.get 1) (local.get 2)))
                (func (export "call") (param {index}) (result i32) (call_indirect $x (result i32) (local.get 0)))
                (func (export "call_own") (result i32) (call_indirect $own (result i32) (i32.const {ROOM})))"""
        else:
            own_items = ""
            readers = f"""
                (func (export "get") (param {index}) (result externref) (table.get $x (local.get 0)))
                (func (export "get_own") (result externref) (table.get $own (i32.const {ROOM})))"""
        at, own = "(local.get 0)", "(table.get $own (local.get 1))"
        return f"""(module {declaration if "import" in declaration else ""}
            (func $a (result i32) (i32.const {10 * number + 1}))
            (func $b (result i32) (i32.const {10 * number + 2}))
            (func $c (result i32) (i32.const {10 * number + 3}))
            {"" if "import" in declaration else declaration}
            (export "x" (table $x))
            (table $own {ROOM + 1} {element}) {own_items}
            {readers}
            (func (export "hold") (param i32 {element}) (table.set $own (local.get 0) (local.get 1)))
            (func (export "is_null") (param {index}) (result i32) (ref.is_null (table.get $x {at})))
            (func (export "size") (result {index}) (table.size $x))
            (func (export "fetch") (param {index}) (table.set $own (i32.const {ROOM}) (table.get $x {at})))
            (func (export "copy_out") (param {index}) (table.copy $own $x (i32.const {ROOM}) {at} (i32.const 1)))
            (func (export "set") (param {index} i32) (table.set $x {at} {own}))
            (func (export "give") (param {index} {element}) (table.set $x {at} (local.get 1)))
            (func (export "fill") (param {index} i32 {index}) (table.fill $x {at} {own} (local.get 2)))
            (func (export "grow") (param {index} i32) (result {index}) (table.grow $x {own} {at}))
            (func (export "copy_in") (param {index} i32 i32)
              (table.copy $x $own {at} (local.get 1) (local.get 2)))
            (func (export "copy") (param {index} {index} {index})
              (table.copy $x $x {at} (local.get 1) (local.get 2)))
            {extra})"""

    def prepare(self, world: TableWorld) -> None:
        if not self.is_func and self.exchanges:
            for number, name in enumerate(world.instances):
                for index in range(NULL):
                    world.call(name, "hold", index, f"{10 * number + 1 + index}")

    def item(self, number: int, index: int) -> Any:
        """What stands at an index of a guest's private table."""
        if index == NULL or (not self.is_func and not self.exchanges):
            return None
        return 10 * number + 1 + index if self.is_func else f"{10 * number + 1 + index}"

    # Writes

    def writes(self) -> Iterator[Write[Model]]:
        for number, name in enumerate(("owner", "importer", "third")):
            yield from self.guest_writes(name, number)
        if self.is_func:
            yield Write("active segment", self.active_segment)
        yield Write("active segment of expressions", self.active_expressions)
        for text in ("set", "fill", "grow", *(["init"] if self.is_func else [])):
            yield Write(f"start function, {text}", partial(self.start, what=text))
        if self.exchanges:
            for name in ("owner", "importer", "third"):
                yield Write(f"{name}, set to the host's", partial(self.give, name=name))
        if self.host_reads:
            for handle in ("host", "owner", "third"):
                if handle != "host" or self.made_by_host:
                    yield Write(f"API, set by {handle}", partial(self.set, handle=handle))
                    yield Write(f"API, grow by {handle}", partial(self.grow, handle=handle))

    def guest_writes(self, name: str, number: int) -> Iterator[Write[Model]]:
        def set_one(world: TableWorld, turn: int) -> None:
            for at, index in ((0, turn), (2, NULL if turn else 2), (3, turn)):
                world.call(name, "set", at, index)
                world.model[at] = self.item(number, index)

        def fill(world: TableWorld, turn: int) -> None:
            world.call(name, "fill", turn, turn + 1, 2)
            world.model[turn : turn + 2] = [self.item(number, turn + 1)] * 2

        def grow(world: TableWorld, turn: int) -> None:
            size = len(world.model)
            allowed = self.limits.allow(size + 2)
            assert world.call(name, "grow", 2, turn) == (size if allowed else -1)
            world.model += [self.item(number, turn)] * (2 if allowed else 0)

        def copy_in(world: TableWorld, turn: int) -> None:
            world.call(name, "copy_in", 2 - turn, turn, 2)
            world.model[2 - turn : 4 - turn] = [self.item(number, turn), self.item(number, turn + 1)]

        def copy(world: TableWorld, turn: int) -> None:
            world.call(name, "set", turn, turn + 1)
            world.model[turn] = self.item(number, turn + 1)
            world.call(name, "copy", 1, 0, 3)
            world.model[1:4] = world.model[0:3]

        def init(world: TableWorld, turn: int) -> None:
            world.call(name, "init", turn, turn, 3)
            # The segment has the same elements as the private table.
            world.model[turn : turn + 3] = [self.item(number, turn + index) for index in range(3)]

        # A segment of externref can only hold null references, and has a test of its own.
        for run in (set_one, fill, grow, copy_in, copy, *([init] if self.is_func else [])):
            yield Write(f"{name}, {run.__name__}", run)

    def active_segment(self, world: TableWorld, turn: int) -> None:
        number = len(world.instances)
        segment = f"(elem (table $x) ({self.index}.const {turn}) func $c $a)"
        world.add(f"new {turn}", world.handles["third" if turn else "owner"], loose=bool(turn), extra=segment)
        world.model[turn : turn + 2] = [self.item(number, 2), self.item(number, 0)]

    def active_expressions(self, world: TableWorld, turn: int) -> None:
        number = len(world.instances)
        items = "(ref.null func) (ref.func $b)" if self.is_func else "(ref.null extern) (ref.null extern)"
        segment = f"(elem (table $x) ({self.index}.const {turn}) {self.element} {items})"
        world.add(f"new {turn}", world.handles["importer"], extra=segment)
        world.model[turn : turn + 2] = [None, self.item(number, 1) if self.is_func else None]

    def start(self, world: TableWorld, turn: int, what: str) -> None:
        number = len(world.instances)
        reference = "(ref.func $b)" if self.is_func else "(ref.null extern)"
        item = self.item(number, 1) if self.is_func else None
        at = f"({self.index}.const {turn})"
        two = f"({self.index}.const 2)"
        body = {
            "set": f"(table.set $x {at} {reference})",
            "init": f"(table.init $x $items {at} (i32.const 1) (i32.const 1))",
            "fill": f"(table.fill $x {at} {reference} {two})",
            "grow": f"(drop (table.grow $x {reference} {two}))",
        }[what]
        world.add(f"new {turn}", world.handles["importer"], extra=f"(func $start {body}) (start $start)", loose=True)
        if what == "grow":
            world.model += [item] * (2 if self.limits.allow(len(world.model) + 2) else 0)
        else:
            count = 2 if what == "fill" else 1
            world.model[turn : turn + count] = [item] * count

    def given(self, world: TableWorld, turn: int) -> Iterator[tuple[Any, Any]]:
        """References that the host has, and how they stand in the model."""
        if not self.is_func:
            yield f"given {turn}", f"given {turn}"
            yield None, None
            return
        yield self.wasm.func([], ["i32"], lambda: 100 + turn), 100 + turn
        maker = world.add(f"new {turn}", world.handles["owner"], extra='(export "a" (func $a))')
        yield self.wasm.export(maker, "a"), self.item(len(world.instances) - 1, 0)
        yield None, None

    def give(self, world: TableWorld, turn: int, name: str) -> None:
        for at, (value, item) in enumerate(self.given(world, turn), turn):
            world.call(name, "give", at, value)
            world.model[at] = item

    def set(self, world: TableWorld, turn: int, handle: str) -> None:
        for at, (value, item) in enumerate(self.given(world, turn), turn):
            self.wasm.table_set(world.handles[handle], at, value)
            world.model[at] = item

    def grow(self, world: TableWorld, turn: int, handle: str) -> None:
        size = len(world.model)
        value, item = next(self.given(world, turn))
        if self.limits.allow(size + 2):
            assert self.wasm.table_grow(world.handles[handle], 2, value) == size
            world.model += [item] * 2
        else:
            try:
                self.wasm.table_grow(world.handles[handle], 2, value)
            except self.wasm.error:
                return
            raise AssertionError("the table has grown beyond its maximum")

    # Reads

    def reads(self, world: TableWorld) -> Iterator[tuple[str, Any, Any]]:
        model = world.model
        nulls = [item is None for item in model]
        for handle, table in world.handles.items():
            yield f"API, size by {handle}", self.wasm.table_size(table), len(model)
            if self.host_reads:
                yield f"API, get by {handle}", *self.read_by_host(world, table)
        for name in world.instances:
            yield f"{name}, size", world.call(name, "size"), len(model)
            places = range(len(model))
            yield f"{name}, is_null", [world.call(name, "is_null", at) == 1 for at in places], nulls
            if self.is_func or self.exchanges:
                directly, from_own = ("call", "call_own") if self.is_func else ("get", "get_own")
                yield f"{name}, {directly}", [self.attempt(world, name, directly, at) for at in places], model
                for copy in ("fetch", "copy_out"):
                    items = []
                    for at in places:
                        world.call(name, copy, at)
                        items.append(self.attempt(world, name, from_own))
                    yield f"{name}, {copy}", items, model

    def attempt(self, world: TableWorld, name: str, export: str, *args: Any) -> Any:
        try:
            return world.call(name, export, *args)
        except self.wasm.trap:
            return None  # A null reference was called.

    def read_by_host(self, world: TableWorld, table: Any) -> tuple[Any, Any]:
        items = [self.wasm.table_get(table, at) for at in range(len(world.model))]
        if not self.is_func:
            return items, world.model
        if "funcref_call" in self.capabilities:
            return [None if item is None else self.wasm.call(item) for item in items], world.model
        return [item is None for item in items], [item is None for item in world.model]
