"""What an engine is made with."""

from __future__ import annotations

from typing import Any

from anywasm.core import Option, check_option
from anywasm.wasmtime.errors import WasmtimeError
from anywasm.wasmtime.managed import Managed
from anywasm.wasmtime.style import STYLE


def _only_set(set_it: Any, what: str) -> property:
    return property(fset=set_it, doc=f"{what} It can be set, not read.")


def _switch(name: str, what: str, problem: str = "expected a bool") -> property:
    def set_it(self: Config, enable: bool) -> None:
        if not isinstance(enable, bool):
            raise TypeError(problem)
        self._set(name, enable)

    return _only_set(set_it, f"Whether {what}.")


def _proposal(name: str, what: str) -> property:
    return _switch(name, f"modules may use {what}")


def _size(name: str, what: str) -> property:
    def set_it(self: Config, size: int) -> None:
        if not isinstance(size, int):
            raise TypeError("expected an int")
        # As C would take it.
        self._set(name, int(size) % (1 << 64))

    return _only_set(set_it, f"{what}, in bytes.")


def _choice(name: str, noun: str, values: tuple[str, ...], what: str) -> property:
    def set_it(self: Config, value: str) -> None:
        if value not in values:
            raise WasmtimeError(f"unknown {noun}: {value}")
        self._set(name, value)

    return _only_set(set_it, f"{what}: {', '.join(values)}.")


class Config(Managed):
    """What an engine is made with: what modules may use, how code is compiled, how guests can be stopped.

    An engine takes it over. One that cannot honour something of it is refused then, with an error that names the
    installed engines that can; what only tunes speed is dropped by an engine that has no use for it.

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

    def __init__(self) -> None:
        self._options: dict[str, Option] = {}
        self._set_open()

    def _set(self, name: str, value: Option) -> None:
        self._check_open()
        self._options[name] = value

    def _take(self) -> dict[str, Option]:
        """The options, for the engine that takes the configuration over."""
        self._consume()
        return self._options

    wasm_threads = _proposal("wasm_threads", "shared memories and atomic operations")
    wasm_tail_call = _proposal("wasm_tail_call", "tail calls")
    wasm_reference_types = _proposal("wasm_reference_types", "references as values")
    wasm_function_references = _proposal("wasm_function_references", "typed references to functions")
    wasm_gc = _proposal("wasm_gc", "structs and arrays that the engine collects")
    gc_support = _proposal("gc_support", "references that the engine must collect, externref among them")
    wasm_simd = _proposal("wasm_simd", "vectors of 128 bits")
    wasm_relaxed_simd = _proposal("wasm_relaxed_simd", "vector operations whose results depend on the processor")
    wasm_bulk_memory = _proposal("wasm_bulk_memory", "bulk operations on memories and tables")
    wasm_multi_value = _proposal("wasm_multi_value", "several results")
    wasm_multi_memory = _proposal("wasm_multi_memory", "several memories")
    wasm_memory64 = _proposal("wasm_memory64", "memories and tables with 64-bit indices")
    wasm_exceptions = _proposal("wasm_exceptions", "exceptions")
    wasm_wide_arithmetic = _proposal("wasm_wide_arithmetic", "128-bit sums and products")
    wasm_custom_page_sizes = _proposal("wasm_custom_page_sizes", "memories with pages of one byte")
    wasm_stack_switching = _proposal("wasm_stack_switching", "continuations")
    wasm_component_model = _proposal("wasm_component_model", "the component model")
    wasm_component_model_map = _proposal("wasm_component_model_map", "maps in component types")
    wasm_component_model_implements = _proposal("wasm_component_model_implements", "`implements` in components")
    wasm_relaxed_simd_deterministic = _switch(
        "wasm_relaxed_simd_deterministic", "relaxed vector operations have the same results on every processor"
    )
    shared_memory = _switch("shared_memory", "shared memories can be made")
    consume_fuel = _switch("consume_fuel", "guests use up the fuel that their store was given", "expected an bool")
    debug_info = _switch("debug_info", "the code comes with debug information for native debuggers")
    cranelift_debug_verifier = _switch("cranelift_debug_verifier", "the compiler checks its own work")
    cranelift_nan_canonicalization = _switch("cranelift_nan_canonicalization", "each NaN made is the canonical one")
    parallel_compilation = _switch("parallel_compilation", "functions are compiled on several threads")
    native_unwind_info = _switch("native_unwind_info", "the code comes with tables for native unwinders")
    macos_use_mach_ports = _switch("macos_use_mach_ports", "macOS tells of traps through Mach ports")
    signals_based_traps = _switch("signals_based_traps", "traps are found by signals instead of by checks")
    memory_init_cow = _switch("memory_init_cow", "memories begin as copy-on-write images")
    memory_may_move = _switch("memory_may_move", "a memory may move when it grows beyond what was reserved")
    max_wasm_stack = _size("max_wasm_stack", "How much of the stack guests may use")
    memory_reservation = _size("memory_reservation", "The address range reserved for a memory")
    memory_guard_size = _size("memory_guard_size", "The unmapped range behind a memory")
    memory_reservation_for_growth = _size(
        "memory_reservation_for_growth", "The address range reserved behind a memory that has moved"
    )
    strategy = _choice("strategy", "strategy", ("auto", "cranelift"), "How code is made")
    compiler = _choice("compiler", "compiler", ("cranelift", "singlepass"), "Who makes it, on an engine with several")
    cranelift_opt_level = _choice(
        "cranelift_opt_level", "opt level", ("none", "speed", "speed_and_size"), "What the compiler optimizes for"
    )
    profiler = _choice("profiler", "profiler", ("none", "jitdump", "vtune", "perfmap"), "Who is told of the code")

    def _set_epoch_interruption(self, enabled: bool) -> None:
        self._set("epoch_interruption", bool(enabled))

    epoch_interruption = _only_set(
        _set_epoch_interruption,
        "Whether guests are interrupted when their store's deadline is reached; then also by signals.",
    )

    def _set_cache(self, enabled: bool | str) -> None:
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

    cache = _only_set(_set_cache, "True to keep compiled code in files, or the path of a TOML file that says how.")

    def _set_target(self, triple: str) -> None:
        if not isinstance(triple, str):
            raise TypeError("expected a str")
        self._check_open()
        check_option(STYLE, "target", triple)
        self._set("target", triple)

    target = _only_set(_set_target, "The triple to compile for. Code for another machine can be serialized, not run.")

    def cranelift_flag_enable(self, flag: str) -> None:
        """Switches on a flag of the compiler, such as a feature of the processor."""
        if not isinstance(flag, str):
            raise TypeError("expected a str")
        self._set(f"cranelift_flag.{flag}", "")

    def cranelift_flag_set(self, key: str, value: str) -> None:
        """Sets a flag of the compiler."""
        if not isinstance(key, str):
            raise TypeError("expected a str for key")
        if not isinstance(value, str):
            raise TypeError("expected a str for value")
        self._set(f"cranelift_flag.{key}", value)
