"""The class `ArgumentError`, in a module of its own because the import of ctypes takes long."""

from __future__ import annotations

import ctypes


class ArgumentError(ctypes.ArgumentError, TypeError):
    """The error for an argument that is not an integer, where ctypes refuses the argument in wasmtime-py."""
