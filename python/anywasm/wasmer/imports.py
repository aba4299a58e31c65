"""Defines the class `ImportObject`, and converts the imports of an instance to core objects of one engine store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from anywasm import core
from anywasm.wasmer import arguments
from anywasm.wasmer.binding import Bindable, Claim
from anywasm.wasmer.describe import format_extern_type
from anywasm.wasmer.function import Function
from anywasm.wasmer.globals import Global
from anywasm.wasmer.memory import Memory
from anywasm.wasmer.sealed import Sealed
from anywasm.wasmer.store import Store
from anywasm.wasmer.table import Table


class ImportObject(Sealed):
    """Imports for an instance, grouped into namespaces. The name of a namespace is the module name of its imports.

    >>> from anywasm.wasmer import ImportObject, Function, Store
    >>> imports = ImportObject()
    >>> imports.register("env", {"answer": Function(Store(), lambda: 42)})
    >>> imports.contains_namespace("env")
    True
    """

    __slots__ = ("_namespaces", "_unlisted")

    # wasmer 1.1 ignores all arguments.
    def __init__(self, *_: Any, **__: Any) -> None:
        self._namespaces: dict[str, dict[str, Any]] = {}
        #: Imports that wasmer 1.1 does not have in the registered namespaces. `to_dict` does not list them, but a
        #: module can import them.
        self._unlisted: dict[str, dict[str, Any]] = {}

    def contains_namespace(self, namespace_name: str) -> bool:
        """Returns whether a namespace of this name is registered."""
        return arguments.check_text("namespace_name", namespace_name) in self._namespaces

    def register(self, namespace_name: str, namespace: dict[str, Any]) -> None:
        """Registers a namespace. A namespace is a dictionary that maps names to externs.

        An extern is a function, memory, global, table or tag. Raises TypeError for any other value. A namespace that
        was registered under the same name before is replaced.
        """
        arguments.check_text("namespace_name", namespace_name)
        self._namespaces[namespace_name] = _check_namespace(
            arguments.check_instance("namespace", namespace, dict, "PyDict")
        )
        self._unlisted.pop(namespace_name, None)

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Returns a dictionary that maps names to namespaces. Empty namespaces are omitted."""
        return {name: dict(namespace) for name, namespace in self._namespaces.items() if namespace}


def _check_namespace(namespace: dict[Any, Any]) -> dict[str, Any]:
    """Returns a copy of a namespace. Raises TypeError if a name is not a str, or if a value cannot be imported."""
    for name, value in namespace.items():
        arguments.check_text(None, name)
        if not isinstance(value, (Function, Memory, Global, Table)) and not _is_tag(value):
            raise TypeError(f'`ImportObject` cannot register the given type `Ok("{type(value).__name__}")`')
    return dict(namespace)


def namespaces_from(import_object: Any) -> dict[str, dict[str, Any]]:
    """Returns the namespaces by name, from the parameter `import_object` of `Instance`.

    The parameter is an `ImportObject`, a dictionary of dictionaries, or None for no imports.
    """
    if import_object is None:
        return {}
    if isinstance(import_object, ImportObject):
        unlisted = import_object._unlisted
        return {name: {**unlisted.get(name, {}), **namespace} for name, namespace in import_object._namespaces.items()}
    by_name = arguments.check_instance(None, import_object, dict, "PyDict")
    return {
        str(name): _check_namespace(arguments.check_instance(None, namespace, dict, "PyDict"))
        for name, namespace in by_name.items()
    }


def resolve_imports(imports: tuple[core.Import, ...], by_namespace: dict[str, dict[str, Any]]) -> list[Any]:
    """Returns the object (extern) to import for each import, in the module's order.

    Raises RuntimeError if there is no object for an import.
    """
    externs = []
    for import_ in imports:
        extern = dict.get(by_namespace.get(import_.module, {}), import_.name)
        if extern is None:
            prefix = f'Error while importing "{import_.module}"."{import_.name}"'
            raise RuntimeError(f"{prefix}: unknown import. Expected {format_extern_type(import_.type)}")
        externs.append(extern)
    return externs


