// wasmtime, through `wasm.h`.

use super::{ExternalRefs, Quirks};
use crate::backend::compiling::WASMTIME_LIMITS;
use crate::base::capabilities as cap;
use wasm_c_api as c;
use wasmparser::WasmFeatures;

pub const QUIRKS: Quirks = Quirks {
    capabilities: cap::SERIALIZE
        .with(cap::FUNCREF)
        .with(cap::FUNCREF_CALL)
        .with(cap::EXTERNREF)
        .with(cap::MEMORY64)
        .with(cap::CUSTOM_PAGE_SIZES)
        .with(cap::TAGS)
        .with(cap::V128)
        .with(cap::FRAMES)
        .with(cap::FRAME_OFFSETS)
        .with(cap::STABLE_MEMORY)
        .with(cap::VIEWS),
    by_helper_modules: cap::V128.with(cap::EXTERNREF).with(cap::MEMORY64).with(cap::CUSTOM_PAGE_SIZES).with(cap::TAGS),
    ref_to_func: Some(c::wasmtime_ref_to_func),
    external_refs: ExternalRefs::I31,
    // The shim honours `parallel_compilation` itself, because `wasm.h` has no function for it.
    options: &["parallel_compilation", "max_wasm_stack"],
    // The default of `Config::max_wasm_stack`.
    stack_size: 512 << 10,
    stack_size_is_an_option: true,
    // One for the accessible bytes, one for the others that the memory may grow to.
    mappings_per_memory: 2,
    prepare_store: c::wasmtime_store_remove_limits,
    complexity_limits: WASMTIME_LIMITS,
    features: |_| WasmFeatures::WASM3,
    optional_features: WasmFeatures::CUSTOM_PAGE_SIZES.union(WasmFeatures::WIDE_ARITHMETIC),
    ..Quirks::NONE
};
