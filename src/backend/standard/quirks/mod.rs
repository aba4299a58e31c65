//! Differences between the engines behind `wasm.h`, as data.
//!
//! Each engine has a file in this folder with one constant, `QUIRKS`. build.rs sets the variable `ENGINE_QUIRKS` to the
//! name of the linked engine's file, so this file needs no list of engines.

use crate::backend::reserve::CompileMemory;
use crate::backend::standard::slices::Resumable;
use crate::base::capabilities::{self as cap, Capabilities};
use crate::base::options::Options;
use crate::lower::Needs;
use crate::wasm::complexity::Limits;
use wasm_c_api as c;
use wasmparser::WasmFeatures;

/// The properties of an engine. [`Quirks::NONE`] holds the defaults.
pub struct Quirks {
    /// The engine's capabilities (features that not all engines have), without `compilers`. The capability `compilers`
    /// follows from `engines.toml`.
    pub capabilities: Capabilities,
    /// Those of `capabilities` that the engine has only because of [helper modules](crate::backend::standard::helper).
    pub by_helper_modules: Capabilities,
    /// Names of the options that the engine honours. The options that switch a WebAssembly proposal are not in this
    /// list.
    pub options: &'static [&'static str],
    /// Number of bytes of the caller's stack that guests may use; 0 for an engine that runs guests on a separate stack.
    pub stack_size: usize,
    /// Whether the option `max_wasm_stack` replaces `stack_size`.
    pub stack_size_is_an_option: bool,
    /// True if `wasm_instance_exports` returns the exports sorted by name, not in the module's order.
    pub exports_sorted: bool,
    /// True if `wasm_instance_new` expects the imports grouped by kind, not in the module's order: functions first,
    /// then tables, memories and globals.
    pub imports_grouped: bool,
    /// Returns the function that a reference refers to, as an extern that the caller owns, for an engine whose
    /// `wasm_ref_as_func` does not work.
    ///
    /// # Safety
    /// The engine created both objects, the reference refers to a function of the store, and both are alive.
    pub ref_to_func: Option<unsafe fn(*mut c::wasm_store_t, *const c::wasm_ref_t) -> *mut c::wasm_extern_t>,
    /// True if `wasm_ref_as_func` returns a new object that the caller must delete, not a view of the reference.
    pub ref_as_func_is_new: bool,
    /// Maximum number of pages that a memory type may declare.
    pub max_memory_pages: u64,
    /// Maximum number of elements that a table may start with.
    pub max_table_elements: u64,
    /// The counts up to which the engine compiles a module in a bounded time.
    pub complexity_limits: Limits,
    /// How the host and guests exchange external references.
    pub external_refs: ExternalRefs,
    /// The functions by which a call can be resumed, if the engine has them.
    pub resumable: Option<Resumable>,
    /// What the engine needs to be rewritten in a module.
    pub needs: Needs,
    /// When the engine frees the code of a module.
    pub code_lifetime: CodeLifetime,
    /// Makes the types of a module known to an engine object that has not compiled the module.
    ///
    /// # Safety
    /// The engine created both objects, and they are alive.
    pub register_types: unsafe fn(engine: *const c::wasm_engine_t, module: *const c::wasm_module_t),
    /// Number of memory mappings that each module takes. The mappings limit the number of modules, because the operating
    /// system limits the mappings of a process.
    pub mappings_per_module: u64,
    /// Number of memory mappings that each memory takes.
    pub mappings_per_memory: u64,
    /// Prepares a new store.
    ///
    /// # Safety
    /// The engine has just created the store.
    pub prepare_store: unsafe fn(*mut c::wasm_store_t),
    /// True if the calls of a thread into different stores may end in any order, because the engine keeps no state of a
    /// thread.
    pub calls_interleave: bool,
    /// True if the engine starts threads of its own for each compilation, and aborts the process if it cannot.
    pub starts_threads: bool,
    /// Bytes for each element of a table, if the engine ends the process when it cannot allocate a table. 0 if the engine
    /// reports an error.
    pub table_element_size: usize,
    /// Estimated memory that a compilation needs.
    pub compile_memory: CompileMemory,
    /// Returns the WebAssembly features that the engine implements under these options.
    pub features: fn(&Options) -> WasmFeatures,
    /// Features that are off unless an option switches them on.
    pub optional_features: WasmFeatures,
}

