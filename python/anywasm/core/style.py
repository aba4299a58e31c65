"""The interface through which the core uses an API style's conversions, exceptions and classes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from anywasm.core.errors import Failure
from anywasm.core.types import ExternType, FuncType

if TYPE_CHECKING:
    from anywasm.core.description import Import
    from anywasm.core.extern import Extern
    from anywasm.core.func import Func, OpaqueRef
    from anywasm.core.store import Store


class StyleAdapter(ABC):
    """What the core needs from an API style, `wasmer` or `wasmtime`. Each API style derives one class."""

    #: The API style's class of functions, a subclass of `core.Func`.
    func: type[Func]
    #: Maps classes of the core to functions. Each function takes an object of the core's class and returns the API
    #: style's object that wraps it. The API style's package fills this dictionary.
    wrappers: dict[type, Callable[[Any], Any]]

    @abstractmethod
    def exception(self, failure: Failure) -> BaseException:
        """Returns the API style's exception for a failed call."""

    @abstractmethod
    def link_error(self, expected: Import, actual: ExternType | None, failure: Failure) -> BaseException:
        """Returns the API style's exception for an import of the wrong type.

        `expected` is the module's import. `actual` is the type of the object that was passed for the import, or None
        for a function reference whose type the engine does not report.
        """

    @abstractmethod
    def host_results(self, ty: FuncType, value: Any) -> Sequence[Any]:
        """Converts the return value of a host function. Returns one plain value (see `core/values.py`) per result."""

    def wrap(self, extern: Extern) -> Any:
        """Returns the API style's object for an extern.

        Returns the extern itself if `wrappers` has no function for the extern's class.
        """
        wrapper = self.wrappers.get(type(extern))
        return wrapper(extern) if wrapper else extern

    def func_reference(self, store: Store, ptr: Any) -> Func | OpaqueRef:
        """Returns a Python object for a function that the engine returned. The object owns the pointer `ptr`."""
        return self.func._core_from_ptr(store, ptr)