def bind_imports(style_store: Store, externs: list[Any]) -> tuple[core.Store, list[core.Importable]]:
    """Chooses the engine store of a new instance. Returns the engine store and the core objects to import.

    The parameter `externs` contains the objects of this API style to import.

    If an extern is bound to an engine store, the instance gets this engine store. If all externs are unbound, the
    instance gets a new engine store. With `Store.together`, the instance gets the home store of `style_store` instead
    of a new engine store, because all instances share the home store.

    Only memories, mutable globals, tables and tags limit the choice. A function of another engine store can be imported
    as a host function that calls the function. An immutable global can be created again in any engine store.
    """
    while True:
        store = _choose_store(style_store, externs)
        if _claim_all(store, [extern for extern in externs if isinstance(extern, Bindable)]):
            return store, [extern if _is_tag(extern) else extern._importable_in(store) for extern in externs]
        # Another thread has bound one of the externs to a different engine store. Choose again.


def _choose_store(style_store: Store, externs: list[Any]) -> core.Store:
    """Returns the engine store for an instance that imports these externs.

    Raises RuntimeError if two externs (objects to import) that cannot move are bound to different engine stores.
    """
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


def _claim_all(store: core.Store, externs: list[Bindable]) -> bool:
    """Binds all objects of `externs` that live in no engine store yet to `store`, and returns True.

    If one of the objects is bound to a different engine store, binds no object and returns False.
    """
    if not externs:
        return True
    claim = Claim(store)
    return claim.decide(all(extern._add_to_claim(claim) for extern in externs))


def _bound_store(extern: Any) -> core.Store | None:
    """Returns the engine store of an object to import. Returns None if any engine store can use the object."""
    store: core.Store | None = extern._core_store if _is_tag(extern) else extern._bound_store()
    return store


def _is_tag(value: Any) -> bool:
    """Returns whether the value is an exception tag.

    The API of wasmer 1.1 has no class for tags. So tags are core objects, while all other objects to import are objects
    of this API style.
    """
    return isinstance(value, core.Extern) and not isinstance(value, core.Func)


def replace_homes(store: core.Store, module: core.Module, externs: list[Any]) -> None:
    """Makes the `Store` of each imported memory use a new home store if its home store is `store`.

    `store` is the engine store of a new instance that imports `externs`. A home store is the engine store in which a
    `Store` creates objects that the program uses before it imports them. If the program wrote to a memory before it
    imported the memory, `store` is a home store. After the replacement, objects that are bound later use a new home
    store. So `store` can be freed as soon as this instance is freed. If all instances shared a single home store, one
    instance in use would keep all other instances alive.

    The home store is not replaced if the module imports or exports a mutable global, a table or a tag. The reason is
    that a later instance could import this object together with an object that is bound to the home store. Both objects
    must be in the same engine store, so both need the same home store. Functions and immutable globals are no obstacle,
    because they can be imported into any engine store. Memories are no obstacle, because wasmer 1.1 accepts no module
    with two memories: its programs never import a second memory together with the first.
    """
    memories = [extern for extern in externs if isinstance(extern, Memory)]
    if memories and not any(map(_prevents_replacement, _import_and_export_types(module))):
        for memory in memories:
            memory._binding.replace_home(store)


def _import_and_export_types(module: core.Module) -> Iterator[core.ExternType]:
    yield from (import_.type for import_ in module.import_list)
    yield from (export.type for export in module.export_list)


def _prevents_replacement(ty: core.ExternType) -> bool:
    """Returns whether an import or export of this type prevents `replace_homes` from replacing a home store."""
    if isinstance(ty, core.GlobalType):
        return ty.mutable
    return not isinstance(ty, (core.FuncType, core.MemoryType))
