//! Differences between the engines behind `wasm.h`, as data.
//!
//! Each engine has a file in this folder with one constant, `QUIRKS`. build.rs sets `ENGINE_QUIRKS` to the name of the
//! linked engine's file, so that no list of engines is needed.

use crate::base::capabilities::{self as cap, Capabilities};
use crate::base::options::Options;
use wasmparser::WasmFeatures;

/// How an engine deviates from [`Quirks::NONE`].
pub struct Quirks {
    /// The capabilities, without `compilers`: that one follows from `engines.toml`.
    pub capabilities: Capabilities,
    /// Options that the engine honours, besides the proposals.
    pub options: &'static [&'static str],
    /// Bytes of the caller's stack that guests may use; 0 for an engine that runs guests on a stack of its own.
    pub stack_size: usize,
    /// True if `wasm_instance_exports` returns the exports sorted by name, not in the module's order.
    pub exports_sorted: bool,
    /// True if `wasm_instance_new` expects the imports grouped by kind, not in the module's order: functions first, then
    /// tables, memories and globals.
    pub imports_grouped: bool,
    /// True if `wasm_ref_as_func` returns a new object that the caller must delete, not a view of the reference.
    pub ref_as_func_is_new: bool,
    /// Maximum number of pages that a memory's type may declare.
    pub max_memory_pages: u64,
    /// Maximum number of elements that a table may start with.
    pub max_table_elements: u64,
    /// Memory mappings that each module leaves behind until its engine is freed, if any. They limit the number of
    /// modules, since a process may have only so many mappings.
    pub mappings_per_module: Option<u64>,
    /// Returns the proposals that the engine implements, under these options.
    pub features: fn(&Options) -> WasmFeatures,
}

impl Quirks {
    /// An engine that behaves as the header says, and of which nothing else is known.
    pub const NONE: Self = Self {
        capabilities: Capabilities(0),
        options: &[],
        // As much as any of the bundled engines uses.
        stack_size: 1 << 20,
        exports_sorted: false,
        imports_grouped: false,
        ref_as_func_is_new: false,
        max_memory_pages: u64::MAX,
        max_table_elements: u64::MAX,
        mappings_per_module: None,
        features: |_| WasmFeatures::WASM2 | WasmFeatures::GC_TYPES,
    };
}

mod engine {
    include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/backend/standard/quirks/", env!("ENGINE_QUIRKS"), ".rs"));
}
use engine::QUIRKS;

/// True if the engine was built with several compilers.
const HAS_COMPILERS: bool = wasm_c_api::ENGINE_COMPILERS.len() > 1;

/// The engine's name, as `ANYWASM_ENGINE` has it.
pub const NAME: &str = wasm_c_api::ENGINE_NAME;
/// See [`Quirks::capabilities`].
pub const CAPABILITIES: Capabilities =
    if HAS_COMPILERS { QUIRKS.capabilities.with(cap::COMPILERS) } else { QUIRKS.capabilities };
/// See [`Quirks::options`].
pub const OPTIONS: &[&str] = QUIRKS.options;
/// See [`Quirks::stack_size`].
pub const STACK_SIZE: usize = QUIRKS.stack_size;
/// See [`Quirks::exports_sorted`].
pub const EXPORTS_SORTED: bool = QUIRKS.exports_sorted;
/// See [`Quirks::imports_grouped`].
pub const IMPORTS_GROUPED: bool = QUIRKS.imports_grouped;
/// See [`Quirks::ref_as_func_is_new`].
pub const REF_AS_FUNC_IS_NEW: bool = QUIRKS.ref_as_func_is_new;
/// See [`Quirks::max_memory_pages`].
pub const MAX_MEMORY_PAGES: u64 = QUIRKS.max_memory_pages;
/// See [`Quirks::max_table_elements`].
pub const MAX_TABLE_ELEMENTS: u64 = QUIRKS.max_table_elements;
/// See [`Quirks::mappings_per_module`].
pub const MAPPINGS_PER_MODULE: Option<u64> = QUIRKS.mappings_per_module;

/// See [`Quirks::features`].
pub fn features(options: &Options) -> WasmFeatures {
    (QUIRKS.features)(options)
}

// A Python buffer over a memory that moves would dangle without the allocator in pinning.rs, which wasmi's build has.
const _: () = assert!(
    !CAPABILITIES.has(cap::VIEWS) || CAPABILITIES.has(cap::STABLE_MEMORY) || cfg!(feature = "wasmi"),
    "the capability `views` needs memories that do not move, or the allocator of pinning.rs"
);
