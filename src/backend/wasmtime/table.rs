//! Functions for tables.

use crate::backend::TableOps;
use crate::backend::wasmtime::external::Extern;
use crate::backend::wasmtime::{Wasmtime, error, reference, types};
use crate::base::error::{ErrorKind, Result, fail};
use crate::base::types::TableType;
use crate::base::value::Value;
use wasm_c_api as c;

impl TableOps for Wasmtime {
    fn table_new(store: Self::Store, ty: &TableType, init: Value) -> Result<Extern> {
        let raw_type = types::table_type(ty);
        // SAFETY: the store lives. wasmtime only reads the type and the value. `check` takes ownership of the error.
        unsafe {
            let mut out = std::mem::zeroed();
            let make = |init: &c::wasmtime_val_t| c::wasmtime_table_new(store.context, raw_type, init, &mut out);
            let error = reference::consume(ty.element, init, make);
            c::wasm_tabletype_delete(raw_type);
            error::check(error, ErrorKind::Engine)?;
            Ok(Extern::table(out))
        }
    }

    fn table_size(store: Self::Store, table: &Extern) -> u64 {
        // SAFETY: the caller passes a table of this store, so the union holds a table.
        unsafe { c::wasmtime_table_size(store.context, table.as_table()) }
    }

    fn table_get(store: Self::Store, table: &Extern, _: &TableType, index: u64) -> Result<Value> {
        // SAFETY: the caller passes a table of this store, so the union holds a table. The returned slot owns the
        // value.
        unsafe {
            let mut out = std::mem::zeroed();
            if !c::wasmtime_table_get(store.context, table.as_table(), index, &mut out) {
                fail!(Bounds, "element {index} is outside the table");
            }
            Ok(reference::from_owned(out))
        }
    }

    fn table_set(store: Self::Store, table: &Extern, ty: &TableType, index: u64, value: Value) -> Result<()> {
        // SAFETY: the caller passes a table of this store, so the union holds a table. `check` takes ownership of the
        // error.
        unsafe {
            let set = |value: &c::wasmtime_val_t| c::wasmtime_table_set(store.context, table.as_table(), index, value);
            error::check(reference::consume(ty.element, value, set), ErrorKind::Engine)
        }
    }

    fn table_grow(store: Self::Store, table: &Extern, ty: &TableType, delta: u64, init: Value) -> Result<bool> {
        let mut previous = 0;
        // SAFETY: the caller passes a table of this store, so the union holds a table. `check` takes ownership of the
        // error.
        unsafe {
            let grow = |init: &c::wasmtime_val_t| {
                c::wasmtime_table_grow(store.context, table.as_table(), delta, init, &mut previous)
            };
            Ok(error::check(reference::consume(ty.element, init, grow), ErrorKind::Engine).is_ok())
        }
    }
}
