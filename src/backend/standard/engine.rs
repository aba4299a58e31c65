//! Functions for engines and stores.

use crate::backend::faults::{self, Occasion};
use crate::backend::standard::error::last_error;
use crate::backend::standard::quirks::QUIRKS;
use crate::backend::standard::{Standard, Store};
use crate::backend::{EngineOps, StoreOps};
use crate::base::error::{Result, fail};
use crate::base::options::Options;
use std::sync::LazyLock;
use wasm_c_api as c;
use wasmparser::WasmFeatures;

/// Linux's default for `vm.max_map_count`, the maximum number of memory mappings of a process. Used if /proc does not
/// tell the actual maximum.
const DEFAULT_MAX_MAPPINGS: u64 = 65_530;

/// The creation of the first store, in which an engine may install its handlers of faults.
static FIRST_STORE: Occasion = Occasion::new();

/// An engine of `wasm.h`.
pub struct Engine(*mut c::wasm_engine_t);

// SAFETY: `wasm.h` ("Runtime Environment") allows any thread to use an engine. The pointer is private to this file, and
// methods use the pointer only under `&self`.
unsafe impl Send for Engine {}
// SAFETY: `wasm.h` ("Runtime Environment") allows several threads to create stores from one engine at the same time.
unsafe impl Sync for Engine {}

impl Engine {
    /// Creates a store. The caller frees the store.
    pub fn store_new(&self) -> Result<Store> {
        // SAFETY: `self` owns a living engine.
        let store = faults::installing(&FIRST_STORE, || unsafe { c::wasm_store_new(self.0) });
        if store.is_null() {
            fail!(Engine, "the engine could not make a store: {}", last_error());
        }
        Ok(Store(store))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // SAFETY: `self` owns the engine. Every store and every module keeps the shim's engine alive, so no store and
        // no module is left.
        unsafe { c::wasm_engine_delete(self.0) }
    }
}

impl EngineOps for Standard {
    fn engine_new(options: &Options) -> Result<Engine> {
        // SAFETY: the config is new, and the engine takes ownership of the config.
        let raw = unsafe {
            let config = c::wasm_config_new();
            configure(config, options);
            c::wasm_engine_new_with_config(config)
        };
        if raw.is_null() {
            fail!(Engine, "the engine could not be made: {}", last_error());
        }
        Ok(Engine(raw))
    }

    fn has_option(name: &str) -> bool {
        QUIRKS.options.contains(&name)
    }

    fn features(options: &Options) -> WasmFeatures {
        (QUIRKS.features)(options)
    }

    fn guest_stack_size(_: &Options) -> usize {
        QUIRKS.stack_size
    }

    fn max_modules() -> u64 {
        static MAX_MAPPINGS: LazyLock<u64> = LazyLock::new(|| {
            let text = std::fs::read_to_string("/proc/sys/vm/max_map_count").ok();
            text.and_then(|text| text.trim().parse().ok()).unwrap_or(DEFAULT_MAX_MAPPINGS)
        });
        // Modules may use two thirds of the mappings that a process may have. The last third stays free for all other
        // mappings.
        QUIRKS.mappings_per_module.map_or(u64::MAX, |count| *MAX_MAPPINGS / 3 * 2 / count)
    }
}

impl StoreOps for Standard {
    fn store_new(engine: &Engine) -> Result<Store> {
        engine.store_new()
    }

    fn store_drop(store: Store) {
        // SAFETY: the store record, which owns the store and its objects, calls this function once, after the record
        // has freed all objects.
        unsafe { c::wasm_store_delete(store.0) }
    }
}

/// Sets the options that this engine honours in a config.
///
/// # Safety
/// `config` is a live config.
#[cfg(feature = "wasmer")]
unsafe fn configure(config: *mut c::wasm_config_t, options: &Options) {
    let compiler = match options.get("compiler") {
        Some("singlepass") => c::WASMER_BACKEND_SINGLEPASS,
        _ => c::WASMER_BACKEND_CRANELIFT,
    };
    // SAFETY: the caller guarantees that the config is live. The build contains the chosen compiler: every build
    // contains Cranelift, and the option `compiler` exists only in a build with Singlepass (`HAS_COMPILERS` in
    // quirks/mod.rs).
    unsafe {
        c::wasm_config_set_backend(config, compiler);
        c::wasm_config_sys_canonicalize_nans(config, options.switch("cranelift_nan_canonicalization") == Some(true));
    }
}

/// Does nothing, because this engine has no options.
///
/// # Safety
/// The function has no condition. It is `unsafe` because the variant for wasmer is `unsafe`.
#[cfg(not(feature = "wasmer"))]
unsafe fn configure(_: *mut c::wasm_config_t, _: &Options) {}
