"""What each function of `wasm.h` does on each engine, found by calling it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class ProbeError(Exception):
    """The probes could not be built or run; the text says why."""


def probe(engines: Sequence[str]) -> dict[str, Any]:
    raise ProbeError("not yet")
