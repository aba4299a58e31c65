"""Linking by name. `wasm.h` links by position and leaves names to the host.

Behaviour and error texts are those of wasmtime's linker, which programs and tests know.
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
    """Definitions by module name and name, for the modules of one engine.

    A definition is an extern, which lives in a store, or a host function that lives in no store yet. A name can be
    defined only once, unless `allow_shadowing` is set.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._definitions: dict[tuple[str, str], Importable] = {}
        self.allow_shadowing = False

    def check_store(self, store: Store) -> None:
        """Raises the style's error for a store of another engine."""
        _check_engine(self._engine, store)

    def define(self, module: str, name: str, item: Importable) -> None:
        """Defines a name; the style's error if it is already defined."""
        key = _checked(module), _checked(name)
        if key in self._definitions and not self.allow_shadowing:
            raise self._error(f"import of `{module}::{name}` defined twice")
        self._definitions[key] = item

    def define_instance(self, name: str, instance: Instance) -> None:
        """Defines all exports of an instance, under the module name `name`."""
        for index, export in enumerate(instance.module.export_list):
            self.define(name, export.name, instance.extern(index))

    def define_module(self, store: Store, name: str, module: Module) -> None:
        """Defines a command's functions or a reactor's exports under the module name `name` (see `core/command.py`)."""
        if command.is_command(module):
            for export, function in command.functions(store, module, self.resolve(module)):
                self.define(name, export, function)
            return
        instance = self.instantiate(store, module)
        command.initialize(instance)
        self.define_instance(name, instance)

    def define_unknown_functions_as_traps(self, module: Module) -> None:
        """Defines each undefined function import of the module as a host function that raises."""
        for missing in self._unknown(module):
            if isinstance(missing.type, FuncType):
                text = _unknown_import(missing)

                def fail(*args: Any, text: str = text) -> None:
                    raise self._error(text)

                self.define(missing.module, missing.name, HostDefinition(missing.type, fail))

    def define_unknown_as_defaults(self, store: Store, module: Module) -> None:
        """Defines each undefined import of the module as its type's default (see `command.default`)."""
        for missing in self._unknown(module):
            self.define(missing.module, missing.name, command.default(store, missing.type))

    def find(self, store: Store, module: str, name: str) -> Extern | None:
        """Returns the definition of a name as an extern in a store; None if the name is not defined."""
        found = self._definitions.get((_checked(module), _checked(name)))
        return found._core_as_extern(store) if found is not None else None

    def default_function(self, store: Store, module: str) -> Func:
        """Returns the function that runs a module: its export with the empty name, else its `_start`, else a function
        that does nothing.
        """
        for name, problem in (("", f"default export in '{module}'"), ("_start", f"`_start` in '{module}'")):
            found = self.find(store, module, name)
            if isinstance(found, Func):
                return found
            if found is not None:
                raise self._error(f"{problem} is not a function")
        return HostDefinition(FuncType((), ()), lambda: None)._core_as_extern(store)

    def resolve(self, module: Module) -> list[Importable]:
        """Returns the definitions of a module's imports, in its order. The style's error if an import is undefined."""
        definitions = self._definitions
        try:
            return [definitions[name] for name in module.import_names]
        except KeyError as error:
            (name,) = error.args
            missing = next(each for each in module.import_list if (each.module, each.name) == name)
            raise self._error(_unknown_import(missing)) from None

    def instantiate(self, store: Store, module: Module) -> Instance:
        """Instantiates the module with the definitions of its imports."""
        return Instance(store, module, self.resolve(module))

    def prepare(self, module: Module) -> Prepared:
        """Resolves and checks the module's imports once, so that it can be instantiated any number of times.

        Later definitions have no effect on the result.
        """
        if module.engine is not self._engine:
            raise self._error("cross-`Engine` instantiation is not currently supported")
        imports = self.resolve(module)
        for index, item in enumerate(imports):
            item._core_check_import(module, index)
        return Prepared(module, imports)

    def _unknown(self, module: Module) -> list[Import]:
        """Returns the module's undefined imports, in its order. A name that is imported twice has its first type."""
        imports = {(each.module, each.name): each for each in reversed(module.import_list)}
        return [imports[key] for key in reversed(imports) if key not in self._definitions]

    def _error(self, text: str) -> BaseException:
        return self._engine._core_style.exception(Failure.of(ErrorKind.LINK, text))


class Prepared:
    """A module whose imports are resolved and checked."""

    def __init__(self, module: Module, imports: Sequence[Importable]) -> None:
        self.module, self._imports = module, imports

    def instantiate(self, store: Store) -> Instance:
        """Instantiates the module in a store. The style's error if an import lives in another store."""
        _check_engine(self.module.engine, store)
        return Instance(store, self.module, self._imports)


def _check_engine(engine: Engine, store: Store) -> None:
    if store._core_engine is not engine:
        raise store._core_style.exception(Failure.of(ErrorKind.STORE, "cross-`Engine` usage is not supported"))


def _unknown_import(missing: Import) -> str:
    return f"unknown import: `{missing.module}::{missing.name}` has not been defined"


def _checked(name: str) -> str:
    # Raises AttributeError for anything but a str, and UnicodeEncodeError for a str that no module can contain.
    name.encode()
    return name
