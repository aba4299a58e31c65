"""Defines the class `Exports`. Its objects have an attribute for each export of an instance."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any, NoReturn

from anywasm import core
from anywasm.wasmer import arguments
from anywasm.wasmer.sealed import Unconstructible


class Exports(Unconstructible):
    """The exports of an instance. The attribute `exports.NAME` is the export with this name.

    Reading the attribute raises LookupError if the instance has no export with this name. Iterating over `exports`
    yields a pair of name and object for each export, in the module's order.

    >>> from anywasm.wasmer import Instance, Module, Store
    >>> exports = Instance(Module(Store(), '(module (func (export "f")))')).exports
    >>> [name for name, _ in exports]
    ['f']
    """

    # When the program first reads an export, `__getattr__` stores the export in `__dict__`. Later reads are as fast as
    # for any attribute, because Python does not call `__getattr__` again. `__anywasm_instance__` has an unusual name,
    # because this attribute hides an export with the same name.
    __slots__ = ("__anywasm_instance__", "__dict__", "__weakref__")

    def __getattr__(self, name: str) -> Any:
        instance = object.__getattribute__(self, "__anywasm_instance__")
        index = instance.module.export_positions.get(name)
        if index is None:
            raise LookupError(f"Export `{arguments.check_text(None, name)}` does not exist.")
        return _cached_export(self, index)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"'Exports' object has no attribute '{name}'")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"'Exports' object has no attribute '{name}'")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        """Raises an error that is a LookupError as in wasmer 1.1, and a TypeError as for all that cannot be pickled.

        wasmer 1.1 takes the methods that Python looks for to copy an object for names of exports.
        """
        raise _PicklingError("Export `__getstate__` does not exist.")

    def __len__(self) -> int:
        return len(object.__getattribute__(self, "__anywasm_instance__").module.export_list)

    def __iter__(self) -> ExportsIterator:
        return ExportsIterator._over(self)


class _PicklingError(LookupError, TypeError):
    """The error for copying and pickling an `Exports`."""


def make_exports(instance: core.Instance) -> Exports:
    """Returns the `Exports` of an instance.

    This is a function because a class method of `Exports` would hide an export of the same name.
    """
    exports = object.__new__(Exports)
    object.__setattr__(exports, "__anywasm_instance__", instance)
    # Some programs call `exports.__getattribute__(name)` to read an export. If the class had a method with this name,
    # Python would call the method for every access to an attribute. So only the object gets a function with this name.
    exports_ref = weakref.ref(exports)
    exports.__dict__["__getattribute__"] = lambda name: getattr(exports_ref(), arguments.check_text(None, name))
    return exports


def _cached_export(exports: Exports, index: int) -> Any:
    """Returns the export at position `index` of the module's exports. Every call returns the same object."""
    instance = object.__getattribute__(exports, "__anywasm_instance__")
    name = instance.module.export_list[index].name
    if name not in exports.__dict__ or name == "__getattribute__":
        exports.__dict__[name] = instance.export(index)
    return exports.__dict__[name]


class ExportsIterator(Unconstructible):
    """An iterator over the exports of an instance. It yields pairs of name and object, in the module's order."""

    __slots__ = ("_pairs",)

    _pairs: Iterator[tuple[str, Any]]

    @classmethod
    def _over(cls, exports: Exports) -> ExportsIterator:
        iterator = object.__new__(cls)
        instance = object.__getattribute__(exports, "__anywasm_instance__")
        indexed_names = enumerate(export.name for export in instance.module.export_list)
        iterator._pairs = ((name, _cached_export(exports, index)) for index, name in indexed_names)
        return iterator

    def __iter__(self) -> ExportsIterator:
        return self

    def __next__(self) -> tuple[str, Any]:
        return next(self._pairs)
