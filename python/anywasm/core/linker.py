"""Linking by name: what `wasm.h`, which links by position, leaves to the host.

Behaviour and words are those of wasmtime's linker, which command lines and tests know.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anywasm.core import command
from anywasm.core.definition import HostDefinition
from anywasm.core.engine import Engine
from anywasm.core.errors import ErrorKind, Failure
from anywasm.core.extern import Extern
from anywasm.core.func import Func
from anywasm.core.importer import Importable
from anywasm.core.instance import Instance
from anywasm.core.module import Import, Module
from anywasm.core.store import Store
from anywasm.core.types import FuncType


class Linker:
    """Definitions by module and name, for the modules of one engine.

    A definition is an extern, which lives in a store, or a host function that is in none yet. A name is defined once,
    unless `allow_shadowing` is set.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._definitions: dict[tuple[str, str], Importable] = {}
        self.allow_shadowing = False

    def check_store(self, store: Store) -> None:
        """Refuses a store of another engine."""
        _check_engine(self._engine, store)

    def define(self, module: str, name: str, item: Importable) -> None:
        """Defines a name; an error where it is defined already."""
        key = _text(module), _text(name)
        if key in self._definitions and not self.allow_shadowing:
            raise self._error(f"import of `{module}::{name}` defined twice")
        self._definitions[key] = item

    def define_instance(self, name: str, instance: Instance) -> None:
        """Defines all exports of an instance as names of one module."""
        for index, export in enumerate(instance.core_module.export_list):
            self.define(name, export.name, instance.extern(index))

    def define_module(self, store: Store, name: str, module: Module) -> None:
        """Defines a program's functions, or a library's exports (see command.py)."""
        if command.is_command(module):
            for export, function in command.functions(store, module, self.resolve(module)):
                self.define(name, export, function)
            return
        instance = self.instantiate(store, module)
        command.initialize(instance)
        self.define_instance(name, instance)

    def define_unknown_functions_as_traps(self, module: Module) -> None:
        """Defines each function that the module imports and nobody has defined, as one that fails when it is called."""
        for missing in self._unknown(module):
            if isinstance(missing.type, FuncType):
                text = _unknown_import(missing)

                def fail(*args: Any, text: str = text) -> None:
                    raise self._error(text)

                self.define(missing.module, missing.name, HostDefinition(missing.type, fail))

    def define_unknown_as_defaults(self, store: Store, module: Module) -> None:
        """Defines all that the module imports and nobody has defined: functions that return zeros and null, zeroed
        memories and globals, tables of null.
        """
        for missing in self._unknown(module):
            self.define(missing.module, missing.name, command.default(store, missing.type))

    def find(self, store: Store, module: str, name: str) -> Extern | None:
        """What is defined under a name, for this store; None where nothing is."""
        found = self._definitions.get((_text(module), _text(name)))
        return found.as_extern(store) if found is not None else None

    def default_function(self, store: Store, module: str) -> Func:
        """What running a module means: its export without a name, or its `_start`, or a function that does nothing."""
        for name, problem in (("", f"default export in '{module}'"), ("_start", f"`_start` in '{module}'")):
            found = self.find(store, module, name)
            if isinstance(found, Func):
                return found
            if found is not None:
                raise self._error(f"{problem} is not a function")
        return HostDefinition(FuncType((), ()), lambda: None).as_extern(store)

    def resolve(self, module: Module) -> list[Importable]:
        """The definitions for a module's imports, in its order; an error for the first that is not there."""
        definitions = self._definitions
        try:
            return [definitions[name] for name in module.import_names]
        except KeyError as error:
            (name,) = error.args
            asked = next(asked for asked in module.import_list if (asked.module, asked.name) == name)
            raise self._error(_unknown_import(asked)) from None

    def instantiate(self, store: Store, module: Module) -> Instance:
        """An instance of the module, with what is defined for its imports."""
        return Instance(store, module, self.resolve(module))

    def prepare(self, module: Module) -> Prepared:
        """The module with what is defined for its imports now, checked, to be instantiated any number of times."""
        if module.core_engine is not self._engine:
            raise self._error("cross-`Engine` instantiation is not currently supported")
        imports = self.resolve(module)
        for index, item in enumerate(imports):
            item.check_import(module, index)
        return Prepared(module, imports)

    def _unknown(self, module: Module) -> list[Import]:
        imports = {(asked.module, asked.name): asked for asked in reversed(module.import_list)}
        return [imports[key] for key in reversed(imports) if key not in self._definitions]

    def _error(self, text: str) -> BaseException:
        return self._engine.style.exception(Failure.of(ErrorKind.LINK, text))


class Prepared:
    """A module whose imports are found and checked."""

    def __init__(self, module: Module, imports: Sequence[Importable]) -> None:
        self.module, self._imports = module, imports

    def instantiate(self, store: Store) -> Instance:
        """An instance in a store, in which all that lives in one of its imports must live."""
        _check_engine(self.module.core_engine, store)
        return Instance(store, self.module, self._imports)


def _check_engine(engine: Engine, store: Store) -> None:
    if store.core_engine is not engine:
        raise store._style.exception(Failure.of(ErrorKind.STORE, "cross-`Engine` usage is not supported"))


def _unknown_import(missing: Import) -> str:
    return f"unknown import: `{missing.module}::{missing.name}` has not been defined"


def _text(name: str) -> str:
    name.encode()  # Refuses what is no text, and text that no module can have.
    return name
