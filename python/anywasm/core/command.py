"""Commands and reactors: the two kinds of modules that a linker can define as a whole (WASI, "Application ABI").

A *command* is a module that exports `_start`. Each call of a command's function creates a new instance and calls the
function of that instance. A *reactor* is any other module. A reactor has one instance. If the instance exports
`_initialize`, the linker calls `_initialize` before it defines the exports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from anywasm.core.definition import HostDefinition
from anywasm.core.errors import ErrorKind, Failure
from anywasm.core.func import Func
from anywasm.core.globals import Global
from anywasm.core.importer import Importable
from anywasm.core.instance import Instance
from anywasm.core.memory import Memory
from anywasm.core.module import Module
from anywasm.core.store import Store
from anywasm.core.table import Table
from anywasm.core.types import NUMBERS, ExternType, FuncType, GlobalType, MemoryType, TableType, ValType

#: Names and types of the exports, other than functions, that a command may have. Compilers emit these exports. The
#: linker ignores them, because each call of a command's function creates a new instance, so no other module can use the
#: memory, table or globals of a command.
_IGNORED_EXPORTS: dict[str, type] = {
    "memory": MemoryType,
    "table": TableType,
    "__indirect_function_table": TableType,
    "__data_end": GlobalType,
    "__heap_base": GlobalType,
    "__dso_handle": GlobalType,
    "__rtti_base": GlobalType,
}


def is_command(module: Module) -> bool:
    """Returns True for a command and False for a reactor.

    Raises the API style's error if the module exports both `_start` and `_initialize`, or if the one that it exports is
    not a function.
    """
    types = {export.name: export.type for export in module.export_list}
    entry_points = [name for name in ("_start", "_initialize") if name in types]
    if len(entry_points) == 2:
        raise _link_error(module, "Program cannot be both a Command and a Reactor")
    for name in entry_points:
        if not isinstance(types[name], FuncType):
            raise _link_error(module, f"`{name}` must be a function")
    return entry_points == ["_start"]


def function_definitions(
    store: Store, module: Module, imports: Sequence[Importable]
) -> Iterator[tuple[str, Importable]]:
    """Yields the name and the function of each exported function of a command.

    `imports` are the imports of the instances that the functions create. Raises the API style's error if an import has
    the wrong type, or if the command has an export that is neither a function nor in `_IGNORED_EXPORTS`.
    """
    for index, definition in enumerate(imports):
        definition._core_check_import(module, index)
    for index, export in enumerate(module.export_list):
        if isinstance(export.type, FuncType):
            function = HostDefinition(export.type, _call_in_new_instance(store, module, imports, index))
            yield export.name, function._core_as_extern(store)
        elif _IGNORED_EXPORTS.get(export.name) is not type(export.type):
            raise _link_error(module, f"command export '{export.name}' is not a function")


def _call_in_new_instance(
    store: Store, module: Module, imports: Sequence[Importable], index: int
) -> Callable[..., Any]:
    """Returns a callable that creates an instance of the module, then calls the instance's export at `index`."""

    def call(*args: Any) -> Any:
        function = Instance(store, module, imports).extern(index)
        assert isinstance(function, Func)
        results = tuple(function._core_call(args))
        return None if not results else results[0] if len(results) == 1 else results

    return call


def initialize(instance: Instance) -> None:
    """Calls the function `_initialize` of a reactor's instance, if the instance exports this function.

    Raises the API style's error if `_initialize` has parameters or results.
    """
    index = instance.module.export_positions.get("_initialize")
    if index is None:
        return
    function = instance.extern(index)
    assert isinstance(function, Func)
    signature = function._core_signature
    for kind, types in (("parameters", signature.params), ("results", signature.results)):
        if types:
            text = f"type mismatch with {kind}\n    1: expected 0 types, found {len(types)}\n"
            context = "calling the Reactor initialization function"
            raise _link_error(instance.module, f"{context}\n\nCaused by:\n    0: {text}")
    function._core_call(())


def create_default(store: Store, ty: ExternType) -> Importable:
    """Creates the default object of a type.

    The default is a function that returns zeros and null references, a global whose value is zero or a null reference,
    a memory of zeros, or a table of null references. Raises the API style's error for a tag type, because tags have no
    default.
    """
    if isinstance(ty, FuncType):
        values = tuple(map(_zero, ty.results))
        result = None if not values else values[0] if len(values) == 1 else values
        return HostDefinition(ty, lambda *args: result)
    if isinstance(ty, GlobalType):
        return Global.new(store, ty, _zero(ty.content))
    if isinstance(ty, MemoryType):
        return Memory.new(store, ty)
    if isinstance(ty, TableType):
        return Table.new(store, ty, None)
    failure = Failure.of(ErrorKind.LINK, f"there is no default value of type {ty}")
    raise store._core_exception_for(failure)


def _zero(ty: ValType) -> Any:
    """Returns zero as a float or an int, whichever the core uses for the type, or None for a reference type."""
    if ty in NUMBERS:
        return 0.0 if ty in (ValType.F32, ValType.F64) else 0
    return 0 if ty is ValType.V128 else None


def _link_error(module: Module, text: str) -> BaseException:
    return module.engine._core_style.exception(Failure.of(ErrorKind.LINK, text))
