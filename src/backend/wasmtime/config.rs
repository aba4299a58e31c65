//! Options as wasmtime's configuration.

use crate::backend::wasmtime::error;
use crate::base::capabilities::{self as cap, Capabilities};
use crate::base::error::{Error, ErrorKind, Result};
use crate::base::options::Options;
use std::ffi::CString;
use wasm_c_api as c;
use wasmparser::WasmFeatures;

/// The options that are more than a proposal to switch.
pub const OPTIONS: &[&str] = &[
    "cache",
    "consume_fuel",
    "cranelift_debug_verifier",
    #[cfg(not(feature = "system"))]
    "cranelift_flag.",
    "cranelift_nan_canonicalization",
    "cranelift_opt_level",
    "debug_info",
    "epoch_interruption",
    "interruptible",
    "macos_use_mach_ports",
    "max_wasm_stack",
    "memory_guard_size",
    "memory_init_cow",
    "memory_may_move",
    "memory_reservation",
    "memory_reservation_for_growth",
    "native_unwind_info",
    "parallel_compilation",
    "profiler",
    "shared_memory",
    "signals_based_traps",
    "strategy",
    "target",
    "wasm_component_model",
    "wasm_component_model_map",
    "wasm_relaxed_simd_deterministic",
];

/// What wasmtime implements, on or off by default (wasmtime 48, `Config::compiler_panicking_wasm_features`).
pub fn max_features() -> WasmFeatures {
    let stacks = cfg!(all(target_arch = "x86_64", any(target_os = "linux", target_os = "macos")));
    let mut features = FEATURES | WasmFeatures::CUSTOM_PAGE_SIZES | WasmFeatures::WIDE_ARITHMETIC;
    features.set(WasmFeatures::STACK_SWITCHING, stacks);
    features
}

/// What is on by default (`Config::features`; from wasmtime 49 on wide arithmetic too).
pub const FEATURES: WasmFeatures = {
    let features = WasmFeatures::WASM3.union(WasmFeatures::GC_TYPES);
    if c::WASMTIME_VERSION_MAJOR < 49 { features } else { features.union(WasmFeatures::WIDE_ARITHMETIC) }
};

/// wasmtime's default for `async_stack_size`.
const ASYNC_STACK: usize = 2 << 20;

type Switch = unsafe extern "C" fn(*mut c::wasm_config_t, bool);
type Size = unsafe extern "C" fn(*mut c::wasm_config_t, u64);

const SWITCHES: &[(&str, Switch)] = &[
    ("consume_fuel", c::wasmtime_config_consume_fuel_set),
    ("cranelift_debug_verifier", c::wasmtime_config_cranelift_debug_verifier_set),
    ("cranelift_nan_canonicalization", c::wasmtime_config_cranelift_nan_canonicalization_set),
    ("debug_info", c::wasmtime_config_debug_info_set),
    ("gc_support", c::wasmtime_config_gc_support_set),
    ("macos_use_mach_ports", c::wasmtime_config_macos_use_mach_ports_set),
    ("memory_init_cow", c::wasmtime_config_memory_init_cow_set),
    ("memory_may_move", c::wasmtime_config_memory_may_move_set),
    ("native_unwind_info", c::wasmtime_config_native_unwind_info_set),
    ("parallel_compilation", c::wasmtime_config_parallel_compilation_set),
    ("shared_memory", c::wasmtime_config_shared_memory_set),
    ("signals_based_traps", c::wasmtime_config_signals_based_traps_set),
    ("wasm_bulk_memory", c::wasmtime_config_wasm_bulk_memory_set),
    ("wasm_component_model", c::wasmtime_config_wasm_component_model_set),
    ("wasm_component_model_map", c::wasmtime_config_wasm_component_model_map_set),
    ("wasm_custom_page_sizes", c::wasmtime_config_wasm_custom_page_sizes_set),
    ("wasm_exceptions", c::wasmtime_config_wasm_exceptions_set),
    ("wasm_function_references", c::wasmtime_config_wasm_function_references_set),
    ("wasm_gc", c::wasmtime_config_wasm_gc_set),
    ("wasm_memory64", c::wasmtime_config_wasm_memory64_set),
    ("wasm_multi_memory", c::wasmtime_config_wasm_multi_memory_set),
    ("wasm_multi_value", c::wasmtime_config_wasm_multi_value_set),
    ("wasm_reference_types", c::wasmtime_config_wasm_reference_types_set),
    ("wasm_relaxed_simd", c::wasmtime_config_wasm_relaxed_simd_set),
    ("wasm_relaxed_simd_deterministic", c::wasmtime_config_wasm_relaxed_simd_deterministic_set),
    ("wasm_simd", c::wasmtime_config_wasm_simd_set),
    ("wasm_stack_switching", c::wasmtime_config_wasm_stack_switching_set),
    ("wasm_tail_call", c::wasmtime_config_wasm_tail_call_set),
    ("wasm_threads", c::wasmtime_config_wasm_threads_set),
    ("wasm_wide_arithmetic", c::wasmtime_config_wasm_wide_arithmetic_set),
];

