"""The properties of `Config`. Generated from src/base/option_table.rs by `make header`; do not edit."""

from __future__ import annotations

from anywasm.wasmtime.option_properties import (
    OptionValues,
    choice_property,
    size_property,
    switch_property,
    target_property,
)


class OptionProperties(OptionValues):
    """A property for each option of an engine."""

    wasm_threads = switch_property("wasm_threads", "Whether modules may use shared memories and atomic instructions.")
    wasm_tail_call = switch_property("wasm_tail_call", "Whether modules may use tail calls.")
    wasm_reference_types = switch_property("wasm_reference_types", "Whether modules may use references as values.")
    wasm_function_references = switch_property(
        "wasm_function_references", "Whether modules may use typed references to functions."
    )
    wasm_gc = switch_property(
        "wasm_gc", "Whether modules may use structs and arrays, which the engine's garbage collector frees."
    )
    gc_support = switch_property(
        "gc_support", "Whether modules may use references that need the engine's garbage collector, such as externref."
    )
    wasm_simd = switch_property("wasm_simd", "Whether modules may use vectors of 128 bits.")
    wasm_relaxed_simd = switch_property(
        "wasm_relaxed_simd", "Whether modules may use vector instructions whose results depend on the processor."
    )
    wasm_bulk_memory = switch_property(
        "wasm_bulk_memory", "Whether modules may use bulk operations on memories and tables."
    )
    wasm_multi_value = switch_property(
        "wasm_multi_value", "Whether modules may use functions and blocks with several results."
    )
    wasm_multi_memory = switch_property("wasm_multi_memory", "Whether modules may use several memories.")
    wasm_memory64 = switch_property("wasm_memory64", "Whether modules may use memories and tables with 64-bit indices.")
    wasm_exceptions = switch_property("wasm_exceptions", "Whether modules may throw and catch exceptions.")
    wasm_wide_arithmetic = switch_property("wasm_wide_arithmetic", "Whether modules may use 128-bit sums and products.")
    wasm_custom_page_sizes = switch_property(
        "wasm_custom_page_sizes", "Whether modules may use memories with pages of one byte."
    )
    wasm_stack_switching = switch_property("wasm_stack_switching", "Whether modules may use continuations.")
    wasm_relaxed_simd_deterministic = switch_property(
        "wasm_relaxed_simd_deterministic",
        "Whether the relaxed vector instructions have the same results on every processor.",
    )
    wasm_component_model = switch_property("wasm_component_model", "Whether the component model can be used.")
    wasm_component_model_map = switch_property("wasm_component_model_map", "Whether components may use map types.")
    wasm_component_model_implements = switch_property(
        "wasm_component_model_implements", "Whether components may use `implements`."
    )
    shared_memory = switch_property("shared_memory", "Whether shared memories can be created.")
    consume_fuel = switch_property(
        "consume_fuel", "Whether guests consume the fuel of their store, and trap when no fuel is left."
    )
    epoch_interruption = switch_property(
        "epoch_interruption",
        "Whether guests trap when the epoch reaches their store's deadline. Signal handlers interrupt guests too.",
    )
    max_wasm_stack = size_property("max_wasm_stack", "Maximum size of a guest's stack, in bytes.")
    max_complexity = size_property(
        "max_complexity", "How complex modules may be, in percent of the engine's default limits. 0 means no limits."
    )
    strategy = choice_property("strategy", ("auto", "cranelift"), "Compilation strategy.")
    compiler = choice_property(
        "compiler", ("cranelift", "singlepass"), "Compiler backend, if the engine has several backends."
    )
    cranelift_opt_level = choice_property(
        "cranelift_opt_level", ("none", "speed", "speed_and_size"), "Goal of the compiler's optimizations."
    )
    cranelift_debug_verifier = switch_property(
        "cranelift_debug_verifier", "Whether the compiler verifies its intermediate code."
    )
    cranelift_nan_canonicalization = switch_property(
        "cranelift_nan_canonicalization", "Whether every NaN that an instruction produces is the canonical NaN."
    )
    target = target_property(
        "target",
        "Target triple that modules are compiled for. Code for another machine can be serialized, but not run.",
    )
    debug_info = switch_property("debug_info", "Whether compiled code has debug information for native debuggers.")
    profiler = choice_property(
        "profiler", ("none", "jitdump", "vtune", "perfmap"), "Profiler that the engine reports compiled code to."
    )
    parallel_compilation = switch_property(
        "parallel_compilation", "Whether the functions of a module are compiled on several threads."
    )
    native_unwind_info = switch_property(
        "native_unwind_info", "Whether compiled code has unwind tables, for native debuggers and profilers."
    )
    macos_use_mach_ports = switch_property(
        "macos_use_mach_ports",
        "Whether the engine catches traps through Mach ports on macOS, instead of through signals.",
    )
    signals_based_traps = switch_property(
        "signals_based_traps",
        "Whether the engine catches traps through signals, instead of compiling checks into the code.",
    )
    memory_init_cow = switch_property("memory_init_cow", "Whether memories are initialized with copy-on-write images.")
    memory_may_move = switch_property(
        "memory_may_move",
        "Whether a memory may move to another address when it grows beyond its reserved address range.",
    )
    memory_reservation = size_property(
        "memory_reservation", "Size of the address range that is reserved for a memory, in bytes."
    )
    memory_guard_size = size_property(
        "memory_guard_size", "Size of the unmapped address range after a memory, in bytes."
    )
    memory_reservation_for_growth = size_property(
        "memory_reservation_for_growth",
        "Size of the address range that is reserved for further growth after a memory has moved, in bytes.",
    )
