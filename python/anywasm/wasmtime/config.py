"""`Config`: the options that an engine is made with.

`_options.py` has a property for each option. It is generated from the table of options, `src/base/option_table.rs`.
"""

from __future__ import annotations

from typing import Any

from anywasm.wasmtime._options import OptionProperties
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.option_properties import write_only


class Config(OptionProperties):
    """Options for an engine: what modules may use, how they are compiled, and how guests can be interrupted.

    The engine takes the options over and closes the `Config`. `Engine(config)` raises a `CapabilityError` for an option
    that the engine cannot honour; the error names the installed engines that can. An engine without an option ignores
    it, if the option only changes speed or how the engine works inside.

    >>> from anywasm.wasmtime import Config, Engine, Module, WasmtimeError
    >>> config = Config()
    >>> config.wasm_simd = False
    >>> config.wasm_relaxed_simd = False
    >>> try:
    ...     Module(Engine(config), "(module (func (param v128)))")
    ... except WasmtimeError as error:
    ...     print("simd" in str(error))
    True
    >>> config.wasm_simd = True
    Traceback (most recent call last):
    ...
    ValueError: already closed
    """

    def _set_cache(self, enabled: Any) -> None:
        if isinstance(enabled, bool):
            if not enabled:
                raise WasmtimeError("caching cannot be explicitly disabled")
            self._set("cache", "")
        elif isinstance(enabled, str):
            try:
                with open(enabled, "rb"):
                    pass
            except OSError as error:
                reason = f"{error.strerror} (os error {error.errno})"
                raise WasmtimeError(f"failed to read config file: {enabled}\n\nCaused by:\n    {reason}\n") from None
            self._set("cache", enabled)
        else:
            raise TypeError("expected string or bool")

    cache = write_only(
        _set_cache,
        "Cache for compiled code: True for the default cache, or the path of a TOML file that configures it.",
    )

    def cranelift_flag_enable(self, flag: str) -> None:
        """Switches on a flag of the compiler Cranelift, such as a feature of the processor."""
        if not isinstance(flag, str):
            raise TypeError("expected a str")
        self._set(f"cranelift_flag.{flag}", "")

    def cranelift_flag_set(self, key: str, value: str) -> None:
        """Sets a flag of the compiler Cranelift to a value."""
        if not isinstance(key, str):
            raise TypeError("expected a str for key")
        if not isinstance(value, str):
            raise TypeError("expected a str for value")
        self._set(f"cranelift_flag.{key}", value)
