//! Globals.

use crate::backend::wasmtime::engine::Store;
use crate::backend::wasmtime::{error, reference, types};
use crate::base::error::{ErrorKind, Result};
use crate::base::types::GlobalType;
use crate::base::value::Value;
use wasm_c_api as c;

/// A global.
pub fn new(store: Store, ty: &GlobalType, value: Value) -> Result<c::wasmtime_extern_t> {
    let raw_type = types::global_type(ty);
    // SAFETY: the type is ours and only read; the global goes into the extern.
    unsafe {
        let mut out: c::wasmtime_extern_t = std::mem::zeroed();
        let place = (&raw mut out.of).cast::<c::wasmtime_global_t>();
        let make = |value: &c::wasmtime_val_t| c::wasmtime_global_new(store.context, raw_type, value, place);
        let error = reference::spend(store, ty.content, value, make);
        c::wasm_globaltype_delete(raw_type);
        error::check(error, ErrorKind::Engine)?;
        out.kind = c::WASMTIME_EXTERN_GLOBAL as c::wasmtime_extern_kind_t;
        Ok(out)
    }
}

/// The value.
pub fn get(store: Store, global: c::wasmtime_extern_t, _: &GlobalType) -> Value {
    // SAFETY: the shim passes only globals of this store here; the value is ours.
    unsafe {
        let mut out = std::mem::zeroed();
        c::wasmtime_global_get(store.context, &global.of.global, &mut out);
        reference::from_owned(out)
    }
}

/// Sets the value of a mutable global.
pub fn set(store: Store, global: c::wasmtime_extern_t, ty: &GlobalType, value: Value) -> Result<()> {
    // SAFETY: as above; the error is freed.
    unsafe {
        let set = |value: &c::wasmtime_val_t| c::wasmtime_global_set(store.context, &global.of.global, value);
        error::check(reference::spend(store, ty.content, value, set), ErrorKind::Engine)
    }
}
