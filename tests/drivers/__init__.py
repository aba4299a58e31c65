"""Both styles under the same verbs."""

from drivers.base import Driver
from drivers.explicit import Explicit
from drivers.implicit import Implicit

STYLES: dict[str, type[Driver]] = {"implicit": Implicit, "explicit": Explicit}

__all__ = ["STYLES", "Driver"]
