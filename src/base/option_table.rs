//! The table of options for engines. Each option has one row in [`TABLE`].
//!
//! To add an option, add a row to [`TABLE`]. Other parts of the project read the rows:
//!
//! * `make header` reads the rows (`tests/tools/rust/src/options.rs`) and writes `python/anywasm/wasmtime/_options.py`.
//!   In this file, each row becomes a property of Python's class `Config`. The row's comment becomes the documentation
//!   of the property.
//! * `backend/wasmtime/config.rs` passes the option to wasmtime if wasmtime's header has a function for the option.
//! * The quirks (`backend/standard/quirks/`), one file for each engine behind `wasm.h`, list the options that the
//!   engine honours.
//!
//! A row for a proposal, a feature of WebAssembly, needs one more edit: `backend/wasmtime/config.rs` and the engines'
//! quirks list the features that each engine implements.
//!
//! [`crate::base::options`] checks names and values against the rows.

use crate::base::capabilities::{self as cap, Capabilities};
use wasmparser::WasmFeatures;

/// Set of values that an option accepts.
#[derive(Clone, Copy)]
pub enum Domain {
    /// The texts `true` and `false`.
    Switch,
    /// A decimal number of bytes, below 2^64.
    Size,
    /// A decimal number of percent, below 2^64. The shim itself honours the option, on every engine.
    Percent,
    /// Each of these texts.
    Choice(&'static [&'static str]),
    /// Each text without a NUL character.
    Text,
    /// Each target triple that `target-lexicon` can parse.
    Target,
    /// The texts `true` and `false`, which allow or forbid these WebAssembly features in modules.
    Proposal(WasmFeatures),
}

/// Effect of an option on an engine that does not have the option.
#[derive(Clone, Copy)]
pub enum Fallback {
    /// The engine ignores the option, because the option only changes the speed or the internal work of an engine.
    Ignore,
    /// The engine refuses the option.
    Refuse,
    /// The engine refuses the option, with the error that the engine lacks this capability.
    Require(Capabilities),
}

/// A row of the table, which defines one option.
#[derive(Clone, Copy)]
pub struct OptionDefinition {
    /// Name of the option. A name that ends in a dot is a prefix: the row defines all options whose names begin with
    /// this prefix.
    pub name: &'static str,
    /// The values that the option accepts.
    pub domain: Domain,
    /// Effect of the option on an engine that does not have the option.
    pub fallback: Fallback,
    /// Value that even an engine without the option accepts, because an engine without the option already works as this
    /// value demands. For example, an engine without fuel accepts `consume_fuel=false`.
    pub neutral: Option<&'static str>,
    /// Whether the stamp of a serialized module contains the option. If the stamp contains the option, an engine can
    /// load the module only if the option has the same value as when the module was compiled.
    pub in_stamp: bool,
}

const fn option(name: &'static str, domain: Domain) -> OptionDefinition {
    OptionDefinition { name, domain, fallback: Fallback::Refuse, neutral: None, in_stamp: false }
}

const fn switch(name: &'static str) -> OptionDefinition {
    option(name, Domain::Switch).neutral("false")
}

const fn proposal(name: &'static str, features: WasmFeatures) -> OptionDefinition {
    option(name, Domain::Proposal(features)).neutral("false").in_stamp()
}

const fn size(name: &'static str) -> OptionDefinition {
    option(name, Domain::Size)
}

const fn percent(name: &'static str) -> OptionDefinition {
    option(name, Domain::Percent)
}

