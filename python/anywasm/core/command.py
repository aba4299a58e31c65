"""Programs and libraries: what a module that is linked as a whole stands for (WASI, "Application ABI").

A *command* exports `_start`. Each call of one of its functions gets an instance of its own. Any other module is a
*reactor*: there is one instance, whose `_initialize`, if it has one, is called first.
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

#: What a command may export besides functions, as compilers make it: nobody can use it.
_TOLERATED: dict[str, type] = {
    "memory": MemoryType,
    "table": TableType,
    "__indirect_function_table": TableType,
    "__data_end": GlobalType,
    "__heap_base": GlobalType,
    "__dso_handle": GlobalType,
    "__rtti_base": GlobalType,
}


def is_command(module: Module) -> bool:
    """Whether the module is a command; an error where it is neither that nor a reactor."""
    types = {export.name: export.type for export in module.export_list}
    found = [name for name in ("_start", "_initialize") if name in types]
    if len(found) == 2:
        raise _error(module, "Program cannot be both a Command and a Reactor")
    for name in found:
        if not isinstance(types[name], FuncType):
            raise _error(module, f"`{name}` must be a function")
    return found == ["_start"]


def functions(store: Store, module: Module, imports: Sequence[Importable]) -> Iterator[tuple[str, Importable]]:
    """A command's functions by name: each call of one has an instance of its own, with these imports."""
    for index, item in enumerate(imports):
        item.check_import(module, index)
    for index, export in enumerate(module.export_list):
        if isinstance(export.type, FuncType):
            definition = HostDefinition(export.type, _fresh(store, module, imports, index))
            yield export.name, definition.as_extern(store)
        elif _TOLERATED.get(export.name) is not type(export.type):
            raise _error(module, f"command export '{export.name}' is not a function")


def _fresh(store: Store, module: Module, imports: Sequence[Importable], index: int) -> Callable[..., Any]:
    def call(*args: Any) -> Any:
        function = Instance(store, module, imports).extern(index)
        assert isinstance(function, Func)
        results = tuple(function.call(args))
        return None if not results else results[0] if len(results) == 1 else results

    return call


def initialize(instance: Instance) -> None:
    """Calls a reactor's `_initialize`, if it has one."""
    index = instance.core_module.export_positions.get("_initialize")
    if index is None:
        return
    function = instance.extern(index)
    assert isinstance(function, Func)
    signature = function.signature
    for what, types in (("parameters", signature.params), ("results", signature.results)):
        if types:
            text = f"type mismatch with {what}\n    1: expected 0 types, found {len(types)}\n"
            context = "calling the Reactor initialization function"
            raise _error(instance.core_module, f"{context}\n\nCaused by:\n    0: {text}")
    function.call(())


def default(store: Store, ty: ExternType) -> Importable:
    """Something of this type that does nothing and holds zeros and null."""
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
    raise store.core_exception(Failure.of(ErrorKind.LINK, f"there is no default value of type {ty}"))


def _zero(ty: ValType) -> Any:
    if ty in NUMBERS:
        return 0.0 if ty in (ValType.F32, ValType.F64) else 0
    return 0 if ty is ValType.V128 else None


def _error(module: Module, text: str) -> BaseException:
    return module.core_engine.style.exception(Failure.of(ErrorKind.LINK, text))
