// wasmer 7.3.0, through `wasm.h` and the functions that `wasm_c_api` declares in `wasmer_extras.rs`.

use super::{CodeLifetime, ExternalRefs, HAS_COMPILERS, Quirks};
use crate::backend::reserve::CompileMemory;
use crate::base::capabilities as cap;
use crate::base::options::Options;
use crate::lower::Needs;
use wasm_c_api as c;
use wasmparser::WasmFeatures;

/// Maximum number of elements of a table: the limit of the WebAssembly JavaScript API ("Implementation-defined Limits").
const MAX_TABLE_ELEMENTS: u32 = 10_000_000;

pub const QUIRKS: Quirks = Quirks {
    capabilities: cap::SERIALIZE
        .with(cap::FUNCREF)
        .with(cap::FUNCREF_CALL)
        .with(cap::EXTERNREF)
        .with(cap::V128)
        .with(cap::TAGS)
        .with(cap::FRAMES)
        .with(cap::FRAME_OFFSETS)
        .with(cap::STABLE_MEMORY)
        .with(cap::VIEWS),
    by_helper_modules: cap::V128.with(cap::TAGS),
    options: if HAS_COMPILERS {
        &["cranelift_nan_canonicalization", "compiler"]
    } else {
        &["cranelift_nan_canonicalization"]
    },
    external_refs: ExternalRefs::CApi,
    // wasmer runs guests on a separate stack, and host functions on the caller's stack.
    stack_size: 0,
    ref_as_func_is_new: true,
    // `VMTable` of wasmer-vm allocates all elements at once, and aborts the process if that fails.
    max_table_elements: MAX_TABLE_ELEMENTS as u64,
    table_element_size: size_of::<usize>(),
    needs: Needs {
        imported_fixed_tables: true,
        max_table_elements: Some(MAX_TABLE_ELEMENTS),
        no_table_init_of_externref: true,
        ..Needs::NONE
    },
    // `EngineInner::code_memory` of wasmer-compiler holds the code of all modules of an engine. Compiled code identifies
    // types by a hash of the type, not by a number of its engine, so that modules of several engines work together.
    code_lifetime: CodeLifetime::OwnEngine,
    register_types: c::wasmer_engine_register_types,
    // The two mappings hold the module's code (wasmer-compiler, `CodeMemory`).
    mappings_per_module: 2,
    // One for the accessible bytes, one for the others that the memory may grow to.
    mappings_per_memory: 2,
    // `CraneliftCompiler::compile_module` makes a pool of threads, and unwraps the outcome.
    starts_threads: true,
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
