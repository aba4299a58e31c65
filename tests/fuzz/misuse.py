"""Misuses an object of each public class: a second `__init__`, `__new__` alone, copies, and internal calls.

Everything may raise, and nothing may end the process. `test_misuse.py` runs this in child processes.
"""

from __future__ import annotations

import contextlib
import copy
import gc
import inspect
import os
import pickle
import tempfile
from collections.abc import Callable, Iterable
from typing import Any

from anywasm.core.handle import Handle
from fuzz.objects import STYLES

#: Raw numbers and other wrong arguments. A number is a plausible address, because it is the address of an object.
_WRONG: list[Any] = [0, 1, 12345, -1, 1 << 63, id(object), "text", b"bytes", None, [], 1.5]


def attempt(function: Callable[..., Any], *args: Any) -> Any:
    """Returns the result of a call, or None if it raises."""
    try:
        return function(*args)
    except (Exception, SystemExit):
        return None


def names(thing: object) -> list[str]:
    """Returns the names of all attributes of an object, but for those of every object."""
    found = {name for cls in type(thing).__mro__ for name in (*vars(cls), *vars(cls).get("__slots__", ()))}
    found |= set(attempt(vars, thing) or ())
    return sorted(name for name in found if name not in dir(object) and name != "__init_subclass__")


def use(thing: object, arguments: Iterable[tuple[Any, ...]]) -> None:
    """Reads each attribute of an object and calls it with each tuple of arguments."""
    for name in names(thing):
        attribute = attempt(getattr, thing, name)
        for args in arguments:
            if callable(attribute) and not inspect.isclass(attribute):
                attempt(attribute, *args)
    attempt(repr, thing)
    attempt(hash, thing)


def second_init(objects: dict[str, object], thing: object) -> None:
    """Calls `__init__` again, with no arguments and with those of the other objects that fit."""
    some = [objects.get(name) for name in ("engine", "store", "module", "config", "function type", "host function")]
    init = type(thing).__init__
    for args in [(), *((each,) for each in some), ("text",), (1, 2)]:
        attempt(init, thing, *args)
    store, unary = objects.get("store"), objects.get("function type")
    attempt(init, thing, store, unary, lambda number: number)
    attempt(init, thing, store, objects.get("module"), [objects.get("host function")])
    attempt(init, thing, store, objects.get("memory type"))
    attempt(init, thing, objects.get("module"), objects.get("import object"))


def new_alone(objects: dict[str, object], thing: object) -> None:
    """Creates an object without `__init__`, and uses it."""
    for create in (type(thing).__new__, object.__new__):
        raw = attempt(create, type(thing))
        if raw is not None:
            use(raw, [(), (objects["store"],), (objects["store"], 0), (raw,)])
            for other in objects.values():
                use(other, [(raw,)]) if other is objects["store"] else None
            attempt(raw.__init__)


def copies(objects: dict[str, object], thing: object) -> None:
    """Copies an object in each way, uses the copy, and drops it while the object is in use."""
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        attempt(pickle.loads, attempt(pickle.dumps, thing, protocol))
        attempt(thing.__reduce_ex__, protocol)
    for make in (copy.copy, copy.deepcopy):
        copied = attempt(make, thing)
        use(copied, [(), (objects["store"],), (1,)])
        attempt(getattr(copied, "close", lambda: None))
        del copied
        gc.collect()
    state = attempt(vars, thing)
    attempt(lambda: thing.__setstate__(state))  # type: ignore[attr-defined]


def internal_calls(objects: dict[str, object], thing: object) -> None:
    """Calls each attribute with raw numbers and other wrong arguments."""
    store = objects["store"]
    use(thing, [(wrong,) for wrong in _WRONG])
    use(thing, [(12345, 12345), (store, 12345), (store, 12345, 12345), ("extern", 12345), (12345, 12345, 12345, 12345)])
    use(thing, [(store, 12345, objects["function type"], None), (12345, b"", b"", None), (store, None)])
    # The core's object behind an object of a style.
    for name in names(thing):
        inner = attempt(getattr, thing, name)
        if isinstance(inner, Handle) and inner is not store:
            use(inner, [(), *((wrong,) for wrong in _WRONG), (12345, 12345), (12345, 12345, 12345)])


MISUSES = {each.__name__: each for each in (second_init, new_alone, copies, internal_calls)}


def misuse(style: str, kind: str) -> None:
    """Misuses an object of each class, each among new objects, and uses the others afterwards."""
    create_objects = STYLES[style]
    # A wrong argument may be the name of a file that a method creates.
    folder = tempfile.TemporaryDirectory()
    os.chdir(folder.name)
    for name in create_objects():
        print(name, flush=True)  # The last name tells which class ended the process.
        objects = create_objects()
        MISUSES[kind](objects, objects[name])
        gc.collect()
        _use_the_world(style, objects)
        objects.clear()
        gc.collect()
    # All works as if nothing had happened.
    create_objects()
    print("done")


def _use_the_world(style: str, objects: dict[str, Any]) -> None:
    store = (objects["store"],) if style == "explicit" else ()
    with contextlib.suppress(Exception):
        assert objects["exported add"](*store, 2, 3) == 5
    for name in ("host function", "function with a caller", "exported call", "exported trap", "exported mixed"):
        attempt(objects.get(name, print), *store, 1)
    for name in ("exported memory", "memory", "own memory", "shared memory", "own table", "exported table"):
        use(objects.get(name), [store, (*store, 0, 4), (*store, b"abc", 0)])
