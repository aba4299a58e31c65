"""Exception tags."""

from __future__ import annotations

from anywasm import core
from anywasm.wasmtime.store import Store, check_store
from anywasm.wasmtime.types import TagType, of_core


class Tag:
    """A tag, which says what kind of exception is thrown and which values it carries; each tag is unlike all others.

    >>> from anywasm.wasmtime import FuncType, Store, Tag, TagType, ValType, WasmtimeError
    >>> store = Store()
    >>> try:
    ...     tag = Tag(store, TagType(FuncType([ValType.i32()], [])))
    ...     assert tag.eq(store, tag)
    ... except WasmtimeError as error:
    ...     assert "`tags`" in str(error)  # an engine without
    """

    __slots__ = ("_core",)

    def __init__(self, store: Store, ty: TagType) -> None:
        if not isinstance(ty, TagType):
            raise TypeError("expected a TagType")
        self._core = core.Tag.new(store._context(), ty._core)

    @classmethod
    def _of(cls, made: core.Tag) -> Tag:
        result = cls.__new__(cls)
        result._core = made
        return result

    def type(self, store: Store) -> TagType:
        """Its type."""
        check_store(store, self._core)
        result: TagType = of_core(self._core.type)
        return result

    def eq(self, store: Store, other: Tag) -> bool:
        """Whether both are one tag."""
        check_store(store, self._core)
        check_store(store, other._core)
        return self._core.same(other._core)
