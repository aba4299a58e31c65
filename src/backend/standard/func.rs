//! Functions: calls from the host to WebAssembly, and from WebAssembly to the host.

use crate::backend::standard::error::{last_error, pending_error};
use crate::backend::standard::slots::Slots;
use crate::backend::standard::{Extern, Standard, trap, types, value};
use crate::backend::{FuncOps, HostFunc};
use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::base::types::FuncType;
use crate::base::value::Value;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use wasm_c_api as c;

/// The environment that the engine keeps for a host function.
struct Env {
    func: HostFunc,
    store: *mut c::wasm_store_t,
}

impl FuncOps for Standard {
    fn func_new(store: Self::Store, func: HostFunc) -> Result<Extern> {
        let ty = types::func_type(&func.ty);
        let env = Box::into_raw(Box::new(Env { func, store: store.0 }));
        // SAFETY: the store lives, and the engine only reads the type, which is freed afterwards. The engine owns the
        // environment from here on, and frees it with `finalize` when the store dies.
        unsafe {
            let func = c::wasm_func_new_with_env(store.0, ty, Some(trampoline), env.cast(), Some(finalize));
            c::wasm_functype_delete(ty);
            if func.is_null() {
                finalize(env.cast());
                fail!(Engine, "the engine could not make the host function: {}", last_error());
            }
            let raw = c::wasm_extern_copy(c::wasm_func_as_extern(func));
            c::wasm_func_delete(func);
            Ok(Extern::owning(raw))
        }
    }

    unsafe fn func_call(_: Self::Store, func: Extern, ty: &FuncType, values: *mut Value) -> Result<()> {
        let mut args = Slots::new(ty.params.len(), ZERO);
        for (index, (arg, ty)) in args.get().iter_mut().zip(ty.params.iter()).enumerate() {
            // SAFETY: the caller guarantees that there is a slot for every parameter.
            *arg = value::to_c(*ty, unsafe { *values.add(index) });
        }
        let mut results = Slots::new(ty.results.len(), ZERO);
        results.get().iter_mut().zip(ty.results.iter()).for_each(|(result, ty)| *result = value::zero(*ty));
        // A reason that an earlier call left must not be reported for this one.
        drop(pending_error());
        // SAFETY: the caller guarantees that the extern is a function of this type. Both vectors have the lengths of
        // the type, and the engine only borrows them for the call.
        let trap = unsafe {
            let func = c::wasm_extern_as_func(func.raw);
            c::wasm_func_call(func as _, &args.borrow(), &mut results.borrow())
        };
        free_refs(ty, args.get());
        if !trap.is_null() {
            // SAFETY: the engine returned the trap, which the caller of `wasm_func_call` owns.
            return Err(unsafe { trap::take(trap) });
        }
        // wasmer reports a value that it cannot convert with a null trap, which looks like success.
        if let Some(reason) = pending_error() {
            fail!(Engine, "the engine could not call the function: {reason}");
        }
        for (index, result) in results.get().iter().enumerate() {
            // SAFETY: the caller guarantees that there is a slot for every result.
            unsafe { *values.add(index) = value::from_c(result) }
        }
        Ok(())
    }

    unsafe fn func_type(_: Self::Store, func: Extern) -> Option<FuncType> {
        // SAFETY: the function lives, and the caller guarantees that the engine does not abort on its types.
        (!func.raw.is_null()).then(|| unsafe { types::of_func(c::wasm_extern_as_func(func.raw)) })
    }
}

/// Frees the references among the arguments of a call, which were lowered for that call.
fn free_refs(ty: &FuncType, args: &[c::wasm_val_t]) {
    for (arg, ty) in args.iter().zip(ty.params.iter()) {
        let reference = value::from_c(arg).bits() as *mut c::wasm_ref_t;
        if ty.is_ref() && !reference.is_null() {
            // SAFETY: `RefOps::ref_lower` made the reference, and the argument's slot is its only owner.
            unsafe { c::wasm_ref_delete(reference) }
        }
    }
}

unsafe extern "C" fn finalize(env: *mut c_void) {
    // SAFETY: `func_new` leaked this box, and the engine finalizes an environment once.
    drop(unsafe { Box::from_raw(env.cast::<Env>()) });
}

/// The C function that the engine calls for every host function.
unsafe extern "C" fn trampoline(
    env: *mut c_void,
    args: *const c::wasm_val_vec_t,
    results: *mut c::wasm_val_vec_t,
) -> *mut c::wasm_trap_t {
    // SAFETY: the engine passes the environment of this function, which lives as long as the function can be called.
    let env = unsafe { &*env.cast::<Env>() };
    // SAFETY: the engine lends both vectors for the time of the call.
    let work = AssertUnwindSafe(|| unsafe { convert_and_call(env, &*args, &mut *results) });
    let error = match catch_unwind(work) {
        Ok(Ok(())) => return std::ptr::null_mut(),
        Ok(Err(error)) => error,
        Err(_) => Error::new(ErrorKind::Panic, "a panic in the shim, inside a host function"),
    };
    // SAFETY: the store runs WebAssembly right now, so it lives.
    unsafe { trap::new(env.store, &error.message) }
}

/// # Safety
/// Both vectors hold as many values as their `size` says.
unsafe fn convert_and_call(env: &Env, args: &c::wasm_val_vec_t, results: &mut c::wasm_val_vec_t) -> Result<()> {
    let ty = &env.func.ty;
    if args.size != ty.params.len() || results.size != ty.results.len() {
        fail!(Engine, "the engine called a host function {ty} with {} arguments", args.size);
    }
    let mut slots = Slots::<Value>::new(ty.slot_count(), Value::default());
    for (index, slot) in slots.get().iter_mut().enumerate().take(args.size) {
        // SAFETY: the index is in range: `args.size` is the number of parameters. The engine keeps its reference, so
        // the slot gets a copy.
        unsafe {
            let arg = &*args.data.add(index);
            *slot = value::from_c(arg);
            if ty.params[index].is_ref() && slot.bits() != 0 {
                slot.reference = c::wasm_ref_copy(slot.bits() as *mut c::wasm_ref_t) as u64;
            }
        }
    }
    // SAFETY: there are as many slots as the type needs; they hold its arguments, and only this call uses them.
    unsafe { env.func.call(slots.get().as_mut_ptr()) }?;
    for (index, ty) in ty.results.iter().enumerate() {
        // SAFETY: the index is in range: `results.size` is the number of results. The engine takes ownership of a
        // reference in the slot.
        unsafe { results.data.add(index).write(value::to_c(*ty, slots.get()[index])) }
    }
    Ok(())
}

const ZERO: c::wasm_val_t = {
    // SAFETY: all bits zero is a valid number and a valid null pointer.
    unsafe { std::mem::zeroed() }
};
