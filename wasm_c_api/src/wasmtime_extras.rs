//! What the shim does through wasmtime's Rust API, because wasmtime's C API aborts the process in this case, or has no
//! function for it.

extern crate alloc;

use crate::{wasm_config_t, wasm_engine_t, wasm_extern_t, wasm_ref_t, wasm_store_t};
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::cell::UnsafeCell;
use wasmtime_c_api::wasmtime::{Config, Engine, Extern, Ref, ResourceLimiter, Result, Store};

/// Returns a new engine with the configuration `config`, like `wasm_engine_new_with_config`. Returns `to_error(error)`
/// if the configuration contradicts itself, or contains a flag, a target or a size that does not exist. Always frees
/// the configuration.
///
/// # Safety
/// `wasm_config_new` has returned `config`, and the caller does not use `config` again.
pub unsafe fn wasmtime_engine_try_new<E>(
    config: *mut wasm_config_t,
    to_error: impl FnOnce(&dyn core::fmt::Display) -> E,
) -> core::result::Result<*mut wasm_engine_t, E> {
    // SAFETY: The caller guarantees that `wasm_config_new` has returned `config` (see `# Safety`). `config` therefore
    // points to a boxed `wasm_config_t` of wasmtime-c-api-impl 48, the pinned version (`config.rs`). That type is a
    // `repr(C)` struct whose only field is a `Config`, so `config` also points to the `Config`. The reference to the
    // `Config` ends before `wasm_config_delete` frees the box. The box is freed only once, because the caller does not
    // use `config` again.
    unsafe {
        let engine = Engine::new(&*config.cast::<Config>());
        crate::wasm_config_delete(config);
        match engine {
            Ok(engine) => Ok(engine_into_raw(engine)),
            Err(error) => Err(to_error(&format_args!("{error:#}"))),
        }
    }
}

/// Settings of an engine that `wasm.h` cannot change.
pub struct WasmtimeSettings {
    /// Maximum size of the stack of guests, in bytes. `None` for wasmtime's default.
    pub stack_size: Option<usize>,
    /// Whether memories may have pages of one byte.
    pub custom_page_sizes: bool,
    /// Whether modules may use 128-bit sums and products.
    pub wide_arithmetic: bool,
}

/// Changes the settings in a configuration.
///
/// # Safety
/// `wasm_config_new` has returned `config`, and nobody else uses it during the call.
pub unsafe fn wasmtime_config_set(config: *mut wasm_config_t, settings: &WasmtimeSettings) {
    const {
        assert!(size_of::<Config>() == size_of::<wasmtime_c_api::wasm_config_t>());
        assert!(align_of::<Config>() == align_of::<wasmtime_c_api::wasm_config_t>());
    }
    // SAFETY: the caller guarantees that wasmtime created the configuration, and that nobody else uses it. In
    // wasmtime-c-api-impl 48, the pinned version, the C type is a struct whose only field is a `Config`.
    let config = unsafe { &mut *config.cast::<Config>() };
    if let Some(size) = settings.stack_size {
        config.max_wasm_stack(size);
        // The stack of async functions, which the engine does not use, must not be smaller.
        config.async_stack_size(size.saturating_mul(2));
    }
    config.wasm_custom_page_sizes(settings.custom_page_sizes).wasm_wide_arithmetic(settings.wide_arithmetic);
}

/// Moves an engine to a box and returns a pointer of the C type. The cast of the pointer is valid, because the C type
/// is a struct whose only field is the engine (`engine.rs` of wasmtime-c-api-impl 48).
fn engine_into_raw(engine: Engine) -> *mut wasm_engine_t {
    const {
        assert!(size_of::<Engine>() == size_of::<wasmtime_c_api::wasm_engine_t>());
        assert!(align_of::<Engine>() == align_of::<wasmtime_c_api::wasm_engine_t>());
    }
    Box::into_raw(Box::new(engine)).cast()
}

/// Removes wasmtime's limit of 10,000 instances, 10,000 tables and 10,000 memories of a store. `wasm.h` cannot change
/// these limits.
///
/// # Safety
/// wasmtime created the store, and nobody else uses the store during the call.
pub unsafe fn wasmtime_store_remove_limits(store: *mut wasm_store_t) {
    const {
        assert!(size_of::<StoreHandle>() == size_of::<wasmtime_c_api::wasm_store_t>());
        assert!(align_of::<StoreHandle>() == align_of::<wasmtime_c_api::wasm_store_t>());
    }
    // SAFETY: The caller guarantees that wasmtime created the store. In wasmtime-c-api-impl 48, the pinned version, the
    // store is a struct whose only field is a struct whose only field is a `StoreHandle` (`store.rs`). The caller also
    // guarantees that nobody else uses the store, so the reference is unique.
    let store = unsafe { &mut *(*store.cast::<StoreHandle>()).get() };
    // A leaked box of a type without fields takes no memory.
    store.limiter(|_| Box::leak(Box::new(Unlimited)));
}

/// A struct with the same fields as `wasm_extern_t` in wasmtime's C API, whose fields are private.
struct ExternParts {
    _store: StoreHandle,
    _which: Extern,
}

/// Returns the function that a reference refers to, as an extern that the caller deletes. Returns null for another
/// reference.
///
/// # Safety
/// wasmtime created both objects, and the reference belongs to the store.
pub unsafe fn wasmtime_ref_to_func(store: *mut wasm_store_t, reference: *const wasm_ref_t) -> *mut wasm_extern_t {
    const {
        assert!(size_of::<Ref>() == size_of::<wasmtime_c_api::wasm_ref_t>());
        assert!(align_of::<Ref>() == align_of::<wasmtime_c_api::wasm_ref_t>());
        assert!(size_of::<ExternParts>() == size_of::<wasmtime_c_api::wasm_extern_t>());
        assert!(align_of::<ExternParts>() == align_of::<wasmtime_c_api::wasm_extern_t>());
    }
    // SAFETY: the caller guarantees that wasmtime created both objects. In the pinned version, the reference is a struct
    // whose only field is a `Ref`, and the store one whose only field is a struct whose only field is a `StoreHandle`.
    let (reference, store) = unsafe { (&*reference.cast::<Ref>(), (*store.cast::<StoreHandle>()).clone()) };
    match reference {
        // wasmtime frees the extern as a box of its own type, which has the same fields, size and alignment.
        Ref::Func(Some(func)) => {
            Box::into_raw(Box::new(ExternParts { _store: store, _which: Extern::Func(*func) })).cast()
        }
        _ => core::ptr::null_mut(),
    }
}

type StoreHandle = Arc<UnsafeCell<Store<()>>>;

/// Allows every growth, and any number of objects.
struct Unlimited;

impl ResourceLimiter for Unlimited {
    fn memory_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> Result<bool> {
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> Result<bool> {
        Ok(true)
    }

    fn instances(&self) -> usize {
        usize::MAX
    }

    fn tables(&self) -> usize {
        usize::MAX
    }

    fn memories(&self) -> usize {
        usize::MAX
    }
}
