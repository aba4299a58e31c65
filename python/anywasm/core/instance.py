"""Instances of modules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anywasm.core.collection import collect_unused_stores, has_freed_memory
from anywasm.core.errors import Failure, take_failure
from anywasm.core.exports import export_at, extern_at
from anywasm.core.extern import Extern, crossing_error, type_with_current_size
from anywasm.core.importer import Importable, InstanceCallbacks
from anywasm.core.module import Module
from anywasm.core.store import Store, StoreObject
from anywasm.core.values import new_slots


class Instance(StoreObject):
    """An instance of a module.

    `imports` contains one item per import of the module, in the order of `Module.import_list`. The instance and all
    externs among the imports live in `store`.

    Raises the API style's error if an import has the wrong type or lives in another store, or if the start function
    traps. If the start function calls a host function that raises, raises the host function's exception object.
    """

    def __init__(self, store: Store, module: Module, imports: Sequence[Importable]) -> None:
        if module.engine is not store._core_engine:
            raise crossing_error(store, "Engine" if all(each._core_lives_in(store) for each in imports) else "Store")
        engine_module = store._core_engine_module
        callbacks: InstanceCallbacks = []
        owners = [each._core_import_into(store, callbacks) for each in imports]
        # The callbacks tell host functions which instance imports them, so that the functions can look up the exports
        # of this instance. The start function may call a host function, so the callbacks must run before the start
        # function. If the module has no exports, there is nothing to look up, and the order does not matter.
        defers_start = bool(callbacks and module.has_start and module.export_list)
        compiled = module.deferred if defers_start else module
        owner = engine_module.new_instance(store._core_owner, compiled._core_owner, owners)
        if owner is None:
            failure = take_failure(engine_module)
            # No code of the guest has run yet if there is no memory for the instance.
            if has_freed_memory(engine_module, failure):
                owner = engine_module.new_instance(store._core_owner, compiled._core_owner, owners)
                failure = failure if owner is not None else take_failure(engine_module)
            if owner is None:
                raise _instantiation_error(store, module, owners, failure)
        # `StoreObject.__init__` explains why these assignments are repeated.
        self._core_store = store
        self._core_engine_module = engine_module
        self._core_style = store._core_style
        self._core_owner = owner
        #: The instance's module.
        self.module = module
        if module.has_memories:
            collect_unused_stores(engine_module)
        for callback in callbacks:
            callback(self)
        if defers_start:
            # The last export of `module.deferred` is the start function. It follows the exports of `module`.
            self._start(len(module.export_list))

    def export(self, index: int) -> Any:
        """Returns the API style's object for the export at this position in `Module.export_list`."""
        return export_at(self._core_store, self._core_owner, self.module, index)

    def extern(self, index: int) -> Extern:
        """Returns the core's object for the export at this position in `Module.export_list`."""
        return extern_at(self._core_store, self._core_owner, self.module, index)

    def _start(self, index: int) -> None:
        """Calls the start function, which the engine has not called because the module exports it (`Module.deferred`).

        `index` is the position of the start function among the exports of `Module.deferred`.
        """
        start = Extern(self._core_store, self._core_engine_module.instance_export(self._core_owner, index))
        self._core_check(self._core_engine_module.lib.aw_func_call(start._core_ptr, new_slots(self._core_store, 0)))


def _instantiation_error(store: Store, module: Module, owners: Sequence[Any], failure: Failure) -> BaseException:
    """Returns the exception for a failed instantiation. `owners` are the Python objects that free the imports."""
    index = failure.import_index
    if index < 0:
        return store._core_exception_for(failure)
    actual = type_with_current_size(store, store._core_engine_module.pointer(owners[index]))
    return store._core_style.link_error(module.import_list[index], actual, failure)
