//! Tables.

use crate::abi::store::CStore;
use crate::abi::types::CExternType;
use crate::abi::{entry, give};
use crate::backend::{Active, Backend};
use crate::base::capabilities::{self, Capabilities};
use crate::base::error::{Result, fail};
use crate::base::pointer::non_null;
use crate::base::types::{ExternType, TableType};
use crate::base::value::Value;
use crate::store::object::{self, Extern};
use std::mem::MaybeUninit;

/// Maximum number of elements of a table that the host makes or grows. An engine may allocate all elements at once, and
/// abort if memory runs out. The number is the limit of the JavaScript API ("Implementation-defined Limits").
const MAX_ELEMENTS: u64 = 10_000_000;

/// Returns a new table of this type, whose elements are all `init`. The caller keeps a reference in `init`. The
/// caller deletes the extern.
///
/// # Safety
/// The caller guarantees that `init` holds a reference of the table's element type: 0 for null, or else for `funcref` a
/// pointer to a live extern, and for `externref` any number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_table_new(
    store: Option<&CStore>,
    ty: Option<&CExternType>,
    init: Option<&Value>,
) -> Option<Box<Extern>> {
    entry(|| {
        let (ty, store) = (non_null(ty, "the type")?.table()?, &non_null(store, "the store")?.0);
        let init = non_null(init, "the element")?;
        require(store.engine.capabilities, &ty)?;
        let entered = store.enter()?;
        // SAFETY: the caller guarantees that `init` holds a reference of the element type.
        let init = unsafe { object::lower(store, &entered, ty.element, *init) }?;
        let raw = Active::table_new(entered.raw, &ty, init)?;
        give(Extern::new(store, &entered, raw, Some(ExternType::Table(ty))))
    })
}

/// Fails if the host cannot make a table of this type with an engine that has these capabilities.
fn require(has: Capabilities, ty: &TableType) -> Result<()> {
    object::require(has, [ty.element], "a table")?;
    if ty.table64 || [Some(ty.limits.min), ty.limits.max].into_iter().flatten().any(|n| n > u32::MAX.into()) {
        has.require(capabilities::MEMORY64, Active::NAME, "a table with 64-bit indices")?;
        fail!(Unsupported, "tables with 64-bit indices cannot be made by the host");
    }
    if ty.limits.min > MAX_ELEMENTS {
        fail!(Invalid, "a table cannot have {} elements: {MAX_ELEMENTS} is the most", ty.limits.min);
    }
    Ok(())
}

/// Returns the extern with its type. Fails if the extern is NULL or not a table.
fn as_table(object: Option<&Extern>) -> Result<(&Extern, &TableType)> {
    let object = non_null(object, "the table")?;
    match &object.ty {
        Some(ExternType::Table(ty)) => Ok((object, ty)),
        _ => Err(object::wrong_kind("table", object)),
    }
}

/// Returns the number of elements.
#[unsafe(no_mangle)]
pub extern "C" fn aw_table_size(table: Option<&Extern>) -> u64 {
    entry(|| {
        let (table, _) = as_table(table)?;
        Ok(Active::table_size(table.store.enter()?.raw, table.raw))
    })
}

/// Writes the element at `index` to `out`. The caller deletes a function that it gets.
#[unsafe(no_mangle)]
pub extern "C" fn aw_table_get(table: Option<&Extern>, index: u64, out: Option<&mut MaybeUninit<Value>>) -> bool {
    entry(|| {
        let (out, (table, ty)) = (non_null(out, "the place for the element")?, as_table(table)?);
        object::require(table.store.engine.capabilities, [ty.element], "reading a table")?;
        let entered = table.store.enter()?;
        check_index(index, Active::table_size(entered.raw, table.raw))?;
        let value = Active::table_get(entered.raw, table.raw, index)?;
        // SAFETY: the engine has just put a reference of the table's element type into `value`, which is lifted only
        // once.
        out.write(unsafe { object::lift(&table.store, &entered, ty.element, value) });
        Ok(true)
    })
}

/// Sets the element at `index`. The caller keeps a reference in `value`.
///
/// # Safety
/// The caller guarantees that `value` holds a reference of the table's element type: 0 for null, or else for `funcref`
/// a pointer to a live extern, and for `externref` any number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_table_set(table: Option<&Extern>, index: u64, value: Option<&Value>) -> bool {
    entry(|| {
        let ((table, ty), value) = (as_table(table)?, non_null(value, "the element")?);
        object::require(table.store.engine.capabilities, [ty.element], "setting a table's element")?;
        let entered = table.store.enter()?;
        check_index(index, Active::table_size(entered.raw, table.raw))?;
        // SAFETY: the caller guarantees that `value` holds a reference of the element type.
        let value = unsafe { object::lower(&table.store, &entered, ty.element, *value) }?;
        Active::table_set(entered.raw, table.raw, ty, index, value)?;
        Ok(true)
    })
}

/// Grows the table by `delta` elements, which are all `init`. The caller keeps a reference in `init`. Returns the
/// former size, or all bits set on failure.
///
/// # Safety
/// The caller guarantees that `init` holds a reference of the table's element type: 0 for null, or else for `funcref` a
/// pointer to a live extern, and for `externref` any number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_table_grow(table: Option<&Extern>, delta: u64, init: Option<&Value>) -> u64 {
    entry(|| {
        let ((table, ty), init) = (as_table(table)?, non_null(init, "the element")?);
        object::require(table.store.engine.capabilities, [ty.element], "growing a table")?;
        let entered = table.store.enter()?;
        let size = Active::table_size(entered.raw, table.raw);
        let max = ty.limits.max.unwrap_or(MAX_ELEMENTS).min(MAX_ELEMENTS);
        let mut grown = size.checked_add(delta).is_some_and(|size| size <= max);
        if grown {
            // SAFETY: the caller guarantees that `init` holds a reference of the element type.
            let init = unsafe { object::lower(&table.store, &entered, ty.element, *init) }?;
            grown = Active::table_grow(entered.raw, table.raw, ty, delta, init)?;
        }
        if !grown {
            fail!(Bounds, "the table cannot grow by {delta} elements: it has {size}, and at most {max} are allowed");
        }
        Ok(size)
    })
}

fn check_index(index: u64, size: u64) -> Result<()> {
    if index >= size {
        fail!(Bounds, "element {index} is outside the table, which has {size} elements");
    }
    Ok(())
}
