"""The class `Caller`, which represents the calling instance in a host function."""

from __future__ import annotations

from typing import Any, Optional

from anywasm import core


class Caller(core.Caller):
    """The calling instance: the first argument of a host function made with `access_caller=True`.

    It is valid until the host function returns. A program can pass it in place of a store, and can look up exports of
    the calling instance. Exports can be looked up during the instance's start function too.

    The calling instance is the instance that imports the function from the host. It may differ from the instance whose
    code makes the call: that instance may have the function from a table, or import it from an instance that exports
    its own import again.

    >>> from anywasm.wasmtime import Func, FuncType, Instance, Module, Store
    >>> store = Store()
    >>> show = Func(store, FuncType([], []), lambda caller: print(caller["memory"].read(caller, 0, 2)), True)
    >>> module = Module(store.engine, '''(module (import "" "" (func $show)) (func (export "run") (call $show))
    ...     (memory (export "memory") 1) (data (i32.const 0) "hi"))''')
    >>> Instance(store, module, [show]).exports(store)["run"](store)
    bytearray(b'hi')
    """

    __slots__ = ()

    def __getitem__(self, name: str) -> Any:
        """Returns the export of this name. KeyError if there is none, or if the host function has returned."""
        item = self.get(name)
        if item is None:
            raise KeyError(f"failed to find export {name}")
        return item

    def get(self, name: str) -> Optional[Any]:
        """Returns the export of this name. None if there is none, or if the host function has returned."""
        name.encode()  # AttributeError for an object that is not a str, as in wasmtime-py.
        return self._core_export(name)

    def _context(self) -> core.Store:
        if self._core_store is None:
            raise ValueError("caller is no longer valid")
        return self._core_store
