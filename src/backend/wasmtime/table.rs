//! Tables.

use crate::backend::wasmtime::engine::Store;
use crate::backend::wasmtime::{error, reference, types};
use crate::base::error::{ErrorKind, Result, fail};
use crate::base::types::TableType;
use crate::base::value::Value;
use wasm_c_api as c;

/// A table full of `init`.
pub fn new(store: Store, ty: &TableType, init: Value) -> Result<c::wasmtime_extern_t> {
    let raw_type = types::table_type(ty);
    // SAFETY: the type is ours and only read; the table goes into the extern.
    unsafe {
        let mut out: c::wasmtime_extern_t = std::mem::zeroed();
        let place = (&raw mut out.of).cast::<c::wasmtime_table_t>();
        let make = |init: &c::wasmtime_val_t| c::wasmtime_table_new(store.context, raw_type, init, place);
        let error = reference::spend(store, ty.element, init, make);
        c::wasm_tabletype_delete(raw_type);
        error::check(error, ErrorKind::Engine)?;
        out.kind = c::WASMTIME_EXTERN_TABLE as c::wasmtime_extern_kind_t;
        Ok(out)
    }
}

/// How many elements there are.
pub fn size(store: Store, table: c::wasmtime_extern_t) -> u64 {
    // SAFETY: the shim passes only tables of this store here.
    unsafe { c::wasmtime_table_size(store.context, &table.of.table) }
}

/// The element at an index in range.
pub fn get(store: Store, table: c::wasmtime_extern_t, index: u64) -> Result<Value> {
    // SAFETY: as above; the value is ours.
    unsafe {
        let mut out = std::mem::zeroed();
        if !c::wasmtime_table_get(store.context, &table.of.table, index, &mut out) {
            fail!(Bounds, "element {index} is outside the table");
        }
        Ok(reference::from_owned(out))
    }
}

/// Sets the element at an index in range.
pub fn set(store: Store, table: c::wasmtime_extern_t, ty: &TableType, index: u64, value: Value) -> Result<()> {
    // SAFETY: as above; the error is freed.
    unsafe {
        let set = |value: &c::wasmtime_val_t| c::wasmtime_table_set(store.context, &table.of.table, index, value);
        error::check(reference::spend(store, ty.element, value, set), ErrorKind::Engine)
    }
}

/// Grows; false where wasmtime refuses.
pub fn grow(store: Store, table: c::wasmtime_extern_t, ty: &TableType, delta: u64, init: Value) -> bool {
    let mut previous = 0;
    // SAFETY: as above; the error is freed.
    unsafe {
        let grow = |init: &c::wasmtime_val_t| {
            c::wasmtime_table_grow(store.context, &table.of.table, delta, init, &mut previous)
        };
        error::check(reference::spend(store, ty.element, init, grow), ErrorKind::Engine).is_ok()
    }
}
