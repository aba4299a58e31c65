//! The engine objects of `wasm.h`. An engine of the shim may use several of them: see [`CodeLifetime`].
//!
//! [`CodeLifetime`]: crate::backend::standard::quirks::CodeLifetime

use crate::backend::faults::{self, Occasion};
use crate::backend::standard::compiled::RawModule;
use crate::backend::standard::error::last_error;
#[cfg(feature = "wasmi")]
use crate::backend::standard::slices::Slices;
#[cfg(feature = "wasmtime-standard")]
use crate::base::error::{Error, ErrorKind};
use crate::base::error::{Result, fail};
use crate::base::options::Options;
use parking_lot::Mutex;
use std::collections::HashMap;
#[cfg(feature = "wasmi")]
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use wasm_c_api as c;

/// Number of unused modules, and number of their bytes, from which on an engine object may be replaced.
const MANY_UNUSED: Amount = Amount { modules: 256, bytes: 1 << 20 };

static NEXT_SERIAL: AtomicU64 = AtomicU64::new(0);

/// The creation of the first store, in which an engine may install its handlers of faults.
static FIRST_STORE: Occasion = Occasion::new();

/// An amount of modules, in the binary format.
#[derive(Clone, Copy, Default)]
struct Amount {
    modules: usize,
    bytes: usize,
}

/// The modules that an engine object has compiled.
#[derive(Default)]
struct CompiledModules {
    used: Amount,
    unused: Amount,
}

/// An engine object of the library.
pub struct EngineObject {
    raw: *mut c::wasm_engine_t,
    modules: Mutex<CompiledModules>,
    /// A number that is larger for a newer engine object.
    serial: u64,
    /// The [helper modules](crate::backend::standard::helper), by their text.
    pub helpers: Mutex<HashMap<String, RawModule>>,
}

// SAFETY: `wasm.h` ("Runtime Environment") allows any thread to use an engine. The pointer is private to this file, and
// methods use the pointer only under `&self`.
unsafe impl Send for EngineObject {}
// SAFETY: `wasm.h` ("Runtime Environment") allows several threads to create stores from one engine at the same time.
unsafe impl Sync for EngineObject {}

impl EngineObject {
    /// Creates an engine object with these options.
    pub fn new(options: &Options) -> Result<Self> {
        // SAFETY: the config is new, and the engine takes ownership of the config.
        let raw = unsafe {
            let config = c::wasm_config_new();
            configure(config, options);
            new_engine(config)?
        };
        if raw.is_null() {
            fail!(Engine, "the engine could not be made: {}", last_error());
        }
        let serial = NEXT_SERIAL.fetch_add(1, Ordering::Relaxed);
        Ok(Self { raw, modules: Mutex::default(), serial, helpers: Mutex::default() })
    }

    /// Returns a number that is larger for a newer engine object.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    /// Returns the engine's object of the library.
    pub fn raw(&self) -> *const c::wasm_engine_t {
        self.raw
    }

    /// Creates a store. The caller frees the store.
    pub fn store_new(&self) -> Result<*mut c::wasm_store_t> {
        // SAFETY: `self` owns a living engine.
        let store = faults::installing(&FIRST_STORE, || unsafe { c::wasm_store_new(self.raw) });
        if store.is_null() {
            fail!(Engine, "the engine could not make a store: {}", last_error());
        }
        Ok(store)
    }

    /// Records that a module of `bytes` bytes uses code of this engine object.
    pub fn add_module(&self, bytes: usize) {
        let used = &mut self.modules.lock().used;
        used.modules += 1;
        used.bytes += bytes;
    }

    /// Records that a module of `bytes` bytes was dropped.
    pub fn drop_module(&self, bytes: usize) {
        let CompiledModules { used, unused } = &mut *self.modules.lock();
        used.modules -= 1;
        used.bytes -= bytes;
        unused.modules += 1;
        unused.bytes += bytes;
    }

