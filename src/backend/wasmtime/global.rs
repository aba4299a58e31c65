//! Functions for globals.

use crate::backend::GlobalOps;
use crate::backend::wasmtime::external::Extern;
use crate::backend::wasmtime::{Wasmtime, error, reference, types};
use crate::base::error::{ErrorKind, Result};
use crate::base::types::GlobalType;
use crate::base::value::Value;
use wasm_c_api as c;

impl GlobalOps for Wasmtime {
    fn global_new(store: Self::Store, ty: &GlobalType, value: Value) -> Result<Extern> {
        let raw_type = types::global_type(ty);
        // SAFETY: the store lives. wasmtime only reads the type and the value. `check` takes ownership of the error.
        unsafe {
            let mut out = std::mem::zeroed();
            let make = |value: &c::wasmtime_val_t| c::wasmtime_global_new(store.context, raw_type, value, &mut out);
            let error = reference::consume(ty.content, value, make);
            c::wasm_globaltype_delete(raw_type);
            error::check(error, ErrorKind::Engine)?;
            Ok(Extern::global(out))
        }
    }

    fn global_get(store: Self::Store, global: &Extern, _: &GlobalType) -> Result<Value> {
        // SAFETY: the caller passes a global of this store, so the union holds a global. The returned slot owns the
        // value.
        unsafe {
            let mut out = std::mem::zeroed();
            c::wasmtime_global_get(store.context, global.as_global(), &mut out);
            Ok(reference::from_owned(out))
        }
    }

    fn global_set(store: Self::Store, global: &Extern, ty: &GlobalType, value: Value) -> Result<()> {
        // SAFETY: the caller passes a global of this store, so the union holds a global. `check` takes ownership of the
        // error.
        unsafe {
            let set = |value: &c::wasmtime_val_t| c::wasmtime_global_set(store.context, global.as_global(), value);
            error::check(reference::consume(ty.content, value, set), ErrorKind::Engine)
        }
    }
}
