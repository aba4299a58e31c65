//! Functions, from both sides: numbers go through the unchecked entries, where a slot is what the engine takes.

use crate::backend::HostFunc;
use crate::backend::wasmtime::engine::Store;
use crate::backend::wasmtime::{error, reference, types};
use crate::base::error::{Error, ErrorKind, Result};
use crate::base::types::{FuncType, ValType};
use crate::base::value::Value;
use crate::store::host;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use wasm_c_api as c;

// A slot is what the engine's unchecked entries take, so that numbers pass without a copy.
const _: () = assert!(
    size_of::<Value>() == size_of::<c::wasmtime_val_raw_t>()
        && align_of::<Value>() == align_of::<c::wasmtime_val_raw_t>()
);

fn has_refs(ty: &FuncType) -> bool {
    ty.all().any(|ty| ty.is_ref())
}

/// A host function.
pub fn new(store: Store, func: HostFunc) -> c::wasmtime_extern_t {
    let ty = types::func_type(&func.ty);
    let checked = has_refs(&func.ty);
    let env = Box::into_raw(Box::new(func)).cast();
    // SAFETY: the store owns the environment from here on and frees it through `finalize`; the type is only read.
    unsafe {
        let mut out: c::wasmtime_extern_t = std::mem::zeroed();
        let place = (&raw mut out.of).cast::<c::wasmtime_func_t>();
        if checked {
            c::wasmtime_func_new(store.context, ty, Some(checked_trampoline), env, Some(finalize), place);
        } else {
            c::wasmtime_func_new_unchecked(store.context, ty, Some(trampoline), env, Some(finalize), place);
        }
        c::wasm_functype_delete(ty);
        out.kind = c::WASMTIME_EXTERN_FUNC as c::wasmtime_extern_kind_t;
        out
    }
}

unsafe extern "C" fn finalize(env: *mut c_void) {
    // SAFETY: `env` is the box that `new` gave away; the store finalizes it once.
    drop(unsafe { Box::from_raw(env.cast::<HostFunc>()) });
}

/// What wasmtime calls where only numbers are exchanged.
unsafe extern "C" fn trampoline(
    env: *mut c_void,
    _: *mut c::wasmtime_caller_t,
    values: *mut c::wasmtime_val_raw_t,
    _: usize,
) -> *mut c::wasm_trap_t {
    // SAFETY: wasmtime passes the environment of this function back, alive while the function can be called, and as
    // many slots as its type needs.
    guarded(|| unsafe { host::call(&*env.cast::<HostFunc>(), values.cast()) })
}

/// What wasmtime calls where references are: rooted values instead of raw ones.
unsafe extern "C" fn checked_trampoline(
    env: *mut c_void,
    caller: *mut c::wasmtime_caller_t,
    args: *const c::wasmtime_val_t,
    _: usize,
    results: *mut c::wasmtime_val_t,
    _: usize,
) -> *mut c::wasm_trap_t {
    // SAFETY: as for `trampoline`; both arrays have the lengths of the function's type.
    guarded(|| unsafe {
        let func = &*env.cast::<HostFunc>();
        let mut slots = vec![Value::default(); func.ty.slots()];
        for (index, slot) in slots.iter_mut().enumerate().take(func.ty.params.len()) {
            *slot = reference::from_borrowed(&*args.add(index));
        }
        host::call(func, slots.as_mut_ptr())?;
        let context = c::wasmtime_caller_context(caller);
        for (index, ty) in func.ty.results.iter().enumerate() {
            results.add(index).write(reference::into_val(context, *ty, slots[index]));
        }
        Ok(())
    })
}

/// Runs what wasmtime calls: no panic goes through its frames.
pub fn caught(work: impl FnOnce() -> Result<()>) -> Result<()> {
    let panic = |_| Err(Error::new(ErrorKind::Panic, "a panic in the shim, called by WebAssembly"));
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(panic)
}

fn guarded(work: impl FnOnce() -> Result<()>) -> *mut c::wasm_trap_t {
    let Err(error) = caught(work) else { return std::ptr::null_mut() };
    // SAFETY: the message is only read, and the code is one that wasmtime knows: it aborts on others.
    unsafe {
        match u8::try_from(error.code) {
            Ok(code) if error.kind == ErrorKind::Trap => c::wasmtime_trap_new_code(code),
            _ => c::wasmtime_trap_new(error.message.as_ptr().cast(), error.message.len()),
        }
    }
}

/// Calls a function.
///
/// # Safety
/// The object is a function of this type in this store, and the slots hold its arguments.
pub unsafe fn call(store: Store, func: c::wasmtime_extern_t, ty: &FuncType, values: *mut Value) -> Result<()> {
    if has_refs(ty) {
        // SAFETY: the caller's promise.
        return unsafe { call_checked(store, func, ty, values) };
    }
    // SAFETY: as the caller promises, the slots are right for the type; error and trap are ours.
    unsafe {
        let mut trap = std::ptr::null_mut();
        let func = &func.of.func;
        let error = c::wasmtime_func_call_unchecked(store.context, func, values.cast(), ty.slots(), &mut trap);
        if error.is_null() && trap.is_null() {
            return Ok(());
        }
        error::outcome(store, error, trap)
    }
}

unsafe fn call_checked(store: Store, func: c::wasmtime_extern_t, ty: &FuncType, values: *mut Value) -> Result<()> {
    // SAFETY: the slots belong to this call and are right for the type. Arguments are released after the call, results
    // are ours and go into the slots.
    unsafe {
        let slots = std::slice::from_raw_parts_mut(values, ty.slots());
        let arg = |(ty, slot): (&ValType, &Value)| reference::into_val(store.context, *ty, *slot);
        let mut args: Vec<_> = ty.params.iter().zip(slots.iter()).map(arg).collect();
        let mut results: Vec<c::wasmtime_val_t> = vec![std::mem::zeroed(); ty.results.len()];
        let mut trap = std::ptr::null_mut();
        let error = c::wasmtime_func_call(
            store.context,
            &func.of.func,
            args.as_ptr(),
            args.len(),
            results.as_mut_ptr(),
            results.len(),
            &mut trap,
        );
        args.iter_mut().for_each(|arg| c::wasmtime_val_unroot(arg));
        error::outcome(store, error, trap)?;
        slots.iter_mut().zip(results).for_each(|(slot, result)| *slot = reference::from_owned(result));
        Ok(())
    }
}
