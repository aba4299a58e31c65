"""What a style provides to the core: its conversions, exceptions and classes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from anywasm.core.errors import Failure
from anywasm.core.types import ExternType, FuncType

if TYPE_CHECKING:
    from anywasm.core.extern import Extern
    from anywasm.core.func import Func, OpaqueRef
    from anywasm.core.module import Import
    from anywasm.core.store import Store


class StyleAdapter(ABC):
    """The interface between the core and one style."""

    #: The style's class of functions, a subclass of `core.Func`.
    func: type[Func]
    #: By core class, the function that wraps an object of that class in the style's object. The style's package fills
    #: it.
    wrappers: dict[type, Callable[[Any], Any]]

    @abstractmethod
    def exception(self, failure: Failure) -> BaseException:
        """Returns the style's exception for a failed call."""

    @abstractmethod
    def link_error(self, expected: Import, actual: ExternType | None, failure: Failure) -> BaseException:
        """Returns the style's exception for an import of the wrong type; `actual` is None for an opaque reference."""

    @abstractmethod
    def host_results(self, ty: FuncType, value: Any) -> Sequence[Any]:
        """Converts the return value of a host function to one plain value (see `core/values.py`) per result."""

    def wrap(self, extern: Extern) -> Any:
        """Returns the style's object for an extern; the extern itself if the style has no class for it."""
        wrapper = self.wrappers.get(type(extern))
        return wrapper(extern) if wrapper else extern

    def func_reference(self, store: Store, ptr: Any) -> Func | OpaqueRef:
        """Returns an object for a function that came out of the engine; the object owns the pointer `ptr`."""
        return self.func._core_from_ptr(store, ptr)
