// wasmer 7.3.0, through `wasm.h` and the functions that `wasm_c_api` declares in `wasmer_extras.rs`.

use super::{HAS_COMPILERS, Quirks};
use crate::backend::reserve::CompileMemory;
use crate::base::capabilities as cap;
use crate::base::options::Options;
use wasmparser::WasmFeatures;

pub const QUIRKS: Quirks = Quirks {
    capabilities: cap::SERIALIZE
        .with(cap::FUNCREF)
        .with(cap::FUNCREF_CALL)
        .with(cap::EXTERNREF)
        .with(cap::FRAMES)
        .with(cap::FRAME_OFFSETS)
        .with(cap::STABLE_MEMORY)
        .with(cap::VIEWS),
    options: if HAS_COMPILERS {
        &["cranelift_nan_canonicalization", "compiler"]
    } else {
        &["cranelift_nan_canonicalization"]
    },
    // wasmer runs guests on a separate stack, and host functions on the caller's stack.
    stack_size: 0,
    ref_as_func_is_new: true,
    // The two mappings hold the module's code (wasmer-compiler, `CodeMemory`).
    mappings_per_module: Some(2),
    // `CraneliftCompiler::compile_module` makes a pool of threads, and unwraps the outcome.
    starts_threads: true,
    // A table is a vector of pointers, and the allocation is not checked.
    table_element_size: 8,
    // Measured with modules of 20,000 small functions, and of 200 large ones.
    compile_memory: CompileMemory { per_function: 1700, per_byte: 14 },
    features,
    ..Quirks::NONE
};

/// Returns the features in `Features::default` of wasmer-types. For Cranelift, adds the proposals that only Cranelift
/// implements.
fn features(options: &Options) -> WasmFeatures {
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
