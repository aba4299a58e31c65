//! What differs between engines behind the same header: data, one block an engine.

#[cfg(not(feature = "system"))]
use crate::base::capabilities as cap;
use crate::base::capabilities::Capabilities;
use crate::base::options::Options;
use wasmparser::WasmFeatures;

#[cfg(feature = "wasmtime-standard")]
mod engine {
    use super::*;

    pub const NAME: &str = "wasmtime-standard";
    pub const CAPABILITIES: Capabilities = cap::SERIALIZE
        .with(cap::FUNCREF)
        .with(cap::FRAMES)
        .with(cap::FRAME_OFFSETS)
        .with(cap::STABLE_MEMORY)
        .with(cap::VIEWS);
    pub const OPTIONS: &[&str] = &[];
    /// wasmtime's `max_wasm_stack`, which `wasm.h` cannot change.
    pub const STACK: usize = 512 << 10;
    pub const EXPORTS_SORTED: bool = false;
    pub const IMPORTS_GROUPED: bool = false;
    pub const REF_AS_FUNC_IS_NEW: bool = false;
    pub const MAX_MEMORY_PAGES: u64 = u64::MAX;
    pub const KEPT_MAPPINGS: Option<u64> = None;
    pub const MAX_TABLE_ELEMENTS: u64 = u64::MAX;

    pub fn features(_: &Options) -> WasmFeatures {
        WasmFeatures::WASM3
    }
}

#[cfg(feature = "wasmer")]
mod engine {
    use super::*;

    pub const NAME: &str = "wasmer";
    pub const CAPABILITIES: Capabilities = cap::SERIALIZE
        .with(cap::FUNCREF)
        .with(cap::FUNCREF_CALL)
        .with(cap::EXTERNREF)
        .with(cap::FRAMES)
        .with(cap::FRAME_OFFSETS)
        .with(cap::STABLE_MEMORY)
        .with(cap::VIEWS)
        .with(cap::COMPILERS);
    pub const OPTIONS: &[&str] = &["compiler", "cranelift_nan_canonicalization"];
    /// wasmer runs on a stack of its own and calls host functions on the caller's.
    pub const STACK: usize = 0;
    pub const EXPORTS_SORTED: bool = false;
    pub const IMPORTS_GROUPED: bool = false;
    /// `wasm_ref_as_func` gives a new object, not a view as in the header.
    pub const REF_AS_FUNC_IS_NEW: bool = true;
    pub const MAX_MEMORY_PAGES: u64 = u64::MAX;
    /// Of the code of each module, until the engine goes (wasmer-compiler 7.3.0, `CodeMemory`).
    pub const KEPT_MAPPINGS: Option<u64> = Some(2);
    pub const MAX_TABLE_ELEMENTS: u64 = u64::MAX;

    /// wasmer-types 7.3.0, `Features::default`, and what the Cranelift compiler adds.
    pub fn features(options: &Options) -> WasmFeatures {
        let common = WasmFeatures::WASM2
            | WasmFeatures::GC_TYPES
            | WasmFeatures::THREADS
            | WasmFeatures::MULTI_MEMORY
            | WasmFeatures::EXTENDED_CONST;
        if options.get("compiler") == Some("singlepass") {
            return common & !WasmFeatures::SIMD;
        }
        common | WasmFeatures::EXCEPTIONS | WasmFeatures::RELAXED_SIMD | WasmFeatures::WIDE_ARITHMETIC
    }
}

#[cfg(feature = "wasmi")]
mod engine {
    use super::*;

    pub const NAME: &str = "wasmi";
    pub const CAPABILITIES: Capabilities = cap::FUNCREF.with(cap::VIEWS);
    pub const OPTIONS: &[&str] = &[];
    /// An interpreter with a stack of its own.
    pub const STACK: usize = 0;
    /// `wasm_instance_exports` gives them in the order of their names, not of the module.
    pub const EXPORTS_SORTED: bool = true;
    /// `wasm_instance_new` takes functions first, then tables, memories and globals (wasmi 2.0.0, `ModuleImports`).
    pub const IMPORTS_GROUPED: bool = true;
    pub const REF_AS_FUNC_IS_NEW: bool = false;
    /// It counts a memory's bytes in 64 bits, and panics where that overflows.
    pub const MAX_MEMORY_PAGES: u64 = (1 << 48) - 1;
    pub const KEPT_MAPPINGS: Option<u64> = None;
    /// It writes to each element: what is declared is taken from the machine at once.
    pub const MAX_TABLE_ELEMENTS: u64 = 10_000_000;

    /// wasmi 2.0.0, `Config::default_features`.
    pub fn features(_: &Options) -> WasmFeatures {
        WasmFeatures::WASM2
            | WasmFeatures::GC_TYPES
            | WasmFeatures::MULTI_MEMORY
            | WasmFeatures::TAIL_CALL
            | WasmFeatures::EXTENDED_CONST
            | WasmFeatures::MEMORY64
            | WasmFeatures::RELAXED_SIMD
    }
}

/// A library of the system: nothing is known of it, so nothing beyond the core of the header is used.
#[cfg(feature = "system")]
mod engine {
    use super::*;

    pub const NAME: &str = "system";
    pub const CAPABILITIES: Capabilities = Capabilities(0);
    pub const OPTIONS: &[&str] = &[];
    /// As much as any engine we know takes.
    pub const STACK: usize = 1 << 20;
    pub const EXPORTS_SORTED: bool = false;
    pub const IMPORTS_GROUPED: bool = false;
    pub const REF_AS_FUNC_IS_NEW: bool = false;
    pub const MAX_MEMORY_PAGES: u64 = u64::MAX;
    pub const KEPT_MAPPINGS: Option<u64> = None;
    pub const MAX_TABLE_ELEMENTS: u64 = u64::MAX;

    pub fn features(_: &Options) -> WasmFeatures {
        WasmFeatures::WASM2 | WasmFeatures::GC_TYPES
    }
}

pub use engine::*;

#[cfg(not(any(feature = "wasmtime-standard", feature = "wasmer", feature = "wasmi", feature = "system")))]
mod engine {
    compile_error!("choose one engine: --features wasmtime, wasmtime-standard, wasmer, wasmi or system");
}
