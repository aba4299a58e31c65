"""The class `Tag`, for exception tags."""

from __future__ import annotations

from anywasm import core
from anywasm.wasmtime.argument_types import check_class
from anywasm.wasmtime.store import Store, check_store, context
from anywasm.wasmtime.types import TagType, type_from_core


class Tag:
    """An exception tag. A tag identifies a kind of exception. Its type contains the types of the exception's values.

    Two tags with equal types are still different kinds of exceptions. `eq` returns True only for the same tag.

    >>> from anywasm.wasmtime import FuncType, Store, Tag, TagType, ValType, WasmtimeError
    >>> store = Store()
    >>> try:
    ...     tag = Tag(store, TagType(FuncType([ValType.i32()], [])))
    ...     assert tag.eq(store, tag)
    ... except WasmtimeError as error:
    ...     assert "`tags`" in str(error)  # The engine lacks the capability.
    """

    __slots__ = ("_core_object",)

    def __init__(self, store: Store, ty: TagType) -> None:
        if not isinstance(ty, TagType):
            raise TypeError("expected a TagType")
        self._core_object = core.Tag.new(context(store), ty._core_object)

    @classmethod
    def _core_wrap(cls, extern: core.Tag) -> Tag:
        wrapper = cls.__new__(cls)
        wrapper._core_object = extern
        return wrapper

    def type(self, store: Store) -> TagType:
        """Returns the type of the tag, with the types of an exception's values."""
        check_store(store, self._core_object)
        ty: TagType = type_from_core(self._core_object.type)
        return ty

    def eq(self, store: Store, other: Tag) -> bool:
        """Returns whether `other` is the same tag."""
        check_store(store, self._core_object)
        check_class(other, Tag, "_tag")
        check_store(store, other._core_object)
        return self._core_object.same(other._core_object)
