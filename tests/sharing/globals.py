"""Shared globals."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from drivers import Driver
from sharing.worlds import Kind, World, Write

GlobalWorld = World[list[Any]]

#: Two values of each type of number, as the host writes them and as the text format does.
NUMBERS: dict[str, list[tuple[Any, str]]] = {
    "i32": [(-7, "(i32.const -7)"), (2**31 - 1, "(i32.const 0x7fffffff)")],
    "i64": [(-(2**40), "(i64.const -0x10000000000)"), (2**63 - 1, "(i64.const 0x7fffffffffffffff)")],
    "f32": [(0.5, "(f32.const 0.5)"), (-1.25, "(f32.const -1.25)")],
    "f64": [(1e300, "(f64.const 1e300)"), (-0.1, "(f64.const -0.1)")],
    "v128": [
        (1 | 2 << 64, "(v128.const i64x2 1 2)"),
        (3 | 2**63 << 64, "(v128.const i64x2 3 0x8000000000000000)"),
    ],
}
REFERENCES = ["funcref", "externref"]
GLOBAL_TYPES = [*NUMBERS, *REFERENCES]


class GlobalKind(Kind[list[Any]]):
    """A global. Its model is a list of one value. A function stands for the number that it returns."""

    def __init__(self, wasm: Driver, ty: str, mutable: bool, made_by_host: bool) -> None:
        super().__init__(wasm)
        self.ty, self.mutable, self.made_by_host = ty, mutable, made_by_host
        #: Whether the host and the guests exchange values of the type.
        self.exchanges = ty in ("i32", "i64", "f32", "f64") or ty in self.capabilities

    def initial(self, number: int) -> tuple[Any, str]:
        """What the owner's global begins with, as in the model and as in the text."""
        if self.ty == "funcref":
            return 10 * number + 1, "(ref.func $a)"
        return (None, "(ref.null extern)") if self.ty == "externref" else NUMBERS[self.ty][0]

    def make(self) -> Any:
        value = None if self.ty in REFERENCES else NUMBERS[self.ty][0][0]
        return self.wasm.new_global(self.ty, value, self.mutable)

    def new_model(self) -> list[Any]:
        return [None if self.made_by_host and self.ty in REFERENCES else self.initial(0)[0]]

    def declaration(self, defines: bool, loose: bool) -> str:
        ty = f"(mut {self.ty})" if self.mutable else self.ty
        return f"(global $x {ty} {self.initial(0)[1]})" if defines else f'(import "env" "x" (global $x {ty}))'

    def guest(self, number: int, declaration: str, extra: str) -> str:
        ty = self.ty
        readers, constants = "", ""
        if self.exchanges:
            readers += f'(func (export "get") (result {ty}) (global.get $x))'
            if self.mutable:
                readers += f'(func (export "set") (param {ty}) (global.set $x (local.get 0)))'
        if ty == "v128":
            readers += """
                (func (export "low") (result i64) (i64x2.extract_lane 0 (global.get $x)))
                (func (export "high") (result i64) (i64x2.extract_lane 1 (global.get $x)))"""
        if ty in REFERENCES:
            readers += '(func (export "is_null") (result i32) (ref.is_null (global.get $x)))'
        if ty == "funcref":
            readers += """(func (export "call") (result i32) (table.set $own (i32.const 0) (global.get $x))
                (call_indirect $own (result i32) (i32.const 0)))"""
        if self.mutable:
            texts = [text for _, text in NUMBERS[ty]] if ty in NUMBERS else self.reference_texts()
            readers += "".join(f'(func (export "set {i}") (global.set $x {text}))' for i, text in enumerate(texts))
        elif ty != "v128" or self.exchanges:
            # An importer may use the value of an immutable global in a constant expression.
            constants = f'(global $copy {ty} (global.get $x)) (func (export "copy") (result {ty}) (global.get $copy))'
            constants = constants if self.exchanges and "import" in declaration else ""
        return f"""(module {declaration} (export "x" (global $x)) (table $own 1 funcref)
            (func $a (result i32) (i32.const {10 * number + 1}))
            (func $b (result i32) (i32.const {10 * number + 2}))
            (elem declare func $a $b)
            {readers} {constants} {extra})"""

    def reference_texts(self) -> list[str]:
        return ["(ref.func $b)", "(ref.null func)"] if self.ty == "funcref" else ["(ref.null extern)"] * 2

    def guest_value(self, number: int, turn: int) -> Any:
        """What a guest's function `set` and a turn sets."""
        if self.ty in NUMBERS:
            return NUMBERS[self.ty][turn][0]
        return 10 * number + 2 if self.ty == "funcref" and turn == 0 else None

    # Writes

    def writes(self) -> Iterator[Write[list[Any]]]:
        yield Write("none", lambda world, turn: None)
        if not self.mutable:
            return
        for number, name in enumerate(("owner", "importer", "third")):
            yield Write(
                f"{name}, set to its own",
                partial(self.set_own, name=name, number=number),
            )
            if self.exchanges:
                yield Write(f"{name}, set", partial(self.set_given, name=name))
        yield Write("start function", self.start)
        if self.exchanges:
            for handle in ("host", "owner", "third"):
                if handle != "host" or self.made_by_host:
                    yield Write(f"API, set by {handle}", partial(self.set, handle=handle))

    def set_own(self, world: GlobalWorld, turn: int, name: str, number: int) -> None:
        # The second value comes first, because the global begins with the first one.
        which = 1 - turn if self.ty in NUMBERS else turn
        world.call(name, f"set {which}")
        world.model[0] = self.guest_value(number, which)

    def start(self, world: GlobalWorld, turn: int) -> None:
        number = len(world.instances)
        which = 1 - turn if self.ty in NUMBERS else turn
        texts = [text for _, text in NUMBERS[self.ty]] if self.ty in NUMBERS else self.reference_texts()
        extra = f"(func $start (global.set $x {texts[which]})) (start $start)"
        world.add(f"new {turn}", world.handles["importer"], extra=extra)
        world.model[0] = self.guest_value(number, which)

    def given(self, world: GlobalWorld, turn: int) -> Iterator[tuple[Any, Any]]:
        """Values that the host has, and how they stand in the model."""
        if self.ty == "externref":
            yield from ((value, value) for value in (f"given {turn}", None))
        elif self.ty == "funcref":
            yield self.wasm.func([], ["i32"], lambda: 100 + turn), 100 + turn
            yield None, None
            number = len(world.instances)
            maker = world.add(f"new {turn}", world.handles["owner"], extra='(export "a" (func $a))')
            yield self.wasm.export(maker, "a"), 10 * number + 1
        else:
            yield from ((value, value) for value, _ in NUMBERS[self.ty][:: 1 if turn else -1])

    def set_given(self, world: GlobalWorld, turn: int, name: str) -> None:
        # The world is read after the last value. The turns end with different ones.
        for value, item in list(self.given(world, turn))[turn:]:
            world.call(name, "set", value)
            world.model[0] = item

    def set(self, world: GlobalWorld, turn: int, handle: str) -> None:
        for value, item in list(self.given(world, turn))[turn:]:
            self.wasm.set(world.handles[handle], value)
            world.model[0] = item

    # Reads

    def reads(self, world: GlobalWorld) -> Iterator[tuple[str, Any, Any]]:
        (value,) = world.model
        if self.exchanges:
            for handle, a_global in world.handles.items():
                yield f"API, get by {handle}", *self.comparable(self.wasm.get(a_global), value)
        for name in world.instances:
            if self.exchanges:
                yield f"{name}, get", *self.comparable(world.call(name, "get"), value)
                if not self.mutable and (name != "owner" or self.made_by_host):
                    yield f"{name}, copy", *self.comparable(world.call(name, "copy"), value)
            if self.ty == "v128":
                halves = [world.call(name, export) % 2**64 for export in ("low", "high")]
                yield f"{name}, halves", halves, [value % 2**64, value >> 64]
            if self.ty in REFERENCES:
                yield f"{name}, is_null", world.call(name, "is_null") == 1, value is None
            if self.ty == "funcref" and value is not None:
                yield f"{name}, call", world.call(name, "call"), value

    def comparable(self, read: Any, value: Any) -> tuple[Any, Any]:
        """What the host has read, and what it should have."""
        if self.ty != "funcref":
            return read, value
        if read is None or "funcref_call" not in self.capabilities:
            return read is None, value is None
        return self.wasm.call(read), value
