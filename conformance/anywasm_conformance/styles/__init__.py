"""The two API styles of anywasm behind a common interface, for the runner."""

from __future__ import annotations

from anywasm_conformance.styles.base import Failure, HostObject, Kind, Style
from anywasm_conformance.subject import Subject

__all__ = ["STYLES", "Failure", "HostObject", "Kind", "Style", "make"]

#: The styles by name, in the order in which they run.
STYLES = ("explicit", "implicit")


def make(name: str, subject: Subject) -> Style:
    """Returns the API style `name` with a new store, on the engine of `subject`. Does not import the other style."""
    if name == "explicit":
        from anywasm_conformance.styles.explicit import Explicit

        return Explicit(subject)
    from anywasm_conformance.styles.implicit import Implicit

    return Implicit(subject)
