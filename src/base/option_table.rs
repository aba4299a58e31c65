//! Every option that an engine can be made with, one row each.
//!
//! A new option is a new row of [`TABLE`]; the rest follows from the row:
//!
//! * `make header` writes `python/anywasm/wasmtime/_options.py`, where each row is a property of Python's `Config` with
//!   the row's comment as its documentation (`tests/tools/rust/src/options.rs` reads the rows).
//! * `backend/wasmtime/config.rs` hands the option to the engine, where the engine's header has a function for it.
//! * Engines behind `wasm.h` list the options that they honour in `backend/standard/quirks`.
//!
//! [`crate::base::options`] checks names and values against the rows.

use crate::base::capabilities::{self as cap, Capabilities};
use wasmparser::WasmFeatures;

/// The values that an option accepts.
#[derive(Clone, Copy)]
pub enum Domain {
    /// `true` or `false`.
    Switch,
    /// A number of bytes below 2^64.
    Size,
    /// One of these names.
    Choice(&'static [&'static str]),
    /// Any text without NUL.
    Text,
    /// A target triple.
    Target,
    /// `true` or `false`: whether modules may use these WebAssembly features.
    Proposal(WasmFeatures),
}

/// What happens to an option on an engine that does not have it.
#[derive(Clone, Copy)]
pub enum Fallback {
    /// The engine ignores the option, which only changes speed or how the engine works inside.
    Ignore,
    /// The engine refuses the option.
    Refuse,
    /// The engine refuses the option with the error for this missing capability.
    Require(Capabilities),
}

/// A row of the table: one option.
#[derive(Clone, Copy)]
pub struct OptionDefinition {
    /// The option's name. A name that ends in a dot stands for all names that begin with it.
    pub name: &'static str,
    /// The values that the option accepts.
    pub domain: Domain,
    /// What happens on an engine without the option.
    pub fallback: Fallback,
    /// The value that even an engine without the option accepts, since the engine works that way anyway.
    pub neutral: Option<&'static str>,
    /// Whether a serialized module can only be loaded under the value that it was compiled under.
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

    /// Makes engines without the option ignore it.
    const fn ignorable(self) -> Self {
        Self { fallback: Fallback::Ignore, ..self }
    }

    /// Makes the lack of a capability the reason for which engines without the option refuse it.
    const fn requires(self, capability: Capabilities) -> Self {
        Self { fallback: Fallback::Require(capability), ..self }
    }

    /// Makes a serialized module loadable only under the value that it was compiled under.
    const fn in_stamp(self) -> Self {
        Self { in_stamp: true, ..self }
    }

    /// Marks an option for which Python's `Config` gets no generated property. Only the generator reads this.
    const fn without_property(self) -> Self {
        self
    }
}

/// Makes the table. Each row is a comment, which the generator copies into Python, and an expression.
macro_rules! options {
    ($($(#[doc = $documentation:literal])+ $row:expr;)+) => {
        /// Every option, whichever engine has it.
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
    /// Whether guests trap when the epoch reaches their store's deadline. Signal handlers interrupt them too.
    switch("epoch_interruption").requires(cap::EPOCH);
    /// Whether running guests ask the host regularly if they may continue (see `crate::engine::interrupt`).
    switch("interruptible").requires(cap::EPOCH).without_property();
    /// Maximum size of a guest's stack, in bytes.
    size("max_wasm_stack");
    /// How modules are compiled.
    choice("strategy", &["auto", "cranelift"]).ignorable();
    /// Compiler backend, where the engine has several.
    choice("compiler", &["cranelift", "singlepass"]).requires(cap::COMPILERS);
    /// What the compiler optimizes for.
    choice("cranelift_opt_level", &["none", "speed", "speed_and_size"]).ignorable();
    /// Whether the compiler verifies its intermediate code.
    switch("cranelift_debug_verifier");
    /// Whether every NaN that an instruction produces is the canonical NaN.
    switch("cranelift_nan_canonicalization").in_stamp();
    /// A flag of the compiler; the empty text switches the flag on.
    text("cranelift_flag.").without_property();
    /// Target triple that modules are compiled for. Code for another machine can be serialized, but not run.
    target("target");
    /// Whether compiled code has debug information for native debuggers.
    switch("debug_info");
    /// Profiler that the engine reports compiled code to.
    choice("profiler", &["none", "jitdump", "vtune", "perfmap"]).neutral("none");
    /// Path of the TOML file that configures a cache for compiled code; the empty text is the default configuration.
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
