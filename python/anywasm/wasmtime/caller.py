"""Who calls a host function."""

from __future__ import annotations

from typing import Any, Optional

from anywasm import core


class Caller(core.Caller):
    """The first argument of a host function made with `access_caller=True`: who calls it, until it returns.

    It stands for the store wherever one is asked for, and looks up the exports of the calling instance, also while that
    instance's start function runs. An instance that has a function from a table, or from another instance that exports
    what it imports, is not who calls: that is the instance that imports it from the host.

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
        """The export of this name; KeyError where there is none, or no caller any more."""
        found = self.get(name)
        if found is None:
            raise KeyError(f"failed to find export {name}")
        return found

    def get(self, name: str) -> Optional[Any]:
        """The export of this name; None where there is none, or no caller any more."""
        name.encode()  # An AttributeError for what is no text, as in wasmtime-py.
        return self._core_export(name)

    def _context(self) -> core.Store:
        if self._core_store is None:
            raise ValueError("caller is no longer valid")
        return self._core_store
