"""What programs do with classes: compare them, replace their methods, and override methods in derived classes."""

from __future__ import annotations

import contextlib
import inspect
import unittest.mock
from collections.abc import Callable
from typing import Any

import children
from anywasm import wasmer, wasmtime
from anywasm.wasmer import engine as wasmer_engine
from anywasm.wasmtime import Func, FuncType, Store, ValType
from drivers import STYLES, Driver
from fuzz.objects import explicit_objects, public_classes

#: How Python calls special methods.
OPERATORS: dict[str, Callable[[Any], object]] = {
    "__call__": lambda thing: thing(),
    "__enter__": lambda thing: contextlib.ExitStack().enter_context(thing),
    "__exit__": lambda thing: contextlib.ExitStack().enter_context(thing),
    "__eq__": lambda thing: thing == 1,
    "__ne__": lambda thing: thing != 1,
    "__getitem__": lambda thing: thing[""],
    "__iter__": iter,
    "__len__": len,
    "__repr__": repr,
    "__str__": str,
    "__del__": lambda thing: None,
    "__copy__": lambda thing: thing.__copy__(),
}

#: The attributes of objects that are no properties.
PUBLIC = {"capability", "code", "engine", "max", "min"}

ADD = """(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))"""


def test_functions_belong_to_the_public_class(wasm: Driver) -> None:
    exported = wasm.export(wasm.instantiate(wasm.compile(ADD)), "add")
    host = wasm.func(["i32"], ["i32"], lambda number: number)
    cls: type = Func if isinstance(wasm, STYLES["explicit"]) else wasmer.Function
    assert type(exported) is type(host) is cls
    assert wasm.call(exported, 1, 2) == 3
    with unittest.mock.patch.object(cls, "__call__", return_value="patched"):
        assert wasm.call(exported, 1, 2) == wasm.call(host, 1) == "patched"
    assert (wasm.call(exported, 1, 2), wasm.call(host, 1)) == (3, 1)
    # The slow path too.
    assert wasm.call(exported, (1 << 32) - 1, 2) == 1


def test_a_derived_class_overrides_the_call(on_engine: str) -> None:
    class Logged(Func):
        def __call__(self, store: Any, *args: Any) -> Any:
            return "logged", super().__call__(store, *args)

    store = Store()
    func = Logged(store, FuncType([ValType.i32()], [ValType.i32()]), lambda number: number + 1)
    assert func(store, 1) == ("logged", 2)
    assert type(func) is Logged


def test_functions_of_several_engines_belong_to_one_class(engine: str) -> None:
    code = """
        import anywasm
        from anywasm.wasmtime import Engine, Func, FuncType, Instance, Module, Store, Trap, ValType
        class Early(Func):
            def __call__(self, store, *args):
                return "early", super().__call__(store, *args)
        installed = [info.name for info in anywasm.engines() if info.installed]
        Store()  # The engine of the environment comes first.
        signature = FuncType([ValType.i32()], [ValType.i32()])
        for name in installed:
            store = Store(Engine(name=name))
            source = '''(module (func (export "f") (param i32) (result i32) (local.get 0))
                (func (export "trap") unreachable)
                (func (export "two") (result i32 f64) (i32.const 1) (f64.const 2)))'''
            exports = Instance(store, Module(store.engine, source), []).exports(store)
            f = exports["f"]
            assert type(f) is Func
            assert (f(store, 3), f(store, 2**32 - 1), exports["two"](store)) == (3, -1, [1, 2.0])
            assert Early(store, signature, lambda number: number)(store, 4) == ("early", 4)
            try:
                exports["trap"](store)
            except Trap:
                pass
            else:
                raise AssertionError
            try:
                f(store, number=3)
            except TypeError as error:
                assert str(error) == "Func.__call__() got an unexpected keyword argument 'number'"
        print("done")
    """
    assert children.run(engine, code) == "done\n"


def _methods(cls: type) -> list[str]:
    """Returns the names of the methods that a class and its bases in anywasm define and that programs may override."""
    bases = [base for base in cls.__mro__ if base.__module__.startswith("anywasm.")]
    found = {name for base in bases for name, value in vars(base).items() if inspect.isroutine(value)}
    special = {name for name in found if name.startswith("__")} & OPERATORS.keys()
    return sorted(special | {name for name in found if not name.startswith("_")})


def test_every_method_can_be_overridden(on_engine: str) -> None:
    """A subclass's method is called, by name or by an operator, and `super()` finds the original."""
    names = explicit_objects()
    missed = []
    for name, sample in names.items():
        if type(sample) not in public_classes("explicit") or isinstance(sample, (wasmtime.TrapCode, wasmtime.DirPerms)):
            continue
        for method in _methods(type(sample)):
            thing: Any = sample
            called: list[object] = []

            def override(self: Any, *args: Any, method: str = method, called: list[object] = called) -> Any:
                called.append(self)
                return getattr(super(type(self), self), method)(*args)

            derived = type("Derived", (type(thing),), {"__slots__": (), method: override})
            original = type(thing)
            with contextlib.suppress(TypeError):  # An enumeration has no derived classes.
                thing.__class__ = derived
                call = OPERATORS.get(method, lambda thing, method=method: getattr(thing, method)())
                with contextlib.suppress(Exception):
                    call(thing)
                thing.__class__ = original
                if not called and method not in ("__del__", "__exit__"):
                    missed.append(f"{name}.{method}")
    assert not missed


def test_members_that_are_not_public_cannot_collide() -> None:
    """All names of the explicit style's own begin with `_core_`, but for two that wasmtime-py has too.

    The properties of `WasiConfig` are set by methods with other names.
    """
    # A derived class of the implicit style is possible for these classes only.
    public = [*public_classes("explicit"), wasmer_engine.Universal, wasmer_engine.Dylib, wasmtime.Managed]
    for cls in public:
        for base in cls.__mro__:
            if base.__module__.startswith("anywasm.") and base is not wasmtime.WasiConfig:
                members = {*vars(base), *vars(base).get("__annotations__", ())}
                unmarked = {name for name in members if name[0] == "_" and not name.startswith(("_core_", "__"))}
                # The standard library's names, of enumerations and of abstract classes.
                unmarked -= {name for name in unmarked if name.startswith("_abc_") or name.endswith("_")}
                assert unmarked <= {"_context", "_invalidate"}, f"{base}: {unmarked}"
    assert {name for name in vars(wasmer_engine.StoreEngine) if name[0] != "_"} == set()


def test_objects_have_no_attributes_of_other_names(on_engine: str) -> None:
    for name, thing in explicit_objects().items():
        unmarked = {each for each in getattr(thing, "__dict__", {}) if not each.startswith(("_core_", "__"))}
        # These attributes are public, or those of members of enumerations.
        assert {each for each in unmarked if not each.endswith("_")} <= PUBLIC, f"{name}: {unmarked}"
