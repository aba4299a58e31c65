//! Tables of external references that the host exchanges as numbers.

use crate::backend::FuncOps;
use crate::backend::standard::border::helper;
use crate::backend::standard::helper::Helper;
use crate::backend::standard::store::Store;
use crate::backend::standard::{Extern, Standard};
use crate::base::error::Result;
use crate::base::types::{FuncType, TableType, ValType};
use crate::base::value::Value;
use std::cell::OnceCell;
use wasm_c_api as c;

/// What the host needs to access a table.
#[derive(Default)]
pub struct Adapter(OnceCell<Helper>);

/// Returns the functions that access `$table`: read an element, write an element, grow the table, and fill it. Indices
/// and sizes have the width of the table's.
fn functions(ty: &TableType) -> String {
    let index = index_type(ty);
    format!(
        r#"(func (export "0") (param {index}) (result i64) (call $to_number (table.get $table (local.get 0))))
           (func (export "1") (param {index} i64) (table.set $table (local.get 0) (call $to_ref (local.get 1))))
           (func (export "2") (param {index} i64) (result {index})
             (table.grow $table (call $to_ref (local.get 1)) (local.get 0)))
           (func (export "3") (param {index} i64)
             (table.fill $table ({index}.const 0) (call $to_ref (local.get 1)) (local.get 0)))"#
    )
}

fn index_type(ty: &TableType) -> ValType {
    if ty.table64 { ValType::I64 } else { ValType::I32 }
}

const GET: usize = 0;
const SET: usize = 1;
const GROW: usize = 2;
const FILL: usize = 3;
/// The table itself, if the helper module makes it.
const TABLE: usize = 4;

/// Returns the text of a table type with this minimum.
fn type_text(ty: &TableType, min: u64) -> String {
    let index = if ty.table64 { "i64" } else { "" };
    let max = ty.limits.max.map_or(String::new(), |max| max.to_string());
    format!("{index} {min} {max} {}", ty.element)
}

/// Makes a table whose elements are all `init`. The caller owns the returned extern.
pub fn new(store: Store, ty: &TableType, init: Value) -> Result<*mut c::wasm_extern_t> {
    let body = format!(r#"{} (table $table (export "{TABLE}") {})"#, functions(ty), type_text(ty, ty.limits.min));
    let helper = helper(store, ("", &[]), &body, true)?;
    if init.bits() != 0 && ty.limits.min > 0 {
        let mut slots = [Value { i64: ty.limits.min as i64 }, init];
        call(store, &helper, ty, FILL, &[], &mut slots)?;
    }
    // SAFETY: the export lives. The copy stays valid without the helper.
    Ok(unsafe { c::wasm_extern_copy(helper.export(TABLE)) })
}

/// Calls a function of the helper whose parameters are an index or a size, and a number if there are two slots.
fn call(
    store: Store,
    helper: &Helper,
    table: &TableType,
    function: usize,
    results: &[ValType],
    slots: &mut [Value],
) -> Result<()> {
    let params = &[index_type(table), ValType::I64][..slots.len()];
    let ty = FuncType { params: params.into(), results: results.into() };
    let function = Extern::owning(helper.export(function));
    // SAFETY: the helper's function has this type, and there is a slot for each of its parameters and for its result.
    unsafe { Standard::func_call(store, &function, &ty, slots.as_mut_ptr()) }
}

impl Adapter {
    fn helper(&self, store: Store, table: *mut c::wasm_extern_t, ty: &TableType) -> Result<&Helper> {
        if let Some(helper) = self.0.get() {
            return Ok(helper);
        }
        // The import accepts tables of any size and limits.
        let import = format!(r#"(import "" "" (table $table {}))"#, type_text(ty, 0));
        let helper = helper(store, (&import, &[table]), &functions(ty), true)?;
        Ok(self.0.get_or_init(|| helper))
    }

    /// Returns the element at `index`.
    pub fn get(&self, store: Store, table: *mut c::wasm_extern_t, ty: &TableType, index: u64) -> Result<Value> {
        let mut slots = [Value { i64: index as i64 }];
        call(store, self.helper(store, table, ty)?, ty, GET, &[ValType::I64], &mut slots)?;
        Ok(slots[0])
    }

    /// Sets the element at `index`.
    pub fn set(
        &self,
        store: Store,
        table: *mut c::wasm_extern_t,
        ty: &TableType,
        index: u64,
        value: Value,
    ) -> Result<()> {
        call(store, self.helper(store, table, ty)?, ty, SET, &[], &mut [Value { i64: index as i64 }, value])
    }

    /// Grows the table by `delta` elements. Returns false if the engine refuses.
    pub fn grow(
        &self,
        store: Store,
        table: *mut c::wasm_extern_t,
        ty: &TableType,
        delta: u64,
        init: Value,
    ) -> Result<bool> {
        let mut slots = [Value { i64: delta as i64 }, init];
        call(store, self.helper(store, table, ty)?, ty, GROW, &[index_type(ty)], &mut slots)?;
        let old_size = slots[0].bits();
        Ok(if ty.table64 { old_size != u64::MAX } else { old_size as u32 != u32::MAX })
    }
}
