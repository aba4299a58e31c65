"""The class `Config`: the options of a new engine.

`_options.py` defines a property for each option. The file is generated from the table of options in
`src/base/option_table.rs`.
"""

from __future__ import annotations

from typing import Any

from anywasm.wasmtime._options import OptionProperties
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.option_properties import write_only


class Config(OptionProperties):
    """Options of an engine: features that modules may use, settings of the compiler, and ways to interrupt guests.

    `Engine(config)` closes the `Config`, so that its options can neither be changed nor used for another engine.

    `Engine(config)` raises a `CapabilityError` for an option that the engine does not support. The error lists the
    installed engines that support the option. An engine ignores an unsupported option that only changes the speed or
    the internal working of an engine.

    >>> from anywasm.wasmtime import Config, Engine, Module, WasmtimeError
    >>> config = Config()
    >>> config.wasm_simd = False
    >>> config.wasm_relaxed_simd = False
    >>> try:
    ...     Module(Engine(config), "(module (func (param v128)))")
    ... except WasmtimeError as error:
    ...     print("SIMD support is not enabled" in str(error))
    True
    >>> config.wasm_simd = True
    Traceback (most recent call last):
    ...
    ValueError: already closed
    """

    def _core_set_cache(self, enabled: Any) -> None:
        if isinstance(enabled, bool):
            if not enabled:
                raise WasmtimeError("caching cannot be explicitly disabled")
            self._core_set("cache", "")
        elif isinstance(enabled, str):
            try:
                with open(enabled, "rb"):
                    pass
            except OSError as error:
                reason = f"{error.strerror} (os error {error.errno})"
                raise WasmtimeError(f"failed to read config file: {enabled}\n\nCaused by:\n    {reason}\n") from None
            self._core_set("cache", enabled)
        else:
            raise TypeError("expected string or bool")

    cache = write_only(
        _core_set_cache,
        "Cache for compiled code: True for the default cache, or the path of a TOML file that configures the cache.",
    )

    def cranelift_flag_enable(self, flag: str) -> None:
        """Enables a flag of the compiler Cranelift, such as a feature of the processor."""
        if not isinstance(flag, str):
            raise TypeError("expected a str")
        self._core_set(f"cranelift_flag.{flag}", "")

    def cranelift_flag_set(self, key: str, value: str) -> None:
        """Sets the flag `key` of the compiler Cranelift to `value`."""
        if not isinstance(key, str):
            raise TypeError("expected a str for key")
        if not isinstance(value, str):
            raise TypeError("expected a str for value")
        self._core_set(f"cranelift_flag.{key}", value)
