"""Target triples: names of the machines that engines can compile code for."""

from __future__ import annotations

from typing import Any, NamedTuple

from anywasm.core.errors import take_failure
from anywasm.engines import EngineModule, default_engine


class Triple(NamedTuple):
    """A target triple, which identifies the kind of machine that an engine compiles code for.

    A part that the parsed text omits has the value `unknown`.
    """

    #: The triple as text, in the shortest form that contains all parts.
    text: str
    architecture: str
    vendor: str
    operating_system: str
    binary_format: str
    environment: str
    #: `little` or `big`. None if the architecture is unknown.
    endianness: str | None
    #: The operating system's default calling convention. None if the operating system has no default.
    calling_convention: str | None
    #: The size of a pointer in bytes. None if the architecture is unknown.
    pointer_width: int | None
    #: Whether this triple is the target for which engines on this machine compile.
    is_host: bool

    @staticmethod
    def parse(text: str) -> Triple:
        """Parses a triple. Raises ValueError if a part of the triple is an unknown name.

        >>> from anywasm.core.target import Triple
        >>> Triple.parse("x86_64-linux-musl").text
        'x86_64-unknown-linux-musl'
        """
        # All engine modules parse triples in the same way, so the default engine's module can parse any triple.
        engine_module = default_engine()
        data = text.encode()
        return _read(engine_module, engine_module.lib.aw_triple_new(data, len(data)))

    @staticmethod
    def host() -> Triple:
        """Returns the triple of this machine.

        >>> from anywasm.core.target import Triple
        >>> Triple.host().is_host
        True
        """
        engine_module = default_engine()
        return _read(engine_module, engine_module.lib.aw_triple_host())


def _read(engine_module: EngineModule, raw: Any) -> Triple:
    """Converts an `aw_triple *` to a triple, and deletes the `aw_triple`. Raises ValueError for NULL."""
    if not raw:
        raise ValueError(take_failure(engine_module).message)
    try:
        return Triple(
            text=engine_module.text(raw.text),
            architecture=engine_module.text(raw.architecture),
            vendor=engine_module.text(raw.vendor),
            operating_system=engine_module.text(raw.operating_system),
            binary_format=engine_module.text(raw.binary_format),
            environment=engine_module.text(raw.environment),
            endianness=engine_module.text(raw.endianness) or None,
            calling_convention=engine_module.text(raw.calling_convention) or None,
            pointer_width=raw.pointer_width or None,
            is_host=raw.is_host,
        )
    finally:
        engine_module.lib.aw_triple_delete(raw)
