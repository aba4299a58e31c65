"""The list of operations, and what the operations of both styles share."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

#: One round of an operation. The argument is the number of the round.
Round = Callable[[int], Any]

#: How many rounds an operation does that takes microseconds, and one that takes milliseconds, as a compilation does.
FAST, SLOW = 10_000, 2_000


class Skip(Exception):
    """Raised by an operation that the engine cannot do."""


@dataclass
class Operation:
    """Something that a program does again and again."""

    name: str
    #: Makes what all rounds share, and returns the function that does one round.
    start: Callable[[], Round]
    needs: tuple[str, ...]
    rounds: int
    #: Why the memory grows with each round by the rules of the style; None if it must not grow.
    keeps: str | None


class Operations(dict[str, Operation]):
    """The operations of a style, by name."""

    def add(
        self, *needs: str, rounds: int = FAST, keeps: str | None = None
    ) -> Callable[[Callable[[], Round]], Callable[[], Round]]:
        """A decorator. `needs` are capabilities of the engine."""

        def decorate(start: Callable[[], Round]) -> Callable[[], Round]:
            name = start.__name__.strip("_").replace("_", " ")
            self[name] = Operation(name, start, needs, rounds, keeps)
            return start

        return decorate


def in_a_thread(work: Callable[[], Any]) -> None:
    """Does the work in a new thread, and waits for it."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


def raises(kind: type[BaseException] | tuple[type[BaseException], ...], work: Callable[[], Any]) -> BaseException:
    """The exception that the work raises."""
    try:
        work()
    except kind as error:
        return error
    raise AssertionError(f"{kind} expected")


def use(*_: Any) -> None:
    """Does nothing with values whose computation is the operation."""


#: A constant in a module. Another constant in its place makes another module without translating text.
CONSTANT = 0x12345678


def encoded(constant: int) -> bytes:
    """A constant between 2**27 and 2**31 as a module has it: always five bytes."""
    return bytes([constant >> shift & 127 | 128 for shift in (0, 7, 14, 21)]) + struct.pack("B", constant >> 28)


class Variants:
    """Modules that differ in a constant only, from one text with the constant `CONSTANT`."""

    def __init__(self, wasm: bytes | bytearray) -> None:
        self._wasm, self._encoded = bytes(wasm), encoded(CONSTANT)
        assert self._wasm.count(self._encoded) == 1

    def __call__(self, number: int) -> bytes:
        return self._wasm.replace(self._encoded, encoded(CONSTANT + 1 + number))


SIMPLE = f"""(module (memory (export "memory") 1) (table (export "table") 2 funcref) (elem (i32.const 0) $f)
    (global (export "global") (mut i32) (i32.const 0))
    (func $f (export "run") (result i32) (i32.const {CONSTANT}))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))"""

#: Imports one object of each kind.
IMPORTING = """(module (import "env" "f" (func $f (param i32) (result i32)))
    (import "env" "m" (memory 1)) (import "env" "g" (global $g (mut i32)))
    (func (export "run") (param i32) (result i32) (call $f (local.get 0))))"""

CALLBACK = """(module (import "env" "f" (func $f {type})) (memory (export "memory") 1)
    (func (export "run") {type} {args} (call $f)))"""


def callback(params: str, results: str = "") -> str:
    """A module whose export `run` calls the imported function with its own arguments."""
    ty = (f"(param {params}) " if params else "") + (f"(result {results})" if results else "")
    args = " ".join(f"(local.get {index})" for index in range(len(params.split())))
    return CALLBACK.format(type=ty, args=args)


def identity(types: str) -> str:
    """A module whose export `run` returns its arguments."""
    gets = " ".join(f"(local.get {index})" for index in range(len(types.split())))
    return f'(module (func (export "run") (param {types}) (result {types}) {gets}))'


#: Functions that trap, each in its own way, and one that recurses without end.
TRAPS = """(module (memory 1) (table 1 funcref)
    (func $inner unreachable)
    (func (export "unreachable") (call $inner))
    (func (export "bounds") (drop (i32.load (i32.const 0x7fffffff))))
    (func (export "division") (drop (i32.div_s (i32.const 1) (i32.const 0))))
    (func (export "indirect") (call_indirect (i32.const 0)))
    (func $f (export "recursion") (call $f)))"""

#: Its start function traps after it has written to what it imports.
FAILING_START = """(module (import "env" "f" (func $f)) (memory (export "memory") 1) (table 1 funcref)
    (elem (i32.const 0) $start) (func $start (call $f) unreachable) (start $start))"""

TABLES = """(module (table (export "funcs") 4 1000000 funcref) (table (export "externs") 4 1000000 externref)
    (func $a (export "a") (result i32) (i32.const 1)) (elem declare func $a)
    (func (export "put") (param i32 funcref) (table.set 0 (local.get 0) (local.get 1)))
    (func (export "take") (param i32) (result funcref) (table.get 0 (local.get 0)))
    (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0)))
    (func (export "put extern") (param i32 externref) (table.set 1 (local.get 0) (local.get 1)))
    (func (export "take extern") (param i32) (result externref) (table.get 1 (local.get 0))))"""

REFERENCE_GLOBALS = """(module (global (export "func") (mut funcref) (ref.null func))
    (global (export "extern") (mut externref) (ref.null extern)))"""

EXCEPTIONS = """(module (tag $t (export "tag") (param i32))
    (func (export "caught") (result i32)
      (block $caught (result i32) (try_table (catch $t $caught) (throw $t (i32.const 7))) (i32.const 0)))
    (func (export "thrown") (throw $t (i32.const 7))))"""

HELLO = """(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1) (data (i32.const 8) "Hello")
    (func (export "_start")
      (drop (call $sizes (i32.const 40) (i32.const 44)))
      (i32.store (i32.const 0) (i32.const 8)) (i32.store (i32.const 4) (i32.const 5))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 20)))
      (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 20))))
    (func (export "exit") (call $exit (i32.const 3))))"""
