"""The class `Caller`: the instance that calls a host function."""

from __future__ import annotations

from typing import Any, Optional

from anywasm import core
from anywasm.wasmtime.argument_types import check_texts


class Caller(core.Caller):
    """The calling instance: the first argument of a host function that was created with `access_caller=True`.

    A caller is valid until the host function returns. A program can pass the caller in place of a store, and can look
    up exports of the calling instance. The exports are also available while the instance's start function runs.

    The calling instance is the instance that imports the function from the host. The code of another instance can make
    the call, because an instance can get a host function from a table, or from an instance that re-exports its import.
    The caller is still the instance that imports the function.

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
        """Returns the export with this name.

        Raises KeyError if the instance has no such export, or if the host function has returned.
        """
        extern = self.get(name)
        if extern is None:
            raise KeyError(f"failed to find export {name}")
        return extern

    def get(self, name: str) -> Optional[Any]:
        """Returns the export with this name.

        Returns None if the instance has no such export, or if the host function has returned.
        """
        # The same as `check_texts(name)`, without a call, for speed.
        try:
            name.encode()
        except AttributeError:
            check_texts(name)
            raise
        return self._core_export(name)

    def _context(self) -> core.Store:
        if self._core_store is None:
            raise ValueError("caller is no longer valid")
        return self._core_store

    @property
    def _core_limited_store(self) -> core.Store:
        """The store of the calling instance, for `limits.apply_to`."""
        return self._context()