/// How the host and guests exchange external references.
#[allow(dead_code, reason = "each engine has one of these")]
pub enum ExternalRefs {
    /// Not at all.
    None,
    /// By the functions of `wasm.h`.
    CApi,
    /// Helper modules make external references of 31-bit numbers, which the proposal "GC" allows.
    I31,
    /// Helper modules import functions of the engine that make them.
    HostFunctions(Conversions),
}

/// The functions of an engine that convert external references.
pub struct Conversions {
    /// Creates two functions in a store: from a host number to an external reference, and back. 0 is null, and -1 stands
    /// for a reference that has no number.
    ///
    /// # Safety
    /// The engine created the store, and this thread alone uses it.
    pub functions: unsafe fn(*mut c::wasm_store_t) -> [*mut c::wasm_extern_t; 2],
    /// Creates a global whose value is the external reference with a host number, and that is mutable or not.
    ///
    /// # Safety
    /// As for `functions`.
    pub new_global: unsafe fn(*mut c::wasm_store_t, u64, bool) -> *mut c::wasm_extern_t,
}

/// When an engine frees the code of a module.
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "each engine has one of these")]
pub enum CodeLifetime {
    /// With the last user of the module.
    Module,
    /// With the engine object, but a store accepts modules of other engine objects. The shim therefore compiles each
    /// module with an engine object of its own.
    OwnEngine,
    /// With the engine object, and a store accepts only modules of its own engine object. The shim therefore replaces
    /// the engine object when many modules have been dropped, and compiles a module again for each engine object that
    /// needs it.
    ReplacedEngine,
}

impl Quirks {
    /// An engine that behaves as `wasm.h` describes. Nothing else is known about this engine.
    pub const NONE: Self = Self {
        capabilities: Capabilities(0),
        by_helper_modules: Capabilities(0),
        options: &[],
        // No bundled engine uses a larger stack.
        stack_size: 1 << 20,
        stack_size_is_an_option: false,
        exports_sorted: false,
        imports_grouped: false,
        ref_to_func: None,
        ref_as_func_is_new: false,
        max_memory_pages: u64::MAX,
        max_table_elements: u64::MAX,
        complexity_limits: Limits::CRANELIFT,
        external_refs: ExternalRefs::None,
        resumable: None,
        needs: Needs::NONE,
        code_lifetime: CodeLifetime::Module,
        register_types: |_, _| (),
        mappings_per_module: 0,
        mappings_per_memory: 0,
        prepare_store: |_| (),
        calls_interleave: false,
        starts_threads: false,
        table_element_size: 0,
        // No bundled engine needs more.
        compile_memory: CompileMemory { per_function: 5 << 10, per_byte: 14 },
        features: |_| WasmFeatures::WASM2 | WasmFeatures::GC_TYPES,
        optional_features: WasmFeatures::empty(),
    };
}

mod engine {
    include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/backend/standard/quirks/", env!("ENGINE_QUIRKS"), ".rs"));
}
pub use engine::QUIRKS;

/// True if the engine was built with several compilers.
const HAS_COMPILERS: bool = wasm_c_api::ENGINE_COMPILERS.len() > 1;

/// The engine's name, spelled as in the variable `ANYWASM_ENGINE`.
pub const NAME: &str = wasm_c_api::ENGINE_NAME;

/// The linked engine's capabilities: those that its `QUIRKS` list, and `compilers` if the engine was built with several
/// compilers.
pub const CAPABILITIES: Capabilities =
    if HAS_COMPILERS { QUIRKS.capabilities.with(cap::COMPILERS) } else { QUIRKS.capabilities };

// A Python buffer would dangle if its memory moved. The allocator in pinning.rs prevents this, but only wasmi's build
// has that allocator.
const _: () = assert!(
    !CAPABILITIES.has(cap::VIEWS) || CAPABILITIES.has(cap::STABLE_MEMORY) || cfg!(feature = "wasmi"),
    "the capability `views` needs memories that do not move, or the allocator of pinning.rs"
);
