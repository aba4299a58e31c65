"""The class `Managed`, the base class of objects that can be closed."""

from __future__ import annotations

from typing import Any


class Managed:
    """Base class of objects that can be closed, with `close` or as a context manager.

    Some calls consume an object: they move its contents to another object and close it. The use of a closed object
    raises ValueError with the text `already closed`. As in wasmtime-py, the text is `never initialized` for an object
    that was created without its class's methods, e.g. by `__new__`.

    >>> from anywasm.wasmtime import FuncType
    >>> with FuncType([], []) as ty:
    ...     ty.params
    []
    >>> ty.params
    Traceback (most recent call last):
    ...
    ValueError: already closed
    """

    #: True for an open object, False for a closed object, None for an object that was never initialized.
    _core_open: bool | None = None

    def _core_set_open(self) -> None:
        self._core_open = True

    def _core_check_open(self) -> None:
        if not self._core_open:
            raise ValueError("already closed" if self._core_open is False else "never initialized")

    def _core_consume(self) -> None:
        """Marks the object as closed, because another object now owns its contents."""
        self._core_check_open()
        self._core_open = False

    def _core_delete(self) -> None:
        """Frees the contents of the object. `close` calls this method once.

        The default method does nothing, because Python frees the contents together with the object.
        """

    def close(self) -> None:
        """Frees the contents of the object. Does nothing if the object is already closed."""
        if self._core_open:
            self._core_delete()
            self._core_open = False

    def ptr(self) -> Any:
        """Returns a number that identifies the object while the object is open.

        Unlike in wasmtime-py, the number is not the address of a C object.
        """
        self._core_check_open()
        return id(self)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exc: Any) -> None:
        self.close()

    def __del__(self) -> None:
        """Does nothing. The method exists only because wasmtime-py has the same method.

        Python frees the contents of an unreachable object on any thread, without waiting for a store.
        """
