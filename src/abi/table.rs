//! Tables.

use crate::abi::types::CExternType;
use crate::abi::{entry, pointer, reference};
use crate::backend::{Active, Backend, TableOps};
use crate::base::capabilities;
use crate::base::error::{Result, fail};
use crate::base::types::{ExternType, TableType};
use crate::base::value::Value;
use crate::store::Store;
use crate::store::object::{self, Extern};

/// More elements the host neither makes nor adds: an engine may allocate them all at once, and die of it. It is the
/// limit of the JavaScript API ("Implementation-defined Limits").
const MOST_ELEMENTS: u64 = 10_000_000;

/// A table of this type, full of `init`. The caller deletes the extern; a reference in `init` stays the caller's.
///
/// # Safety
/// See the module's rules; `init` points to a reference of the table's element type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_table_new(store: *const Store, ty: *const CExternType, init: *const Value) -> *mut Extern {
    entry(|| {
        // SAFETY: the module's rules.
        let (store, ty, init) = unsafe {
            let ty = pointer::borrow(ty, "the type")?.table()?;
            (pointer::share(store, "the store")?, ty, pointer::borrow(init, "the element")?)
        };
        let has = store.engine.capabilities;
        object::require(has, [ty.element], "a table")?;
        if ty.table64 || [Some(ty.limits.min), ty.limits.max].into_iter().flatten().any(|n| n > u32::MAX.into()) {
            has.require(capabilities::MEMORY64, Active::NAME, "a table with 64-bit indices")?;
            fail!(Unsupported, "tables with 64-bit indices cannot be made by the host");
        }
        if ty.limits.min > MOST_ELEMENTS {
            fail!(Invalid, "a table cannot have {} elements: {MOST_ELEMENTS} is the most", ty.limits.min);
        }
        let entered = store.enter()?;
        // SAFETY: the caller's promise.
        let init = unsafe { reference::lower(&store, &entered, ty.element, *init) }?;
        let raw = Active::table_new(entered.raw, &ty, init)?;
        Ok(pointer::give(Extern::new(&store, &entered, raw, Some(ExternType::Table(ty)))))
    })
}

unsafe fn table<'a>(table: *const Extern) -> Result<(&'a Extern, &'a TableType)> {
    // SAFETY: the module's rules.
    let object = unsafe { pointer::borrow(table, "the table") }?;
    match &object.ty {
        Some(ExternType::Table(ty)) => Ok((object, ty)),
        _ => Err(object::wrong_kind("table", object)),
    }
}

/// How many elements there are.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_table_size(table_: *const Extern) -> u64 {
    entry(|| {
        // SAFETY: the module's rules.
        let (object, _) = unsafe { table(table_) }?;
        Ok(Active::table_size(object.store.enter()?.raw, object.raw))
    })
}

/// Writes the element at `index`. A function that comes out is the caller's to delete.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_table_get(table_: *const Extern, index: u64, out: *mut Value) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let (object, ty) = unsafe {
            pointer::borrow(out, "the place for the element")?;
            table(table_)?
        };
        object::require(object.store.engine.capabilities, [ty.element], "reading a table")?;
        let entered = object.store.enter()?;
        check(index, Active::table_size(entered.raw, object.raw))?;
        let value = Active::table_get(entered.raw, object.raw, index)?;
        // SAFETY: the value is of the element type and read once; the place is not NULL.
        unsafe { *out = reference::lift(&object.store, &entered, ty.element, value) };
        Ok(true)
    })
}

/// Sets the element at `index`. A reference stays the caller's.
///
/// # Safety
/// See the module's rules; `value` points to a reference of the table's element type.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_table_set(table_: *const Extern, index: u64, value: *const Value) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let ((object, ty), value) = unsafe { (table(table_)?, pointer::borrow(value, "the element")?) };
        object::require(object.store.engine.capabilities, [ty.element], "setting a table's element")?;
        let entered = object.store.enter()?;
        check(index, Active::table_size(entered.raw, object.raw))?;
        // SAFETY: the caller's promise.
        let value = unsafe { reference::lower(&object.store, &entered, ty.element, *value) }?;
        Active::table_set(entered.raw, object.raw, ty, index, value)?;
        Ok(true)
    })
}

/// Grows by `delta` elements, each `init`. Returns the former size, or all bits set where it cannot.
///
/// # Safety
/// As for `aw_table_set`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_table_grow(table_: *const Extern, delta: u64, init: *const Value) -> u64 {
    entry(|| {
        // SAFETY: the module's rules.
        let ((object, ty), init) = unsafe { (table(table_)?, pointer::borrow(init, "the element")?) };
        object::require(object.store.engine.capabilities, [ty.element], "growing a table")?;
        let entered = object.store.enter()?;
        let size = Active::table_size(entered.raw, object.raw);
        let most = ty.limits.max.unwrap_or(MOST_ELEMENTS).min(MOST_ELEMENTS);
        let mut grown = size.checked_add(delta).is_some_and(|size| size <= most);
        if grown {
            // SAFETY: the caller's promise.
            let init = unsafe { reference::lower(&object.store, &entered, ty.element, *init) }?;
            grown = Active::table_grow(entered.raw, object.raw, ty, delta, init)?;
        }
        if !grown {
            fail!(Bounds, "the table cannot grow by {delta} elements: it has {size}, and at most {most} are allowed");
        }
        Ok(size)
    })
}

fn check(index: u64, size: u64) -> Result<()> {
    if index >= size {
        fail!(Bounds, "element {index} is outside the table, which has {size} elements");
    }
    Ok(())
}
