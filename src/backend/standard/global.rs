//! Functions for globals.

use crate::backend::GlobalOps;
use crate::backend::standard::error::{last_error, pending_error};
use crate::backend::standard::{Adapter, Extern, Standard, border, reference, types, value};
use crate::base::error::{Result, fail};
use crate::base::types::{ExternType, GlobalType};
use crate::base::value::Value;
use wasm_c_api as c;

fn global(object: &Extern) -> *mut c::wasm_global_t {
    // SAFETY: the shim calls the functions of this file only with globals. The returned pointer is a view of the
    // extern, and is valid as long as the extern.
    unsafe { c::wasm_extern_as_global(object.raw) }
}

impl GlobalOps for Standard {
    fn global_new(store: Self::Store, ty: &GlobalType, slot: Value) -> Result<Extern> {
        if border::converts(ty.content) {
            return Ok(Extern::typed(border::global::new(store, ty, slot)?, &ExternType::Global(*ty)));
        }
        let raw_type = types::global_type(ty);
        let init = value::to_c(ty.content, slot);
        // SAFETY: the store lives. The engine only reads the type and the value. The returned extern is a copy, so the
        // original global is freed.
        unsafe {
            let global = consume(ty, slot, || c::wasm_global_new(store.raw, raw_type, &init));
            c::wasm_globaltype_delete(raw_type);
            if global.is_null() {
                fail!(Engine, "the engine could not make the global: {}", last_error());
            }
            let raw = c::wasm_extern_copy(c::wasm_global_as_extern(global));
            c::wasm_global_delete(global);
            Ok(Extern::owning(raw))
        }
    }

    fn global_get(store: Self::Store, object: &Extern, ty: &GlobalType) -> Result<Value> {
        if let Some(Adapter::Global(adapter)) = object.adapter() {
            return adapter.get(store, object.raw, ty);
        }
        let mut out = value::zero(ty.content);
        // SAFETY: the global lives, and `out` receives one value.
        unsafe { c::wasm_global_get(global(object), &mut out) };
        match pending_error() {
            Some(reason) => fail!(Engine, "the engine could not read the global: {reason}"),
            None => Ok(value::from_c(&out)),
        }
    }

    fn global_set(store: Self::Store, object: &Extern, ty: &GlobalType, slot: Value) -> Result<()> {
        if let Some(Adapter::Global(adapter)) = object.adapter() {
            return adapter.set(store, object.raw, ty, slot);
        }
        let value = value::to_c(ty.content, slot);
        // SAFETY: the global lives. The caller has checked that the global is mutable. The engine only reads the value.
        consume(ty, slot, || unsafe { c::wasm_global_set(global(object), &value) });
        match pending_error() {
            Some(reason) => fail!(Engine, "the engine could not set the global: {reason}"),
            None => Ok(()),
        }
    }
}

/// Runs `work`. Then frees the reference in the slot, if the global's type is a reference type.
fn consume<T>(ty: &GlobalType, slot: Value, work: impl FnOnce() -> T) -> T {
    if ty.content.is_ref() { reference::consume(slot, |_| work()) } else { work() }
}
