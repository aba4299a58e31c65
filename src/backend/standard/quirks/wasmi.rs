// wasmi 2.0.0.

use super::Quirks;
use crate::base::capabilities as cap;
use wasmparser::WasmFeatures;

pub const QUIRKS: Quirks = Quirks {
    capabilities: cap::FUNCREF.with(cap::VIEWS),
    // The interpreter has a stack of its own.
    stack_size: 0,
    exports_sorted: true,
    // See `ModuleImports` in wasmi.
    imports_grouped: true,
    // wasmi counts a memory's bytes in 64 bits, and panics on overflow.
    max_memory_pages: (1 << 48) - 1,
    // wasmi writes each element, so that the machine must have memory for all of them.
    max_table_elements: 10_000_000,
    // `Config::default_features` of wasmi.
    features: |_| {
        WasmFeatures::WASM2
            | WasmFeatures::GC_TYPES
            | WasmFeatures::MULTI_MEMORY
            | WasmFeatures::TAIL_CALL
            | WasmFeatures::EXTENDED_CONST
            | WasmFeatures::MEMORY64
            | WasmFeatures::RELAXED_SIMD
    },
    ..Quirks::NONE
};