    /// Returns whether the engine object has compiled many modules that nobody uses any more, and fewer that are in
    /// use. Modules in use must be compiled again for a new engine object, so the work for a replacement stays in
    /// proportion to the work before.
    pub fn keeps_unused_code(&self) -> bool {
        let CompiledModules { used, unused } = &*self.modules.lock();
        (unused.modules >= MANY_UNUSED.modules && unused.modules > used.modules)
            || (unused.bytes >= MANY_UNUSED.bytes && unused.bytes > used.bytes)
    }
}

impl Drop for EngineObject {
    fn drop(&mut self) {
        // The helper modules must be freed before the engine.
        self.helpers.get_mut().clear();
        // SAFETY: `self` owns the engine. Every store and every module keeps the engine object alive, so no store and
        // no module is left.
        unsafe { c::wasm_engine_delete(self.raw) }
    }
}

/// Creates an engine with this config, and frees the config. Fails with the engine's reason if it gives one.
///
/// # Safety
/// `config` is a live config, and the caller does not use it again.
#[cfg(feature = "wasmtime-standard")]
unsafe fn new_engine(config: *mut c::wasm_config_t) -> Result<*mut c::wasm_engine_t> {
    let to_error = |reason: &dyn std::fmt::Display| {
        Error::new(ErrorKind::Invalid, format!("the engine cannot be made with these options: {reason}"))
    };
    // SAFETY: the caller guarantees that the config is live. `wasm.h` has no function that reports a contradiction.
    unsafe { c::wasmtime_engine_try_new(config, to_error) }
}

/// Creates an engine with this config, and frees the config.
///
/// # Safety
/// `config` is a live config, and the caller does not use it again.
#[cfg(not(feature = "wasmtime-standard"))]
unsafe fn new_engine(config: *mut c::wasm_config_t) -> Result<*mut c::wasm_engine_t> {
    // SAFETY: the caller guarantees that the config is live. The engine takes ownership of it.
    Ok(unsafe { c::wasm_engine_new_with_config(config) })
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

/// Sets the options that this engine honours in a config.
///
/// # Safety
/// `config` is a live config.
#[cfg(feature = "wasmi")]
unsafe fn configure(config: *mut c::wasm_config_t, options: &Options) {
    /// The maximum size of the stack in bytes, unless an option says otherwise.
    const DEFAULT_STACK_SIZE: u64 = 1 << 20;
    /// The least number of bytes that a call takes on the stack of another engine. It makes as many nested calls possible
    /// as there.
    const CALL_SIZE: usize = 16;
    let stack_size = options.size("max_wasm_stack").unwrap_or(DEFAULT_STACK_SIZE) as usize;
    let settings = c::WasmiSettings {
        stack_size,
        max_calls: stack_size / CALL_SIZE,
        consume_fuel: Slices::new(options, &Arc::default()).is_some(),
        custom_page_sizes: options.switch("wasm_custom_page_sizes") == Some(true),
        wide_arithmetic: options.switch("wasm_wide_arithmetic") == Some(true),
    };
    // SAFETY: the caller guarantees that the config is live.
    unsafe { c::wasmi_config_set(config, &settings) }
}

/// Sets the options that this engine honours in a config.
///
/// # Safety
/// `config` is a live config.
#[cfg(feature = "wasmtime-standard")]
unsafe fn configure(config: *mut c::wasm_config_t, options: &Options) {
    let settings = c::WasmtimeSettings {
        stack_size: options.size("max_wasm_stack").map(|size| size as usize),
        custom_page_sizes: options.switch("wasm_custom_page_sizes") == Some(true),
        wide_arithmetic: options.switch("wasm_wide_arithmetic") == Some(true),
    };
    // SAFETY: the caller guarantees that the config is live.
    unsafe { c::wasmtime_config_set(config, &settings) }
}

/// Does nothing, because this engine has no options.
///
/// # Safety
/// The function has no condition. It is `unsafe` because the variant for wasmer is `unsafe`.
#[cfg(not(any(feature = "wasmer", feature = "wasmi", feature = "wasmtime-standard")))]
unsafe fn configure(_: *mut c::wasm_config_t, _: &Options) {}
