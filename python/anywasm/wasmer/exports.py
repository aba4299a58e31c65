"""The exports of an instance, as attributes of an object."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any, NoReturn

from anywasm import core
from anywasm.wasmer import arguments
from anywasm.wasmer.sealed import Unconstructible


class Exports(Unconstructible):
    """The exports of an instance. `exports.NAME` is the export of this name. LookupError if there is none.

    Iterating gives a pair of name and object for each export, in the module's order.

    >>> from anywasm.wasmer import Instance, Module, Store
    >>> exports = Instance(Module(Store(), '(module (func (export "f")))')).exports
    >>> [name for name, _ in exports]
    ['f']
    """

    # An export becomes an attribute when the program first reads it, so that the next read is as fast as for any
    # attribute. The attribute of the class itself has a name that no export is likely to have.
    __slots__ = ("__anywasm_instance__", "__dict__", "__weakref__")

    def __getattr__(self, name: str) -> Any:
        instance = object.__getattribute__(self, "__anywasm_instance__")
        index = instance.module.export_positions.get(name)
        if index is None:
            raise LookupError(f"Export `{arguments.text(None, name)}` does not exist.")
        return _cached_export(self, index)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"'Exports' object has no attribute '{name}'")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"'Exports' object has no attribute '{name}'")

    def __len__(self) -> int:
        return len(object.__getattribute__(self, "__anywasm_instance__").module.export_list)

    def __iter__(self) -> ExportsIterator:
        return ExportsIterator._over(self)


def make_exports(instance: core.Instance) -> Exports:
    """Makes the `Exports` of an instance. A class method would hide an export of its name."""
    exports = object.__new__(Exports)
    object.__setattr__(exports, "__anywasm_instance__", instance)
    # Some programs call `exports.__getattribute__(name)`. A method of the class would slow down every access.
    exports_ref = weakref.ref(exports)
    exports.__dict__["__getattribute__"] = lambda name: getattr(exports_ref(), arguments.text(None, name))
    return exports


def _cached_export(exports: Exports, index: int) -> Any:
    """Returns the export at this position of the module's exports, as the same object each time."""
    instance = object.__getattribute__(exports, "__anywasm_instance__")
    name = instance.module.export_list[index].name
    if name not in exports.__dict__ or name == "__getattribute__":
        exports.__dict__[name] = instance.export(index)
    return exports.__dict__[name]


class ExportsIterator(Unconstructible):
    """An iterator over the exports of an instance, as pairs of name and object, in the module's order."""

    __slots__ = ("_items",)

    _items: Iterator[tuple[str, Any]]

    @classmethod
    def _over(cls, exports: Exports) -> ExportsIterator:
        iterator = object.__new__(cls)
        instance = object.__getattribute__(exports, "__anywasm_instance__")
        names = enumerate(export.name for export in instance.module.export_list)
        iterator._items = ((name, _cached_export(exports, index)) for index, name in names)
        return iterator

    def __iter__(self) -> ExportsIterator:
        return self

    def __next__(self) -> tuple[str, Any]:
        return next(self._items)
