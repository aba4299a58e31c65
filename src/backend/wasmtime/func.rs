//! Functions: calls from the host to WebAssembly, and from WebAssembly to the host.
//!
//! Calls without references use wasmtime's unchecked functions. These functions take value slots, the 16-byte arguments
//! and results of the shim, without a conversion. Calls with references use wasmtime's checked functions, and convert
//! each value.

use crate::backend::wasmtime::external::Extern;
use crate::backend::wasmtime::{Wasmtime, error, reference, store, types};
use crate::backend::{FuncOps, HostFunc};
use crate::base::error::{ErrorKind, Result};
use crate::base::types::{FuncType, ValType};
use crate::base::value::Value;
use std::ffi::c_void;
use wasm_c_api as c;

// A value slot must have the layout of wasmtime's unchecked values, so that a call can pass slots without a copy.
const _: () = assert!(
    size_of::<Value>() == size_of::<c::wasmtime_val_raw_t>()
        && align_of::<Value>() == align_of::<c::wasmtime_val_raw_t>()
);

fn has_refs(ty: &FuncType) -> bool {
    ty.all_types().any(|ty| ty.is_ref())
}

impl FuncOps for Wasmtime {
    fn func_new(store: Self::Store, func: HostFunc) -> Result<Extern> {
        let ty = types::func_type(&func.ty);
        let checked = has_refs(&func.ty);
        let env = Box::into_raw(Box::new(func)).cast();
        // SAFETY: the store lives. wasmtime only reads the type, and the type is freed after wasmtime has read it. The
        // store takes ownership of the environment, and frees the environment with `finalize`.
        unsafe {
            let mut out = std::mem::zeroed();
            if checked {
                c::wasmtime_func_new(store.context, ty, Some(checked_trampoline), env, Some(finalize), &mut out);
            } else {
                c::wasmtime_func_new_unchecked(store.context, ty, Some(trampoline), env, Some(finalize), &mut out);
            }
            c::wasm_functype_delete(ty);
            Ok(Extern::func(out))
        }
    }

    unsafe fn func_call(store: Self::Store, func: &Extern, ty: &FuncType, values: *mut Value) -> Result<()> {
        if has_refs(ty) {
            // SAFETY: the caller guarantees that `func` has this type and that the slots fit the type.
            return unsafe { call_checked(store, func, ty, values) };
        }
        // SAFETY: the caller guarantees that `func` has this type and that the slots fit the type. `check_outcome`
        // takes ownership of the error and the trap.
        unsafe {
            let mut trap = std::ptr::null_mut();
            let func = func.as_func();
            let error = c::wasmtime_func_call_unchecked(store.context, func, values.cast(), ty.slot_count(), &mut trap);
            if error.is_null() && trap.is_null() {
                return Ok(());
            }
            error::check_outcome(store.context, error, trap)
        }
    }

    unsafe fn func_type(store: Self::Store, func: &Extern) -> Option<FuncType> {
        Some(types::read_func_type(store, func))
    }
}

unsafe extern "C" fn finalize(env: *mut c_void) {
    // SAFETY: `env` is the box that `func_new` leaked. The store finalizes each environment once, so the box is freed
    // once.
    drop(unsafe { Box::from_raw(env.cast::<HostFunc>()) });
}

/// wasmtime calls this C function for a host function whose type has only numbers and vectors.
unsafe extern "C" fn trampoline(
    env: *mut c_void,
    _: *mut c::wasmtime_caller_t,
    values: *mut c::wasmtime_val_raw_t,
    _: usize,
) -> *mut c::wasm_trap_t {
    // SAFETY: wasmtime passes the environment that `func_new` created for the host function. The environment lives as
    // long as the function can be called. `values` points to as many slots as the function's type needs.
    as_trap(|| unsafe { (*env.cast::<HostFunc>()).call(values.cast()) })
}

/// wasmtime calls this C function for a host function whose type has references. wasmtime passes the values as
/// `wasmtime_val_t`, in which references are rooted, not as raw values.
unsafe extern "C" fn checked_trampoline(
    env: *mut c_void,
    _: *mut c::wasmtime_caller_t,
    args: *const c::wasmtime_val_t,
    _: usize,
    results: *mut c::wasmtime_val_t,
    _: usize,
) -> *mut c::wasm_trap_t {
    // SAFETY: wasmtime passes the environment that `func_new` created for the host function. The environment lives as
    // long as the function can be called. Both arrays have the lengths that the function's type requires.
    as_trap(|| unsafe {
        let func = &*env.cast::<HostFunc>();
        let mut slots = vec![Value::default(); func.ty.slot_count()];
        for (index, slot) in slots.iter_mut().enumerate().take(func.ty.params.len()) {
            *slot = reference::from_borrowed(&*args.add(index));
        }
        func.call(slots.as_mut_ptr())?;
        for (index, ty) in func.ty.results.iter().enumerate() {
            results.add(index).write(reference::into_val(*ty, slots[index]));
        }
        Ok(())
    })
}

/// Runs `work`. Returns the error of `work` as a trap, or null if `work` succeeds.
fn as_trap(work: impl FnOnce() -> Result<()>) -> *mut c::wasm_trap_t {
    let Err(error) = error::catch_panic(work) else { return std::ptr::null_mut() };
    // SAFETY: wasmtime only reads the message. wasmtime aborts on an unknown trap code, but every code of the shim is a
    // `TrapCode`, and wasmtime has all these codes.
    unsafe {
        match u8::try_from(error.code) {
            Ok(code) if error.kind == ErrorKind::Trap => c::wasmtime_trap_new_code(code),
            _ => c::wasmtime_trap_new(error.message.as_ptr().cast(), error.message.len()),
        }
    }
}

/// Calls a function whose type has references.
///
/// # Safety
/// `func` is a function of this type in this store, and `values` points to one slot for each parameter or result,
/// whichever are more.
unsafe fn call_checked(store: store::Store, func: &Extern, ty: &FuncType, values: *mut Value) -> Result<()> {
    // SAFETY: the caller guarantees that `func` has this type and that the slots fit the type. This function owns the
    // converted arguments, and frees their references after the call. The slots take ownership of the results.
    unsafe {
        let slots = std::slice::from_raw_parts_mut(values, ty.slot_count());
        let arg = |(ty, slot): (&ValType, &Value)| reference::into_val(*ty, *slot);
        let mut args: Vec<_> = ty.params.iter().zip(slots.iter()).map(arg).collect();
        let mut results: Vec<c::wasmtime_val_t> = vec![std::mem::zeroed(); ty.results.len()];
        let mut trap = std::ptr::null_mut();
        let error = c::wasmtime_func_call(
            store.context,
            func.as_func(),
            args.as_ptr(),
            args.len(),
            results.as_mut_ptr(),
            results.len(),
            &mut trap,
        );
        args.iter_mut().for_each(|arg| c::wasmtime_val_unroot(arg));
        error::check_outcome(store.context, error, trap)?;
        slots.iter_mut().zip(results).for_each(|(slot, result)| *slot = reference::from_owned(result));
        Ok(())
    }
}
