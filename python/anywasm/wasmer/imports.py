"""What is given to a module: names to externs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from anywasm import core
from anywasm.wasmer import arguments
from anywasm.wasmer.binding import Bound, Proposal
from anywasm.wasmer.describe import describe
from anywasm.wasmer.function import Function
from anywasm.wasmer.globals import Global
from anywasm.wasmer.memory import Memory
from anywasm.wasmer.sealed import Sealed
from anywasm.wasmer.store import Store
from anywasm.wasmer.table import Table


class ImportObject(Sealed):
    """Named sets of imports.

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
        """Whether something is registered under this name."""
        return arguments.text("namespace_name", namespace_name) in self._namespaces

    def register(self, namespace_name: str, namespace: dict[str, Any]) -> None:
        """Registers imports under a name, in place of what was registered before."""
        arguments.text("namespace_name", namespace_name)
        self._namespaces[namespace_name] = _checked(arguments.instance("namespace", namespace, dict, "PyDict"))

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """All of it, by name; a namespace of nothing is left out."""
        return {name: dict(namespace) for name, namespace in self._namespaces.items() if namespace}


def _checked(namespace: dict[Any, Any]) -> dict[str, Any]:
    for name, value in namespace.items():
        arguments.text(None, name)
        if not isinstance(value, (Function, Memory, Global, Table)) and not _is_tag(value):
            raise TypeError(f'`ImportObject` cannot register the given type `Ok("{type(value).__name__}")`')
    return dict(namespace)


def namespaces(import_object: Any) -> dict[str, dict[str, Any]]:
    """What `Instance` was given, as names to names to externs."""
    if import_object is None:
        return {}
    if isinstance(import_object, ImportObject):
        return import_object._namespaces
    given = arguments.instance(None, import_object, dict, "PyDict")
    return {
        str(name): _checked(arguments.instance(None, namespace, dict, "PyDict")) for name, namespace in given.items()
    }


def resolve(asked: tuple[core.Import, ...], given: dict[str, dict[str, Any]]) -> list[Any]:
    """The externs in the module's order; RuntimeError for the first that is missing."""
    found = []
    for each in asked:
        value = dict.get(given.get(each.module, {}), each.name)
        if value is None:
            where = f'Error while importing "{each.module}"."{each.name}"'
            raise RuntimeError(f"{where}: unknown import. Expected {describe(each.type)}")
        found.append(value)
    return found


def place(home: Store, externs: list[Any]) -> tuple[core.Store, list[core.Importable]]:
    """The engine store for an instance with these imports, and the imports in it.

    It is the store that imports live in already; where none does, a new one, or the one that all instances of `home`
    share. What cannot move decides: a function of another store is called there through the host, and a constant is
    the same in any.
    """
    while True:
        store = _common_store(home, externs)
        if _settled(store, [each for each in externs if isinstance(each, Bound)]):
            return store, [each if _is_tag(each) else each._in_store(store) for each in externs]
        # Meanwhile another thread has used one of them elsewhere, where it lives now.


def _common_store(home: Store, externs: list[Any]) -> core.Store:
    engine = home._engine
    fixed: set[core.Store] = set()
    live: list[core.Store] = []
    for each in externs:
        found = _lives_in(each)
        if found is None:
            continue
        if not isinstance(each, Function):
            fixed.add(found)
        elif found._core_engine is engine:
            live.append(found)
    if len(fixed) > 1 or any(store._core_engine is not engine for store in fixed):
        raise RuntimeError(
            "Error while importing: a memory, mutable global or table lives in another engine store than the rest "
            "already, and cannot move; import it before it is used, or give one instance's to the other, or compile "
            "all modules with one Store(together=True)"
        )
    candidates = [*fixed, *live]
    return candidates[0] if candidates else home._for_an_instance()


def _settled(store: core.Store, externs: list[Bound]) -> bool:
    """Whether these are all to live in the store, those too that live nowhere yet; otherwise these stay as they are."""
    if not externs:
        return True
    proposal = Proposal(store)
    return proposal.settled(all(each._agrees(proposal) for each in externs))


def _lives_in(extern: Any) -> core.Store | None:
    """Where something lives, if anywhere yet."""
    store: core.Store | None = extern._core_store if _is_tag(extern) else extern._live_store()
    return store


def _is_tag(value: Any) -> bool:
    """Whether this is an exception tag: the style has no class of its own for them, so they come as the core's."""
    return isinstance(value, core.Extern) and not isinstance(value, core.Func)


def part(store: core.Store, module: core.Module, externs: list[Any]) -> None:
    """What is made after this instance lives apart from it, unless a later one could want both.

    Memories that are written before they are imported live in the home of their `Store`. Were that always the same,
    then one instance in use would keep alive all others that ever lived there. Functions and constants can be imported
    anywhere and no module of stock wasmer has two memories, so all else that cannot move holds a home together.
    """
    memories = [each for each in externs if isinstance(each, Memory)]
    if memories and not any(map(_is_tied, _types(module))):
        for memory in memories:
            memory._binding.leave_home(store)


def _types(module: core.Module) -> Iterator[core.ExternType]:
    yield from (each.type for each in module.import_list)
    yield from (each.type for each in module.export_list)


def _is_tied(ty: core.ExternType) -> bool:
    """Whether what has this type cannot move, and can be imported beside a memory."""
    if isinstance(ty, core.GlobalType):
        return ty.mutable
    return not isinstance(ty, (core.FuncType, core.MemoryType))
