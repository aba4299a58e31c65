"""The class `Tag`, for exception tags."""

from __future__ import annotations

from anywasm import core
from anywasm.wasmtime.store import Store, check_store
from anywasm.wasmtime.types import TagType, type_from_core


class Tag:
    """An exception tag. It identifies a kind of exception, and its type lists the values that an exception carries.

    Two tags are equal (`eq`) only if they are the same tag, even if their types are equal.

    >>> from anywasm.wasmtime import FuncType, Store, Tag, TagType, ValType, WasmtimeError
    >>> store = Store()
    >>> try:
    ...     tag = Tag(store, TagType(FuncType([ValType.i32()], [])))
    ...     assert tag.eq(store, tag)
    ... except WasmtimeError as error:
    ...     assert "`tags`" in str(error)  # The engine lacks the capability.
    """

    __slots__ = ("_core",)

    def __init__(self, store: Store, ty: TagType) -> None:
        if not isinstance(ty, TagType):
            raise TypeError("expected a TagType")
        self._core = core.Tag.new(store._context(), ty._core)

    @classmethod
    def _from_core(cls, extern: core.Tag) -> Tag:
        result = cls.__new__(cls)
        result._core = extern
        return result

    def type(self, store: Store) -> TagType:
        """Returns the type of the tag."""
        check_store(store, self._core)
        result: TagType = type_from_core(self._core.type)
        return result

    def eq(self, store: Store, other: Tag) -> bool:
        """Returns whether both objects are the same tag."""
        check_store(store, self._core)
        check_store(store, other._core)
        return self._core.same(other._core)
