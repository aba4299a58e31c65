"""Both styles of the package under the same verbs, for the runner."""

from __future__ import annotations

from anywasm_conformance.styles.base import Failure, HostObject, Kind, Style
from anywasm_conformance.subject import Subject

__all__ = ["STYLES", "Failure", "HostObject", "Kind", "Style", "make"]

#: The styles by name, in the order in which they run.
STYLES = ("explicit", "implicit")


def make(name: str, subject: Subject) -> Style:
    """A style with a fresh store on an engine with its options; only this style is imported."""
    if name == "explicit":
        from anywasm_conformance.styles.explicit import Explicit

        return Explicit(subject)
    from anywasm_conformance.styles.implicit import Implicit

    return Implicit(subject)
