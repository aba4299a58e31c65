//! C functions for tables.

use crate::abi::store::CStore;
use crate::abi::types::CExternType;
use crate::abi::{box_for_c, catch_errors, reference};
use crate::backend::reserve::require_memory;
use crate::backend::{Backend, LinkedBackend, TableOps};
use crate::base::capabilities;
use crate::base::error::{Result, fail};
use crate::base::pointer::non_null;
use crate::base::types::{ExternType, TableType};
use crate::base::value::Value;
use crate::store::object::{self, Extern};
use std::mem::MaybeUninit;

/// Maximum number of elements to which the host may create or grow a table. The limit exists because an engine may
/// allocate all elements at once and abort the process if memory runs out. The number is the limit of the WebAssembly
/// JavaScript API ("Implementation-defined Limits"), or the engine's own limit if that is lower.
const MAX_ELEMENTS: u64 = {
    let engine_limit = LinkedBackend::MAX_TABLE_ELEMENTS;
    if engine_limit < 10_000_000 { engine_limit } else { 10_000_000 }
};

/// Returns a new table of this type. The initial value of each element is `init`. The caller still owns a function
/// reference in `init`. The caller deletes the extern.
///
/// # Safety
/// The caller guarantees that `init` holds a reference of the table's element type. A null reference is 0. Any other
/// `funcref` is a pointer to a live extern. Any other `externref` is a number that the host chooses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_table_new(
    store: Option<&CStore>,
    ty: Option<&CExternType>,
    init: Option<&Value>,
) -> Option<Box<Extern>> {
    catch_errors(|| {
        let (ty, store) = (non_null(ty, "the type")?.table()?, &non_null(store, "the store")?.0);
        let init = non_null(init, "the element")?;
        let capabilities = store.engine.capabilities;
        object::require(capabilities, [ty.element], "a table")?;
        if ty.table64 || [Some(ty.limits.min), ty.limits.max].into_iter().flatten().any(|size| size > u32::MAX.into()) {
            capabilities.require(capabilities::MEMORY64, LinkedBackend::NAME, "a table with 64-bit indices")?;
            fail!(Unsupported, "tables with 64-bit indices cannot be made by the host");
        }
        if ty.limits.min > MAX_ELEMENTS {
            fail!(Invalid, "a table cannot have {} elements: {MAX_ELEMENTS} is the most", ty.limits.min);
        }
        require_element_memory(ty.limits.min, "a table")?;
        let entered = store.enter()?;
        entered.limits().check_table(&ty)?;
        // SAFETY: the caller guarantees that `init` holds 0, a host number, or a pointer to a live extern, as the
        // element type requires.
        let init = unsafe { reference::lower(store, &entered, ty.element, *init) }?;
        let raw = LinkedBackend::table_new(entered.raw, &ty, init)?;
        box_for_c(Extern::new(store, &entered, raw, Some(ExternType::Table(ty))))
    })
}

/// Returns the extern and its table type. Fails if the extern is NULL or not a table.
fn as_table(object: Option<&Extern>) -> Result<(&Extern, &TableType)> {
    let object = non_null(object, "the table")?;
    match &object.ty {
        Some(ExternType::Table(ty)) => Ok((object, ty)),
        _ => Err(object::wrong_kind("table", object)),
    }
}

/// Returns the table's size in elements, or all bits set on failure.
#[unsafe(no_mangle)]
pub extern "C" fn aw_table_size(table: Option<&Extern>) -> u64 {
    catch_errors(|| {
        let (table, _) = as_table(table)?;
        Ok(LinkedBackend::table_size(table.store.enter()?.raw, &table.raw))
    })
}

