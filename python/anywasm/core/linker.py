"""Linking of imports by name.

`wasm.h`, the C interface of the engines, takes imports by position, so Python code must look up imports by name.

The behaviour and the error texts are the same as in wasmtime's linker, because programs and tests rely on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anywasm.core import command
from anywasm.core.definition import HostDefinition
from anywasm.core.description import Import
from anywasm.core.engine import Engine
from anywasm.core.errors import ErrorKind, Failure
from anywasm.core.extern import Extern
from anywasm.core.func import Func
from anywasm.core.importer import Importable
from anywasm.core.instance import Instance
from anywasm.core.module import Module
from anywasm.core.store import Store
from anywasm.core.types import FuncType


class Linker:
    """Maps the two names of an import (a module name and a name) to a definition, for the modules of one engine.

    A definition is an extern or a `HostDefinition`. An extern, for example a memory, lives in one store. A
    `HostDefinition`, a Python callable with a type, can be imported in any store. A pair of names can be defined only
    once, unless `allow_shadowing` is True.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._definitions: dict[tuple[str, str], Importable] = {}
        self.allow_shadowing = False

    def check_store(self, store: Store) -> None:
        """Raises the API style's error if the store has another engine than the linker."""
        _check_engine(self._engine, store)

    def define(self, module: str, name: str, definition: Importable) -> None:
        """Adds a definition for imports that have the module name `module` and the name `name`.

        Raises the API style's error if this pair of names is already defined and `allow_shadowing` is False.
        """
        key = _checked_name(module), _checked_name(name)
        if key in self._definitions and not self.allow_shadowing:
            raise self._link_error(f"import of `{module}::{name}` defined twice")
        self._definitions[key] = definition

    def define_instance(self, name: str, instance: Instance) -> None:
        """Defines each export of an instance under the module name `name` and the export's name."""
        for index, export in enumerate(instance.module.export_list):
            self.define(name, export.name, instance.extern(index))

    def define_command(self, store: Store, name: str, module: Module) -> None:
        """Defines the functions of a command (`command.is_command`) under the module name `name`.

        Each call of a function creates a new instance.
        """
        for export_name, function in command.function_definitions(store, module, self.resolve(module)):
            self.define(name, export_name, function)

    def define_unknown_functions_as_traps(self, module: Module) -> None:
        """Defines each undefined function import of the module as a host function that raises the API style's error."""
        for missing in self._undefined_imports(module):
            if isinstance(missing.type, FuncType):
                text = _undefined_import_text(missing)

                def fail(*args: Any, text: str = text) -> None:
                    raise self._link_error(text)

                self.define(missing.module, missing.name, HostDefinition(missing.type, fail))

    def define_unknown_as_defaults(self, store: Store, module: Module) -> None:
        """Defines each undefined import of the module as the default of its type (see `command.create_default`)."""
        for missing in self._undefined_imports(module):
            self.define(missing.module, missing.name, command.create_default(store, missing.type))

    def find(self, store: Store, module: str, name: str) -> Extern | None:
        """Returns the definition that has the module name `module` and the name `name`, as an extern in `store`.

        Returns None if this pair of names is not defined.
        """
        definition = self._definitions.get((_checked_name(module), _checked_name(name)))
        return definition._core_as_extern(store) if definition is not None else None

    def default_function(self, store: Store, module: str) -> Func:
        """Returns the function that runs the module defined under a module name.

        The function is the definition with the empty name. If the empty name is not defined, the function is the
        definition with the name `_start`. If neither name is defined, returns a function that does nothing. Raises the
        API style's error if the definition of the empty name or of `_start` is not a function.
        """
        for name, description in (("", f"default export in '{module}'"), ("_start", f"`_start` in '{module}'")):
            extern = self.find(store, module, name)
            if isinstance(extern, Func):
                return extern
            if extern is not None:
                raise self._link_error(f"{description} is not a function")
        return HostDefinition(FuncType((), ()), lambda: None)._core_as_extern(store)

    def resolve(self, module: Module) -> list[Importable]:
        """Returns the definitions of a module's imports, in the order of `Module.import_list`.

        Raises the API style's error if an import is not defined.
        """
        definitions = self._definitions
        try:
            return [definitions[name] for name in module.import_names]
        except KeyError as error:
            (name,) = error.args
            missing = next(each for each in module.import_list if (each.module, each.name) == name)
            raise self._link_error(_undefined_import_text(missing)) from None

    def instantiate(self, store: Store, module: Module) -> Instance:
        """Instantiates the module with this linker's definitions of the module's imports."""
        return Instance(store, module, self.resolve(module))

    def prepare(self, module: Module) -> PreparedModule:
        """Resolves and checks the module's imports once. The result can instantiate the module any number of times.

        Definitions that are added to the linker later do not change the result.
        """
        if module.engine is not self._engine:
            raise self._link_error("cross-`Engine` instantiation is not currently supported")
        imports = self.resolve(module)
        for index, definition in enumerate(imports):
            definition._core_check_import(module, index)
        return PreparedModule(module, imports)

    def _undefined_imports(self, module: Module) -> list[Import]:
        """Returns the module's undefined imports, in the order of `Module.import_list`.

        If the module imports the same pair of names twice, the result contains only the first of the two imports.
        """
        imports = {(each.module, each.name): each for each in reversed(module.import_list)}
        return [imports[key] for key in reversed(imports) if key not in self._definitions]

    def _link_error(self, text: str) -> BaseException:
        return self._engine._core_style.exception(Failure.of(ErrorKind.LINK, text))


class PreparedModule:
    """A module whose imports are resolved and checked."""

    def __init__(self, module: Module, imports: Sequence[Importable]) -> None:
        self.module, self._imports = module, imports

    def instantiate(self, store: Store) -> Instance:
        """Instantiates the module in a store. Raises the API style's error if an import lives in another store."""
        _check_engine(self.module.engine, store)
        return Instance(store, self.module, self._imports)


def _check_engine(engine: Engine, store: Store) -> None:
    """Raises the API style's error if the store has another engine."""
    if store._core_engine is not engine:
        raise store._core_style.exception(Failure.of(ErrorKind.STORE, "cross-`Engine` usage is not supported"))


def _undefined_import_text(missing: Import) -> str:
    return f"unknown import: `{missing.module}::{missing.name}` has not been defined"


def _checked_name(name: str) -> str:
    """Returns the name unchanged.

    Raises AttributeError if `name` is not a str. Raises UnicodeEncodeError if `name` has no UTF-8 encoding, because no
    module can contain such a name.
    """
    name.encode()
    return name
