"""Creates the properties of `Config`. Each property sets one option.

The properties accept the same values and raise the same errors as in wasmtime-py. Programs cannot read the properties.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anywasm.core import Option, check_option
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.managed import Managed
from anywasm.wasmtime.style import STYLE

#: wasmtime-py's error texts for a value that is not a bool, by option. The text for other options is `expected a bool`.
_ERROR_TEXTS = {"consume_fuel": "expected an bool"}
#: The switches that accept any value in wasmtime-py. The truth of the value decides.
_SWITCHES_FOR_ANY_VALUE = frozenset({"epoch_interruption"})


class OptionValues(Managed):
    """The values of options. A new engine takes the values and closes this object."""

    def __init__(self) -> None:
        self._core_options: dict[str, Option] = {}
        self._core_set_open()

    def _core_set(self, name: str, value: Option) -> None:
        self._core_check_open()
        self._core_options[name] = value

    def _core_take(self) -> dict[str, Option]:
        """Returns the options for a new engine, and closes this object."""
        self._core_consume()
        return self._core_options


def write_only(setter: Callable[[Any, Any], None], documentation: str) -> property:
    """Returns a property that programs can set, but not read."""
    return property(fset=setter, doc=f"{documentation} The value can be set, but not read.")


def switch_property(name: str, documentation: str) -> property:
    """Returns the property for an option whose value is true or false."""

    def set_option(options: OptionValues, enable: bool) -> None:
        if not isinstance(enable, bool) and name not in _SWITCHES_FOR_ANY_VALUE:
            raise TypeError(_ERROR_TEXTS.get(name, "expected a bool"))
        options._core_set(name, bool(enable))

    return write_only(set_option, documentation)


def size_property(name: str, documentation: str) -> property:
    """Returns the property for an option whose value is a number of bytes or of percent."""

    def set_option(options: OptionValues, size: int) -> None:
        if not isinstance(size, int):
            raise TypeError("expected an int")
        # wasmtime-py passes the number to C as a 64-bit integer, and the conversion keeps the lowest 64 bits.
        options._core_set(name, int(size) % (1 << 64))

    return write_only(set_option, documentation)


def choice_property(name: str, choices: tuple[str, ...], documentation: str) -> property:
    """Returns the property for an option whose value is one of several names."""
    noun = name.removeprefix("cranelift_").replace("_", " ")

    def set_option(options: OptionValues, value: str) -> None:
        if value not in choices:
            raise WasmtimeError(f"unknown {noun}: {value}")
        options._core_set(name, value)

    return write_only(set_option, f"{documentation} One of: {', '.join(choices)}.")


def target_property(name: str, documentation: str) -> property:
    """Returns the property for an option whose value is a target triple."""

    def set_option(options: OptionValues, triple: str) -> None:
        if not isinstance(triple, str):
            raise TypeError("expected a str")
        options._core_check_open()
        check_option(STYLE, name, triple)  # Raises WasmtimeError for an invalid triple.
        options._core_set(name, triple)

    return write_only(set_option, documentation)