const fn choice(name: &'static str, choices: &'static [&'static str]) -> OptionDefinition {
    option(name, Domain::Choice(choices))
}

const fn text(name: &'static str) -> OptionDefinition {
    option(name, Domain::Text)
}

const fn target(name: &'static str) -> OptionDefinition {
    option(name, Domain::Target)
}

impl OptionDefinition {
    /// Sets the value that even an engine without the option accepts.
    const fn neutral(self, value: &'static str) -> Self {
        Self { neutral: Some(value), ..self }
    }

    /// Makes engines without the option ignore the option.
    const fn ignorable(self) -> Self {
        Self { fallback: Fallback::Ignore, ..self }
    }

    /// Makes engines without the option refuse the option with the error that they lack this capability.
    const fn requires(self, capability: Capabilities) -> Self {
        Self { fallback: Fallback::Require(capability), ..self }
    }

    /// Adds the option to the stamp of serialized modules. An engine loads a module only if the stamps match.
    const fn in_stamp(self) -> Self {
        Self { in_stamp: true, ..self }
    }

    /// Marks an option that does not become a property of Python's `Config`. The generator of the properties,
    /// `tests/tools/rust/src/options.rs`, looks for this call in the source text, so the function itself has no effect.
    const fn without_property(self) -> Self {
        self
    }
}

/// Defines [`TABLE`]. Each row consists of a comment and an expression. `make header` copies the comment into the
/// documentation of a Python property.
macro_rules! options {
    ($($(#[doc = $documentation:literal])+ $row:expr;)+) => {
        /// All options of all engines.
        pub const TABLE: &[OptionDefinition] = &[$($row),+];
    };
}

options! {
    /// Whether modules may use shared memories and atomic instructions.
    proposal("wasm_threads", WasmFeatures::THREADS);
    /// Whether modules may use tail calls.
    proposal("wasm_tail_call", WasmFeatures::TAIL_CALL);
    /// Whether modules may use references as values.
    proposal("wasm_reference_types", WasmFeatures::REFERENCE_TYPES);
    /// Whether modules may use typed references to functions.
    proposal("wasm_function_references", WasmFeatures::FUNCTION_REFERENCES);
    /// Whether modules may use structs and arrays, which the engine's garbage collector frees.
    proposal("wasm_gc", WasmFeatures::GC);
    /// Whether modules may use references that need the engine's garbage collector, such as externref.
    proposal("gc_support", WasmFeatures::GC_TYPES);
    /// Whether modules may use vectors of 128 bits.
    proposal("wasm_simd", WasmFeatures::SIMD);
    /// Whether modules may use vector instructions whose results depend on the processor.
    proposal("wasm_relaxed_simd", WasmFeatures::RELAXED_SIMD);
    /// Whether modules may use bulk operations on memories and tables.
    proposal("wasm_bulk_memory", WasmFeatures::BULK_MEMORY);
    /// Whether modules may use functions and blocks with several results.
    proposal("wasm_multi_value", WasmFeatures::MULTI_VALUE);
    /// Whether modules may use several memories.
    proposal("wasm_multi_memory", WasmFeatures::MULTI_MEMORY);
    /// Whether modules may use memories and tables with 64-bit indices.
    proposal("wasm_memory64", WasmFeatures::MEMORY64);
    /// Whether modules may throw and catch exceptions.
    proposal("wasm_exceptions", WasmFeatures::EXCEPTIONS);
    /// Whether modules may use 128-bit sums and products.
    proposal("wasm_wide_arithmetic", WasmFeatures::WIDE_ARITHMETIC);
    /// Whether modules may use memories with pages of one byte.
    proposal("wasm_custom_page_sizes", WasmFeatures::CUSTOM_PAGE_SIZES);
    /// Whether modules may use continuations.
    proposal("wasm_stack_switching", WasmFeatures::STACK_SWITCHING);
    /// Whether the relaxed vector instructions have the same results on every processor.
    switch("wasm_relaxed_simd_deterministic");
    /// Whether the component model can be used.
    switch("wasm_component_model").requires(cap::COMPONENTS);
    /// Whether components may use map types.
    switch("wasm_component_model_map").requires(cap::COMPONENTS);
    /// Whether components may use `implements`.
    switch("wasm_component_model_implements");
    /// Whether shared memories can be created.
    switch("shared_memory").requires(cap::SHARED_MEMORY);
    /// Whether guests consume the fuel of their store, and trap when no fuel is left.
    switch("consume_fuel").requires(cap::FUEL);
    /// Whether guests trap when the epoch reaches their store's deadline. Signal handlers interrupt guests too.
    switch("epoch_interruption").requires(cap::EPOCH);
    /// Whether running guests regularly ask the host whether they may continue (see `crate::engine::interrupt`).
    switch("interruptible").requires(cap::EPOCH).without_property();
    /// Rewrite modules only where the engine needs it, also where that is faster, always, or for all that is possible.
    choice("lowering", &["needed", "fast", "always", "all"]).without_property();
    /// Maximum size of a guest's stack, in bytes.
    size("max_wasm_stack");
    /// How complex modules may be, in percent of the engine's default limits. 0 means no limits.
    percent("max_complexity");
    /// Compilation strategy.
    choice("strategy", &["auto", "cranelift"]).ignorable();
    /// Compiler backend, if the engine has several backends.
    choice("compiler", &["cranelift", "singlepass"]).requires(cap::COMPILERS);
    /// Goal of the compiler's optimizations.
    choice("cranelift_opt_level", &["none", "speed", "speed_and_size"]).ignorable();
    /// Whether the compiler verifies its intermediate code.
    switch("cranelift_debug_verifier").ignorable();
    /// Whether every NaN that an instruction produces is the canonical NaN.
    switch("cranelift_nan_canonicalization").in_stamp();
    /// A flag of the compiler. The empty text as value switches the flag on.
    text("cranelift_flag.").without_property();
    /// Target triple that modules are compiled for. Code for another machine can be serialized, but not run.
    target("target");
    /// Whether compiled code has debug information for native debuggers.
    switch("debug_info").ignorable();
    /// Profiler that the engine reports compiled code to.
    choice("profiler", &["none", "jitdump", "vtune", "perfmap"]).neutral("none");
    /// Path of a TOML file that configures a cache for compiled code. The empty text selects the defaults.
    text("cache").ignorable().without_property();
    /// Whether the functions of a module are compiled on several threads.
    switch("parallel_compilation").ignorable();
    /// Whether compiled code has unwind tables, for native debuggers and profilers.
    switch("native_unwind_info").ignorable();
    /// Whether the engine catches traps through Mach ports on macOS, instead of through signals.
    switch("macos_use_mach_ports").ignorable();
    /// Whether the engine catches traps through signals, instead of compiling checks into the code.
    switch("signals_based_traps").ignorable();
    /// Whether memories are initialized with copy-on-write images.
    switch("memory_init_cow").ignorable();
    /// Whether a memory may move to another address when it grows beyond its reserved address range.
    switch("memory_may_move").ignorable();
    /// Size of the address range that is reserved for a memory, in bytes.
    size("memory_reservation").ignorable();
    /// Size of the unmapped address range after a memory, in bytes.
    size("memory_guard_size").ignorable();
    /// Size of the address range that is reserved for further growth after a memory has moved, in bytes.
    size("memory_reservation_for_growth").ignorable();
}
