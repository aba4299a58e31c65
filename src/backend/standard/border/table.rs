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

/// The functions that access `$table`: read an element, write an element, grow the table, and fill it.
const FUNCTIONS: &str = r#"
    (func (export "0") (param i32) (result i64) (call $to_number (table.get $table (local.get 0))))
    (func (export "1") (param i32 i64) (table.set $table (local.get 0) (call $to_ref (local.get 1))))
    (func (export "2") (param i32 i64) (result i32)
      (table.grow $table (call $to_ref (local.get 1)) (local.get 0)))
    (func (export "3") (param i32 i64)
      (table.fill $table (i32.const 0) (call $to_ref (local.get 1)) (local.get 0)))"#;
const GET: usize = 0;
const SET: usize = 1;
const GROW: usize = 2;
const FILL: usize = 3;
/// The table itself, if the helper module makes it.
const TABLE: usize = 4;

fn type_text(ty: &TableType) -> String {
    let max = ty.limits.max.map_or(String::new(), |max| max.to_string());
    format!("{} {max} {}", ty.limits.min, ty.element)
}

/// Makes a table whose elements are all `init`. The caller owns the returned extern.
pub fn new(store: Store, ty: &TableType, init: Value) -> Result<*mut c::wasm_extern_t> {
    let body = format!(r#"{FUNCTIONS} (table $table (export "{TABLE}") {})"#, type_text(ty));
    let helper = helper(store, ("", &[]), &body, true)?;
    if init.bits() != 0 && ty.limits.min > 0 {
        let mut slots = [Value { i64: ty.limits.min as i64 }, init];
        call(store, &helper, FILL, &[], &mut slots)?;
    }
    // SAFETY: the export lives. The copy stays valid without the helper.
    Ok(unsafe { c::wasm_extern_copy(helper.export(TABLE)) })
}

/// Calls a function of the helper whose parameters are an index or a size, and a number if there are two slots.
fn call(store: Store, helper: &Helper, function: usize, results: &[ValType], slots: &mut [Value]) -> Result<()> {
    let params = &[ValType::I32, ValType::I64][..slots.len()];
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
        let import = match ty.limits.max {
            Some(max) => format!(r#"(import "" "" (table $table 0 {max} {}))"#, ty.element),
            None => format!(r#"(import "" "" (table $table 0 {}))"#, ty.element),
        };
        let helper = helper(store, (&import, &[table]), FUNCTIONS, true)?;
        Ok(self.0.get_or_init(|| helper))
    }

    /// Returns the element at `index`.
    pub fn get(&self, store: Store, table: *mut c::wasm_extern_t, ty: &TableType, index: u64) -> Result<Value> {
        let mut slots = [Value { i64: index as i64 }];
        call(store, self.helper(store, table, ty)?, GET, &[ValType::I64], &mut slots)?;
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
        call(store, self.helper(store, table, ty)?, SET, &[], &mut [Value { i64: index as i64 }, value])
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
        call(store, self.helper(store, table, ty)?, GROW, &[ValType::I32], &mut slots)?;
        Ok(slots[0].bits() as i32 != -1)
    }
}
