"""The class `Managed`, the base of objects that can be closed."""

from __future__ import annotations

from typing import Any


class Managed:
    """An object that can be closed, by `close` or as a context manager. Another object may also consume it.

    Using a closed or consumed object raises ValueError with the text `already closed`. As in wasmtime-py, the text is
    `never initialized` for an object that was made without its class's methods, e.g. by `__new__`.

    >>> from anywasm.wasmtime import FuncType
    >>> with FuncType([], []) as ty:
    ...     ty.params
    []
    >>> ty.params
    Traceback (most recent call last):
    ...
    ValueError: already closed
    """

    #: Whether the object is open. None until it is initialized.
    _open: bool | None = None

    def _set_open(self) -> None:
        self._open = True

    def _check_open(self) -> None:
        if not self._open:
            raise ValueError("already closed" if self._open is False else "never initialized")

    def _consume(self) -> None:
        """Marks the object as closed, because another object now owns its contents."""
        self._check_open()
        self._open = False

    def _delete(self) -> None:
        """Frees what the object holds. `close` calls this once. By default, Python frees it with the object."""

    def close(self) -> None:
        """Frees what the object holds. Does nothing if the object is closed already."""
        if self._open:
            self._delete()
            self._open = False

    def ptr(self) -> Any:
        """Returns a number that identifies the object while it is open. It is no address, unlike in wasmtime-py."""
        self._check_open()
        return id(self)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exc: Any) -> None:
        self.close()

    def __del__(self) -> None:
        """Does nothing. The method exists only because wasmtime-py has it.

        Python frees what the object holds, on any thread, without waiting for a store.
        """
