"""What functions, memories, tables and globals have in common."""

from __future__ import annotations

from typing import Any

from anywasm.core import types
from anywasm.core.errors import take
from anywasm.core.handle import Handle
from anywasm.core.store import Store


class Extern(Handle):
    """Something that lives in a store, can be imported and exported, and has a type. It keeps its store alive."""

    def __init__(self, store: Store, ptr: Any) -> None:
        self._store = store
        super().__init__(store._native, store._face, ptr, store._native.lib.aw_extern_delete)

    @property
    def core_store(self) -> Store:
        """The store it lives in."""
        return self._store

    def _failure(self) -> BaseException:
        return self._store.exception(take(self._native))


def type_of(store: Store, ptr: Any) -> types.ExternType | None:
    """The type of an extern; None for an opaque function reference."""
    raw = store._native.ffi.new("aw_extern_type_info *")
    store._native.lib.aw_extern_type(ptr, raw)
    return types.read(store._native, raw)
