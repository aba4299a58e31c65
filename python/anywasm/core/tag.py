"""Exception tags."""

from __future__ import annotations

from typing import Any

from anywasm.core.extern import Extern
from anywasm.core.store import Store
from anywasm.core.types import TagType


class Tag(Extern):
    """A tag: what kind of exception is thrown, and which values it carries."""

    def __init__(self, store: Store, owner: Any, ty: TagType) -> None:
        super().__init__(store, owner)
        self._type = ty

    @classmethod
    def new(cls, store: Store, ty: TagType) -> Tag:
        """A new tag, which no other equals."""
        params, results = ty.func.codes
        ptr = store._engine_module.lib.aw_tag_new(store._ptr, params, len(params), results, len(results))
        return cls(store, store.owned(ptr), ty)

    @property
    def type(self) -> TagType:
        """Its type."""
        return self._type

    def same(self, other: Tag) -> bool:
        """Whether both are one tag."""
        answer = self._engine_module.ffi.new("bool *")
        self._check(self._engine_module.lib.aw_tag_same(self._ptr, other._ptr, answer))
        return bool(answer[0])
