"""Imports of an instance: the `ImportObject` class, and the steps that turn imports into core objects in one store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from anywasm import core
from anywasm.wasmer import arguments
from anywasm.wasmer.binding import Bound, Claim
from anywasm.wasmer.describe import describe
from anywasm.wasmer.function import Function
from anywasm.wasmer.globals import Global
from anywasm.wasmer.memory import Memory
from anywasm.wasmer.sealed import Sealed
from anywasm.wasmer.store import Store
from anywasm.wasmer.table import Table


class ImportObject(Sealed):
    """Imports for an instance, grouped into namespaces. A namespace is the module name of an import.

    >>> from anywasm.wasmer import ImportObject, Function, Store
    >>> imports = ImportObject()
    >>> imports.register("env", {"answer": Function(Store(), lambda: 42)})
    >>> imports.contains_namespace("env")
    True
    """

    __slots__ = ("_namespaces",)

    def __init__(self) -> None:
        self._namespaces: dict[str, dict[str, Any]] = {}

    def contains_namespace(self, namespace_name: str) -> bool:
        """Returns whether a namespace of this name is registered."""
        return arguments.text("namespace_name", namespace_name) in self._namespaces

    def register(self, namespace_name: str, namespace: dict[str, Any]) -> None:
        """Registers a namespace: a dictionary from names to functions, memories, globals and tables.

        Replaces the namespace that was registered under this name before. Raises TypeError for a value that is not one
        of these objects.
        """
        arguments.text("namespace_name", namespace_name)
        self._namespaces[namespace_name] = _checked(arguments.instance("namespace", namespace, dict, "PyDict"))

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Returns all namespaces that are not empty, as a dictionary by name."""
        return {name: dict(namespace) for name, namespace in self._namespaces.items() if namespace}


def _checked(namespace: dict[Any, Any]) -> dict[str, Any]:
    for name, value in namespace.items():
        arguments.text(None, name)
        if not isinstance(value, (Function, Memory, Global, Table)) and not _is_tag(value):
            raise TypeError(f'`ImportObject` cannot register the given type `Ok("{type(value).__name__}")`')
    return dict(namespace)


def namespaces(import_object: Any) -> dict[str, dict[str, Any]]:
    """Returns the namespaces in the argument of `Instance`: an `ImportObject`, a dictionary of dictionaries or None."""
    if import_object is None:
        return {}
    if isinstance(import_object, ImportObject):
        return import_object._namespaces
    by_name = arguments.instance(None, import_object, dict, "PyDict")
    return {
        str(name): _checked(arguments.instance(None, namespace, dict, "PyDict")) for name, namespace in by_name.items()
    }


def resolve(imports: tuple[core.Import, ...], by_namespace: dict[str, dict[str, Any]]) -> list[Any]:
    """Returns the objects for a module's imports, in the module's order. RuntimeError for the first missing one."""
    externs = []
    for import_ in imports:
        extern = dict.get(by_namespace.get(import_.module, {}), import_.name)
        if extern is None:
            where = f'Error while importing "{import_.module}"."{import_.name}"'
            raise RuntimeError(f"{where}: unknown import. Expected {describe(import_.type)}")
        externs.append(extern)
    return externs


def bind_imports(style_store: Store, externs: list[Any]) -> tuple[core.Store, list[core.Importable]]:
    """Chooses the engine store for an instance. Returns this store, and the core objects to import into it.

    The choice is the engine store that the imports are bound to. If all imports are unbound, the choice is a new engine
    store or, with `Store.together`, the home store that all instances of `style_store` share.

    Only memories, mutable globals and tables limit the choice. A function of another engine store can be imported too,
    as a host function that calls it there. An immutable global can be created again in any engine store.
    """
    while True:
        store = _choose_store(style_store, externs)
        if _claim_all(store, [extern for extern in externs if isinstance(extern, Bound)]):
            return store, [extern if _is_tag(extern) else extern._importable_in(store) for extern in externs]
        # Another thread has just bound one of the objects to another store. Choose again.


def _choose_store(style_store: Store, externs: list[Any]) -> core.Store:
    engine = style_store._engine
    required: set[core.Store] = set()
    preferred: list[core.Store] = []
    for extern in externs:
        store = _bound_store(extern)
        if store is None:
            continue
        if not isinstance(extern, Function):
            required.add(store)
        elif store._core_engine is engine:
            preferred.append(store)
    if len(required) > 1 or any(store._core_engine is not engine for store in required):
        raise RuntimeError(
            "Error while importing: a memory, mutable global or table lives in another engine store than the other "
            "imports, and cannot move; import the object before you use it, or pass exports of one instance to the "
            "other, or compile all modules with one Store(together=True)"
        )
    candidates = [*required, *preferred]
    return candidates[0] if candidates else style_store._store_for_instance()


def _claim_all(store: core.Store, externs: list[Bound]) -> bool:
    """Binds all unbound objects to `store`. If an object belongs to another store, binds none and returns False."""
    if not externs:
        return True
    claim = Claim(store)
    return claim.decide(all(extern._join(claim) for extern in externs))


def _bound_store(extern: Any) -> core.Store | None:
    """Returns the engine store that an import is bound to, or None if the import can be used in any."""
    store: core.Store | None = extern._core_store if _is_tag(extern) else extern._bound_store()
    return store


def _is_tag(value: Any) -> bool:
    """Returns whether the value is an exception tag. This style has no class for tags, so they are core objects."""
    return isinstance(value, core.Extern) and not isinstance(value, core.Func)


def replace_homes(store: core.Store, module: core.Module, externs: list[Any]) -> None:
    """Makes objects that are bound to a home store later use a new one, so that `store` can be freed early.

    `store` is the engine store of a new instance. It is a home store if the program wrote to a memory before it
    imported the memory. With a single home store, one instance in use would keep all other instances in it alive.

    Nothing is replaced if the module imports or exports a mutable global, a table or a tag: a later instance could
    import such an object together with an object that is bound to the home store. Functions and immutable globals do
    not matter, because they can be imported anywhere. Memories do not matter, because stock wasmer accepts no module
    with two memories.
    """
    memories = [extern for extern in externs if isinstance(extern, Memory)]
    if memories and not any(map(_limits_store, _import_and_export_types(module))):
        for memory in memories:
            memory._binding.replace_home(store)


def _import_and_export_types(module: core.Module) -> Iterator[core.ExternType]:
    yield from (import_.type for import_ in module.import_list)
    yield from (export.type for export in module.export_list)


def _limits_store(ty: core.ExternType) -> bool:
    """Returns whether an object of this type cannot move, and can be imported beside a memory."""
    if isinstance(ty, core.GlobalType):
        return ty.mutable
    return not isinstance(ty, (core.FuncType, core.MemoryType))
