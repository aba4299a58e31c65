"""Random operations on objects of all public classes: `python -m fuzz.operations STYLE SEED COUNT [SCARCITY] [LOG]`.

The same seed gives the same operations, but for those of several threads. Each operation is a line of the file LOG, so
that the last ones are known if the process ends. Everything may raise, but for errors that report a panic.
"""

from __future__ import annotations

import contextlib
import copy
import ctypes
import fcntl
import gc
import os
import random
import sys
import tempfile
import threading
from collections.abc import Callable
from typing import Any

import scarce
from fuzz.misuse import names
from fuzz.objects import STYLES, public_classes
from fuzz.values import good_arguments, value

#: What makes a resource scarce, by name.
SCARCITIES: dict[str, Callable[[], None]] = {
    "": lambda: None,
    "descriptors": lambda: scarce.limit_descriptors(16),
    "threads": scarce.forbid_threads,
    "memory": lambda: scarce.limit_memory(64 << 20),
}

#: Texts of errors that report a fault of anywasm or of an engine.
_FAULTS = ("panicked", "a bug in anywasm", "internal error")

#: Methods that a random operation must not call, because they wait for input.
_EXCLUDED = {"inherit_stdin", "stdin"}


#: Words in the names of objects that share something with others, which random operations choose more often.
_INTERESTING = (
    "exported",
    "function",
    "memory",
    "table",
    "global",
    "view",
    "buffer",
    "reentrant",
    "instance",
    "linker",
)


class Fuzzer:
    """Performs random operations on a pool of objects."""

    def __init__(self, style: str, seed: int, log: int) -> None:
        self.style, self.log = style, log
        self.classes = sorted(public_classes(style), key=lambda cls: cls.__name__)
        self.rng = random.Random(seed)
        self.depth = 0
        self.pool: dict[str, Any] = {}
        self.renew()

    def renew(self) -> None:
        """Replaces the pool by new objects, with host functions that perform operations themselves."""
        self.pool = dict(STYLES[self.style]())
        reentrant = self.pool["host function"]
        with contextlib.suppress(Exception):
            if self.style == "explicit":
                store, unary = self.pool["store"], self.pool["function type"]
                reentrant = type(reentrant)(store, unary, self._host)
                instance = type(self.pool["instance"])(store, self.pool["module"], [reentrant])
                self.pool["reentrant"] = instance.exports(store)["call"]
            else:
                reentrant = type(reentrant)(self.pool["store"], self._host, self.pool["function type"])
                imports = {"host": {"f": reentrant}}
                self.pool["reentrant"] = type(self.pool["instance"])(self.pool["module"], imports).exports.call

    def _host(self, *_: Any) -> Any:
        if self.depth < 3:
            self.depth += 1
            try:
                self.step()
            finally:
                self.depth -= 1
        return self.rng.choice([0, 1, None, "text", 1 << 40])

    def attempt(self, text: str, function: Callable[..., Any], *args: Any) -> Any:
        """Calls a function, and returns None if it raises. Ends the process if the error reports a fault."""
        os.write(self.log, f"{text}\n".encode("utf-8", "backslashreplace"))
        try:
            return function(*args)
        except (Exception, SystemExit) as error:
            message = ""
            with contextlib.suppress(Exception):
                message = str(error)
            if isinstance(error, SystemError) or any(fault in message for fault in _FAULTS):
                print(f"a fault: {type(error).__name__}: {message}", flush=True)
                os._exit(3)
            return None

    def step(self) -> None:
        """Performs one operation."""
        operation = self.rng.choices(
            [
                self._call,
                self._construct,
                self._operator,
                self._copy,
                self._init_again,
                self._new,
                self._drop,
                self._renew,
            ],
            [50, 12, 12, 6, 8, 4, 6, 1],
        )[0]
        operation()

    def _some(self) -> tuple[str, Any]:
        names = list(self.pool)
        if self.rng.random() < 0.5:
            names = [name for name in names if any(word in name for word in _INTERESTING)] or names
        name = self.rng.choice(names)
        return name, self.pool[name]

    def _keep(self, name: str, thing: Any) -> None:
        # A raw pointer, such as `Memory.data_ptr` returns, reads and writes wherever its user says.
        if thing is not None and not isinstance(thing, ctypes._Pointer) and len(self.pool) < 120:
            self.pool[f"{name} {len(self.pool)}"] = thing

    def _arguments(self) -> tuple[Any, ...]:
        if self.rng.random() < 0.5:
            return good_arguments(self.rng, self.style, self.pool)
        return tuple(value(self.rng, self.pool) for _ in range(self.rng.choice([0, 1, 1, 2, 2, 3, 4])))

    def _call(self) -> None:
        name, thing = self._some()
        if callable(thing) and self.rng.random() < 0.5:
            arguments = self._arguments()
            self.attempt(f"{name}{_text(arguments)}", thing, *arguments)
            return
        # `fuzz.misuse` calls the methods that are not public. They may report a fault for wrong arguments.
        attributes = [each for each in names(thing) if each not in _EXCLUDED and not each.startswith("_")]
        if not attributes:
            return
        attribute = self.rng.choice(attributes)
        if self.rng.random() < 0.1:
            new = value(self.rng, self.pool)
            self.attempt(f"{name}.{attribute} = {_text(new)}", setattr, thing, attribute, new)
            return
        found = self.attempt(f"{name}.{attribute}", getattr, thing, attribute)
        if callable(found) and not isinstance(found, type):
            arguments = self._arguments()
            result = self.attempt(f"{name}.{attribute}{_text(arguments)}", found, *arguments)
            if type(result).__module__.startswith("anywasm.wasm"):
                self._keep(f"{name}.{attribute}", result)

    def _construct(self) -> None:
        cls = self.rng.choice(self.classes)
        arguments = self._arguments()
        self._keep(cls.__name__, self.attempt(f"{cls.__name__}{_text(arguments)}", cls, *arguments))

    def _operator(self) -> None:
        name, thing = self._some()
        key = value(self.rng, self.pool)
        text, operation = self.rng.choice(
            [
                ("len", lambda: len(thing)),
                ("iter", lambda: [each for each, _ in zip(thing, range(10))]),
                (f"[{_text(key)}]", lambda: thing[key]),
                (f"[{_text(key)}] =", lambda: thing.__setitem__(key, value(self.rng, self.pool))),
                ("==", lambda: thing == key),
                ("repr", lambda: repr(thing)),
                ("hash", lambda: hash(thing)),
                ("memoryview", lambda: bytes(memoryview(thing)[:10])),
                ("with", lambda: contextlib.ExitStack().enter_context(thing)),
                ("bool", lambda: bool(thing)),
            ]
        )
        self.attempt(f"{name}: {text}", operation)

    def _copy(self) -> None:
        name, thing = self._some()
        make = self.rng.choice([copy.copy, copy.deepcopy])
        self._keep(f"copy of {name}"[:80], self.attempt(f"{make.__name__} {name}", make, thing))

    def _init_again(self) -> None:
        name, thing = self._some()
        arguments = self._arguments()
        self.attempt(f"{name}.__init__{_text(arguments)}", type(thing).__init__, thing, *arguments)

    def _new(self) -> None:
        cls = self.rng.choice(self.classes)
        make = self.rng.choice([cls.__new__, object.__new__])
        self._keep(f"raw {cls.__name__}", self.attempt(f"{cls.__name__}.__new__", make, cls))

    def _drop(self) -> None:
        name, _ = self._some()
        os.write(self.log, f"drop {name}\n".encode("utf-8", "backslashreplace"))
        if name not in ("store", "engine", "module", "host function"):
            self.pool.pop(name, None)
        if self.rng.random() < 0.3:
            gc.collect()

    def _renew(self) -> None:
        self.attempt("renew", self.renew)

    def run_threads(self, count: int) -> None:
        """Performs operations in several threads at once, on the same objects."""

        def work(seed: int) -> None:
            worker = Fuzzer.__new__(Fuzzer)
            worker.__dict__.update(self.__dict__, rng=random.Random(seed), depth=0)
            for _ in range(count):
                with contextlib.suppress(IndexError, KeyError, RuntimeError):  # Another thread changes the pool.
                    worker.step()

        threads = [threading.Thread(target=work, args=[self.rng.random()]) for _ in range(3)]
        os.write(self.log, b"threads begin\n")
        started = []
        for thread in threads:
            with contextlib.suppress(RuntimeError):  # Threads may be scarce.
                thread.start()
                started.append(thread)
        for thread in started:
            thread.join()
        os.write(self.log, b"threads end\n")


