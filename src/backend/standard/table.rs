//! Functions for tables.

use crate::backend::TableOps;
use crate::backend::standard::error::last_error;
use crate::backend::standard::{Adapter, Extern, Standard, border, reference, types};
use crate::base::error::{Result, fail};
use crate::base::types::{ExternType, TableType};
use crate::base::value::Value;
use wasm_c_api as c;

fn table(object: &Extern) -> *mut c::wasm_table_t {
    // SAFETY: the shim calls the functions of this file only with tables. The returned pointer is a view of the extern,
    // and is valid as long as the extern.
    unsafe { c::wasm_extern_as_table(object.raw) }
}

impl TableOps for Standard {
    fn table_new(store: Self::Store, ty: &TableType, init: Value) -> Result<Extern> {
        if border::converts(ty.element) {
            return Ok(Extern::typed(border::table::new(store, ty, init)?, &ExternType::Table(*ty)));
        }
        let raw_type = types::table_type(ty);
        // SAFETY: the store lives. The engine only reads the type and the reference. The returned extern is a copy, so
        // the original table is freed.
        unsafe {
            let table = reference::consume(init, |init| c::wasm_table_new(store.raw, raw_type, init));
            c::wasm_tabletype_delete(raw_type);
            if table.is_null() {
                fail!(Engine, "the engine could not make a table of {} elements: {}", ty.limits.min, last_error());
            }
            let raw = c::wasm_extern_copy(c::wasm_table_as_extern(table));
            c::wasm_table_delete(table);
            Ok(Extern::owning(raw))
        }
    }

    fn table_size(_: Self::Store, object: &Extern) -> u64 {
        // SAFETY: the table lives.
        u64::from(unsafe { c::wasm_table_size(table(object)) })
    }

    fn table_get(store: Self::Store, object: &Extern, ty: &TableType, index: u64) -> Result<Value> {
        if let Some(Adapter::Table(adapter)) = object.adapter() {
            return adapter.get(store, object.raw, ty, index);
        }
        // SAFETY: the table lives. The caller has checked that the table has this element, so null means the null
        // reference.
        Ok(Value { reference: unsafe { c::wasm_table_get(table(object), index as u32) } as u64 })
    }

    fn table_set(store: Self::Store, object: &Extern, ty: &TableType, index: u64, value: Value) -> Result<()> {
        if let Some(Adapter::Table(adapter)) = object.adapter() {
            return adapter.set(store, object.raw, ty, index, value);
        }
        // SAFETY: the table lives. The engine only reads the reference.
        if !reference::consume(value, |value| unsafe { c::wasm_table_set(table(object), index as u32, value) }) {
            fail!(Engine, "the engine refused to set element {index} of the table: {}", last_error());
        }
        Ok(())
    }

    fn table_grow(store: Self::Store, object: &Extern, ty: &TableType, delta: u64, init: Value) -> Result<bool> {
        if let Some(Adapter::Table(adapter)) = object.adapter() {
            return adapter.grow(store, object.raw, ty, delta, init);
        }
        Ok(reference::consume(init, |init| {
            // SAFETY: the table lives. The engine only reads the reference.
            u32::try_from(delta).is_ok_and(|delta| unsafe { c::wasm_table_grow(table(object), delta, init) })
        }))
    }
}
