"""What a style gives the core: its conversions, its errors, its classes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from anywasm.core.errors import Failure
from anywasm.core.types import ExternType, FuncType

if TYPE_CHECKING:
    from anywasm.core.extern import Extern
    from anywasm.core.func import Func
    from anywasm.core.module import Import


class StyleAdapter(ABC):
    """One style, as the core sees it."""

    #: The style's class of functions, over `core.Func`.
    func: type[Func]
    #: By the core's class, what makes the style's object over one of its objects. Filled by the style's package.
    wrappers: dict[type, Callable[[Any], Any]]

    @abstractmethod
    def exception(self, failure: Failure) -> BaseException:
        """The style's exception for a failed call."""

    @abstractmethod
    def link_error(self, asked: Import, given: ExternType | None, failure: Failure) -> BaseException:
        """The style's exception for an import of the wrong type; None stands for an opaque reference."""

    @abstractmethod
    def host_results(self, ty: FuncType, value: Any) -> Sequence[Any]:
        """What a host function returned, as one plain value (see values.py) for each result."""

    def wrap(self, extern: Extern) -> Any:
        """The style's object over the core's; the core's own where the style has none for it."""
        make = self.wrappers.get(type(extern))
        return make(extern) if make else extern
