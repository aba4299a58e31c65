//! Calling a host function, whatever the backend: references are translated, its failure is remembered.

use crate::backend::HostFunc;
use crate::base::error::{ErrorKind, Result};
use crate::base::stack;
use crate::base::value::Value;
use crate::store::Store;
use crate::store::object;
use std::sync::Arc;

/// Calls `func` with the slots as the backend has them; on success they hold the results.
///
/// # Safety
/// `values` has as many slots as `func`'s type needs, the first ones holding arguments of its types, and this thread
/// runs WebAssembly in the function's store.
pub unsafe fn call(func: &HostFunc, values: *mut Value) -> Result<()> {
    let mut entered = false;
    let result = stack::on_host_stack(|| {
        entered = true;
        if func.ty.all().any(|ty| ty.is_ref()) {
            // SAFETY: the caller's promise.
            unsafe { call_with_refs(func, values) }
        } else {
            // SAFETY: the slots belong to this call, and are as many as the type needs; the record owns the engine's
            // store, which runs right now.
            unsafe { func.call.call(&*func.store, std::slice::from_raw_parts_mut(values, func.ty.slots())) }
        }
    });
    if !entered {
        // SAFETY: the caller's promise; nobody else has taken what the arguments own.
        unsafe { refuse(func, values) }?;
    }
    // A trap is what an engine can carry itself.
    if let Err(error) = &result
        && error.kind != ErrorKind::Trap
    {
        // SAFETY: the record owns the engine's store, which runs right now.
        unsafe { &*func.store }.enter()?.host_failed(error);
    }
    result
}

/// Releases the arguments of a host function that is not called.
unsafe fn refuse(func: &HostFunc, values: *mut Value) -> Result<()> {
    // SAFETY: the record owns the engine's store, which runs right now; the slots belong to this call.
    unsafe {
        let entered = (*func.store).enter()?;
        object::discard_all(&entered, &func.ty.params, std::slice::from_raw_parts(values, func.ty.params.len()));
    }
    Ok(())
}

unsafe fn call_with_refs(func: &HostFunc, values: *mut Value) -> Result<()> {
    // SAFETY: the record was made by `Store::new`, in an Arc, and lives while its engine's store runs.
    let store = unsafe {
        Arc::increment_strong_count(func.store);
        Arc::from_raw(func.store)
    };
    // SAFETY: the slots belong to this call, and hold what the types say.
    let slots = unsafe { std::slice::from_raw_parts_mut(values, func.ty.slots()) };
    // SAFETY: as above.
    unsafe { raise(&store, func, slots) }?;
    func.call.call(&store, slots)?;
    let entered = store.enter()?;
    // SAFETY: the callback wrote references of its result types, whose owner keeps them until the next call.
    unsafe { object::lower_all(&store, &entered, &func.ty.results, slots) }
}

unsafe fn raise(store: &Arc<Store>, func: &HostFunc, slots: &mut [Value]) -> Result<()> {
    let entered = store.enter()?;
    for (slot, ty) in slots.iter_mut().zip(func.ty.params.iter()).filter(|(_, ty)| ty.is_ref()) {
        // SAFETY: the engine filled the slot with a reference of this type, and it is read once.
        *slot = unsafe { object::lift(store, &entered, *ty, *slot) };
    }
    Ok(())
}
