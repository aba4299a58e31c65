"""What can be closed."""

from __future__ import annotations

from typing import Any


class Managed:
    """An object that can be closed, by hand or as a context manager, or that another object takes over.

    Using it afterwards is a `ValueError`: `already closed`, or `never initialized` for an object that only its own
    module can make, as in wasmtime-py.

    >>> from anywasm.wasmtime import FuncType
    >>> with FuncType([], []) as ty:
    ...     ty.params
    []
    >>> ty.params
    Traceback (most recent call last):
    ...
    ValueError: already closed
    """

    #: None before the object is made, then whether it is open.
    _open: bool | None = None

    def _set_open(self) -> None:
        self._open = True

    def _check_open(self) -> None:
        if not self._open:
            raise ValueError("already closed" if self._open is False else "never initialized")

    def _consume(self) -> None:
        """Another object takes over what this one holds."""
        self._check_open()
        self._open = False

    def _delete(self) -> None:
        """Gives back what it holds; called once. An object whose holdings go with it has nothing to do."""

    def close(self) -> None:
        """Gives back what it holds; closing again is nothing."""
        if self._open:
            self._delete()
            self._open = False

    def ptr(self) -> Any:
        """Something that stands for the object while it is open. There is nothing behind it: not an address."""
        self._check_open()
        return id(self)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exc: Any) -> None:
        self.close()

    def __del__(self) -> None:
        """Nothing to do: what an object holds goes with it, on whatever thread, and without waiting for a store."""