def _text(thing: Any) -> str:
    """Describes a value without running much of its code."""
    if isinstance(thing, (tuple, list)):
        return f"({', '.join(map(_text, thing))})"
    if isinstance(thing, (bool, int, float, str, bytes, type(None), slice)):
        return repr(thing)[:60]
    return f"<{type(thing).__name__}>"


def fuzz(style: str, seed: int, count: int, scarcity: str = "", log: str = os.devnull) -> None:
    """Performs `count` random operations, and checks that all works afterwards."""
    file = open(log, "wb", buffering=0)  # noqa: SIM115
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        # A random operation may close a descriptor with a small number, such as `Module.from_file(engine, 3)`.
        fuzzer = Fuzzer(style, seed, fcntl.fcntl(file, fcntl.F_DUPFD, 100))
        SCARCITIES[scarcity]()
        # What guests write is not of interest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1) if not scarcity else None
        done, fault = 0, int(os.environ.get("ANYWASM_FUZZ_FAULT", "-1"))
        while done < count:
            if done == fault:
                os.abort()  # For the test of the fuzzer itself.
            if fuzzer.rng.random() < 0.02:
                fuzzer.run_threads(10)
                done += 30
            else:
                fuzzer.step()
                done += 1
        fuzzer.pool.clear()
        gc.collect()
        if not scarcity:
            STYLES[style]()
        os.chdir("/")
    # Not to standard error, which an operation may have closed too.
    os.write(fuzzer.log, b"done\n")


if __name__ == "__main__":
    fuzz(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
