"""Target triples."""

from __future__ import annotations

from typing import Any, NamedTuple

from anywasm.core.errors import take_failure
from anywasm.engines import EngineModule, default_engine


class Triple(NamedTuple):
    """A target triple: the kind of machine that code is compiled for. Omitted parts are `unknown`."""

    #: The triple in its shortest full form.
    text: str
    architecture: str
    vendor: str
    operating_system: str
    binary_format: str
    environment: str
    #: `little` or `big`; None if the architecture is unknown.
    endianness: str | None
    #: The default calling convention; None if the operating system has none.
    calling_convention: str | None
    #: The width of a pointer in bytes; None if the architecture is unknown.
    pointer_width: int | None
    #: Whether engines on this machine compile for this target.
    is_host: bool

    @staticmethod
    def parse(text: str) -> Triple:
        """Parses a triple; ValueError for unknown names.

        >>> from anywasm.core.target import Triple
        >>> Triple.parse("x86_64-linux-musl").text
        'x86_64-unknown-linux-musl'
        """
        # All engine modules parse triples in the same way, so any of them will do.
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
