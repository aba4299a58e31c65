"""Exception tags."""

from __future__ import annotations

from typing import Any

from anywasm.core.extern import Extern
from anywasm.core.store import Store
from anywasm.core.types import TagType


class Tag(Extern):
    """An exception tag, which identifies a kind of WebAssembly exceptions and the types of their values."""

    def __init__(self, store: Store, owner: Any, ty: TagType) -> None:
        super().__init__(store, owner)
        self._type = ty

    @classmethod
    def new(cls, store: Store, ty: TagType) -> Tag:
        """Creates a tag that differs from every existing tag, even from tags of the same type."""
        params, results = ty.func.codes
        lib = store._core_engine_module.lib
        ptr = lib.aw_tag_new(store._core_ptr, params, len(params), results, len(results))
        return cls(store, store._core_own_extern(ptr), ty)

    @property
    def type(self) -> TagType:
        """The tag's type: a function type whose parameters are the types of an exception's values."""
        return self._type

    def same(self, other: Tag) -> bool:
        """Returns whether both Python objects refer to the same tag."""
        is_same = self._core_engine_module.ffi.new("bool *")
        self._core_check(self._core_engine_module.lib.aw_tag_same(self._core_ptr, other._core_ptr, is_same))
        return bool(is_same[0])