/// Writes the element at `index` to `out`. The caller owns a function reference in `out`, and deletes the reference
/// with `aw_extern_delete`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_table_get(table: Option<&Extern>, index: u64, out: Option<&mut MaybeUninit<Value>>) -> bool {
    catch_errors(|| {
        let (out, (table, ty)) = (non_null(out, "the place for the element")?, as_table(table)?);
        object::require(table.store.engine.capabilities, [ty.element], "reading a table")?;
        let entered = table.store.enter()?;
        check_index(index, LinkedBackend::table_size(entered.raw, &table.raw))?;
        let value = LinkedBackend::table_get(entered.raw, &table.raw, ty, index)?;
        // SAFETY: the engine has just stored a reference of the table's element type in `value`, and only this call
        // lifts the reference.
        out.write(unsafe { reference::lift(&table.store, &entered, ty.element, value) });
        Ok(true)
    })
}

/// Sets the element at `index`. The caller still owns a function reference in `value`.
///
/// # Safety
/// The caller guarantees that `value` holds a reference of the table's element type. A null reference is 0. Any other
/// `funcref` is a pointer to a live extern. Any other `externref` is a number that the host chooses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_table_set(table: Option<&Extern>, index: u64, value: Option<&Value>) -> bool {
    catch_errors(|| {
        let ((table, ty), value) = (as_table(table)?, non_null(value, "the element")?);
        object::require(table.store.engine.capabilities, [ty.element], "setting a table's element")?;
        let entered = table.store.enter()?;
        check_index(index, LinkedBackend::table_size(entered.raw, &table.raw))?;
        // SAFETY: the caller guarantees that `value` holds 0, a host number, or a pointer to a live extern, as the
        // element type requires.
        let value = unsafe { reference::lower(&table.store, &entered, ty.element, *value) }?;
        LinkedBackend::table_set(entered.raw, &table.raw, ty, index, value)?;
        Ok(true)
    })
}

/// Grows the table by `delta` elements. The initial value of each new element is `init`. The caller still owns a
/// function reference in `init`. Returns the size before the growth in elements, or all bits set on failure.
///
/// # Safety
/// The caller guarantees that `init` holds a reference of the table's element type. A null reference is 0. Any other
/// `funcref` is a pointer to a live extern. Any other `externref` is a number that the host chooses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_table_grow(table: Option<&Extern>, delta: u64, init: Option<&Value>) -> u64 {
    catch_errors(|| {
        let ((table, ty), init) = (as_table(table)?, non_null(init, "the element")?);
        object::require(table.store.engine.capabilities, [ty.element], "growing a table")?;
        let entered = table.store.enter()?;
        let size = LinkedBackend::table_size(entered.raw, &table.raw);
        let max = ty.limits.max.unwrap_or(MAX_ELEMENTS).min(MAX_ELEMENTS);
        let limits = entered.limits();
        let fits = |size| size <= max && (delta == 0 || limits.allows_table(size));
        let mut has_grown = size.checked_add(delta).is_some_and(fits);
        if has_grown {
            // A growth moves the elements, so the old ones and the new ones exist at the same time.
            require_element_memory(size + delta, "a table")?;
            // SAFETY: the caller guarantees that `init` holds 0, a host number, or a pointer to a live extern, as the
            // element type requires.
            let init = unsafe { reference::lower(&table.store, &entered, ty.element, *init) }?;
            has_grown = LinkedBackend::table_grow(entered.raw, &table.raw, ty, delta, init)?;
        }
        if !has_grown {
            fail!(Bounds, "the table cannot grow by {delta} elements: it has {size}, and at most {max} are allowed");
        }
        Ok(size)
    })
}

/// Fails if there is no memory for this number of elements. `objects` names in the error's message what has the elements.
pub(super) fn require_element_memory(elements: u64, objects: &str) -> Result<()> {
    if LinkedBackend::TABLE_ELEMENT_SIZE == 0 {
        return Ok(());
    }
    let bytes = usize::try_from(elements).unwrap_or(usize::MAX).saturating_mul(LinkedBackend::TABLE_ELEMENT_SIZE);
    require_memory(bytes, format_args!("{objects} of {elements} elements"))
}

fn check_index(index: u64, size: u64) -> Result<()> {
    if index >= size {
        fail!(Bounds, "element {index} is outside the table, which has {size} elements");
    }
    Ok(())
}