const SIZES: &[(&str, Size)] = &[
    ("memory_guard_size", c::wasmtime_config_memory_guard_size_set),
    ("memory_reservation", c::wasmtime_config_memory_reservation_set),
    ("memory_reservation_for_growth", c::wasmtime_config_memory_reservation_for_growth_set),
];

/// What the engine can do under these options, of what it can do by default.
pub fn capabilities(all: Capabilities, options: &Options) -> Capabilities {
    // By default the whole range of a 32-bit memory is reserved, so that it never moves.
    let reserved = options.size("memory_reservation").is_none_or(|size| size >= 1 << 32);
    let stays = reserved || options.switch("memory_may_move") == Some(false);
    if stays { all } else { all.without(cap::STABLE_MEMORY).without(cap::VIEWS) }
}

/// Whether code is compiled so that it can be interrupted, by a deadline or by the host.
pub fn interruptible(options: &Options) -> bool {
    ["epoch_interruption", "interruptible"].iter().any(|name| options.switch(name) == Some(true))
}

/// A configuration, owned by the caller.
pub fn config(options: &Options, stack: usize) -> Result<*mut c::wasm_config_t> {
    // SAFETY: the configuration is ours until it is given away, and deleted where an option cannot be set.
    unsafe {
        let config = c::wasm_config_new();
        match configure(config, options, stack) {
            Ok(()) => Ok(config),
            Err(error) => {
                c::wasm_config_delete(config);
                Err(error)
            }
        }
    }
}

unsafe fn configure(config: *mut c::wasm_config_t, options: &Options, stack: usize) -> Result<()> {
    // SAFETY: the configuration lives; texts are only read, and end with NUL; numbers are of the header's enumerations.
    unsafe {
        c::wasmtime_config_epoch_interruption_set(config, interruptible(options));
        c::wasmtime_config_max_wasm_stack_set(config, stack);
        // Never used, but it must not be smaller.
        c::wasmtime_config_async_stack_size_set(config, stack.max(ASYNC_STACK));
        // Of components only, which a library may have on by default; without reference types it is a contradiction.
        c::wasmtime_config_concurrency_support_set(config, false);
        for (name, set) in SWITCHES {
            if let Some(on) = options.switch(name) {
                set(config, on);
            }
        }
        for (name, set) in SIZES {
            if let Some(size) = options.size(name) {
                set(config, size);
            }
        }
        match options.get("cranelift_opt_level") {
            Some("none") => c::wasmtime_config_cranelift_opt_level_set(config, 0),
            Some("speed_and_size") => c::wasmtime_config_cranelift_opt_level_set(config, 2),
            _ => {}
        }
        match options.get("profiler") {
            Some("jitdump") => c::wasmtime_config_profiler_set(config, 1),
            Some("vtune") => c::wasmtime_config_profiler_set(config, 2),
            Some("perfmap") => c::wasmtime_config_profiler_set(config, 3),
            _ => {}
        }
        if let Some(path) = options.get("cache") {
            // Empty: wherever wasmtime looks by default.
            let path = (!path.is_empty()).then(|| text(path)).transpose()?;
            let path = path.as_ref().map_or(std::ptr::null(), |path| path.as_ptr());
            error::check(c::wasmtime_config_cache_config_load(config, path), ErrorKind::Invalid)?;
        }
        if let Some(triple) = options.get("target") {
            error::check(c::wasmtime_config_target_set(config, text(triple)?.as_ptr()), ErrorKind::Invalid)?;
        }
        for (flag, value) in options.starting("cranelift_flag.") {
            let (flag, value) = (text(flag)?, text(value)?);
            if value.is_empty() {
                c::wasmtime_config_cranelift_flag_enable(config, flag.as_ptr());
            } else {
                c::wasmtime_config_cranelift_flag_set(config, flag.as_ptr(), value.as_ptr());
            }
        }
        Ok(())
    }
}

/// The error where there is no engine with these options.
pub fn contradiction(reason: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorKind::Invalid, format!("the engine cannot be made with these options: {reason}"))
}

fn text(text: &str) -> Result<CString> {
    CString::new(text).map_err(|_| Error::new(ErrorKind::Invalid, "an option's text has a NUL in it"))
}
