//! Functions: calls from the host to WebAssembly, and from WebAssembly to the host.

use crate::backend::standard::error::{last_error, pending_error};
use crate::backend::standard::slots::Slots;
use crate::backend::standard::{Adapter, Extern, Standard, border, trap, types, value};
use crate::backend::{FuncOps, HostFunc};
use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::base::types::{ExternType, FuncType};
use crate::base::value::Value;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use wasm_c_api as c;

/// The environment of a host function: the data that the engine stores for the function and passes to `trampoline`.
struct Env {
    func: HostFunc,
    /// The store of the host function. `trampoline` creates traps in this store.
    store: *mut c::wasm_store_t,
    /// The type of the function that the engine calls, if its values are converted: see [`border`].
    wire: Option<FuncType>,
}

impl FuncOps for Standard {
    fn func_new(store: Self::Store, func: HostFunc) -> Result<Extern> {
        let whole = func.ty.clone();
        let wire = border::func::is_converted(&whole).then(|| border::func::wire_type(&whole));
        let ty = types::func_type(wire.as_ref().unwrap_or(&whole));
        let is_converted = wire.is_some();
        let env = Box::into_raw(Box::new(Env { func, store: store.raw, wire }));
        // SAFETY: the store lives. The engine only reads the type, and the type is freed after the engine has read it.
        // The engine takes ownership of the environment, and frees the environment with `finalize` when the store is
        // freed. If the engine returns null, this function still owns the environment and frees it.
        unsafe {
            let func = c::wasm_func_new_with_env(store.raw, ty, Some(trampoline), env.cast(), Some(finalize));
            c::wasm_functype_delete(ty);
            if func.is_null() {
                finalize(env.cast());
                fail!(Engine, "the engine could not make the host function: {}", last_error());
            }
            let raw = c::wasm_extern_copy(c::wasm_func_as_extern(func));
            c::wasm_func_delete(func);
            if !is_converted {
                return Ok(Extern::owning(raw));
            }
            let wrapped = border::func::wrap(store, raw, &whole);
            c::wasm_extern_delete(raw);
            Ok(Extern::typed(wrapped?, &ExternType::Func(whole)))
        }
    }

    unsafe fn func_call(store: Self::Store, func: &Extern, ty: &FuncType, values: *mut Value) -> Result<()> {
        if let Some(Adapter::Func(adapter)) = func.adapter() {
            // SAFETY: the caller guarantees what the function requires.
            return unsafe { adapter.call(store, func.raw, ty, values) };
        }
        // The type of a function that a guest has passed was not known when the extern was made.
        if !func.reference.is_null() && border::func::is_converted(ty) {
            // SAFETY: the caller guarantees what the function requires.
            return unsafe { border::func::Adapter::default().call(store, func.raw, ty, values) };
        }
        let mut args = Slots::new(ty.params.len(), ZERO);
        for (index, (arg, ty)) in args.as_mut_slice().iter_mut().zip(ty.params.iter()).enumerate() {
            // SAFETY: the caller guarantees that `values` has a slot for every parameter.
            *arg = value::to_c(*ty, unsafe { *values.add(index) });
        }
        let mut results = Slots::new(ty.results.len(), ZERO);
        results.as_mut_slice().iter_mut().zip(ty.results.iter()).for_each(|(result, ty)| *result = value::zero(*ty));
        // Clears the failure reason that an earlier call has stored, so that this call does not report that reason.
        drop(pending_error());
        // SAFETY: the caller guarantees that the extern is a function of this type. Both vectors have the lengths that
        // the type requires. The engine only borrows the vectors during the call.
        let trap = unsafe {
            if let Some((slices, engine)) = store.slices() {
                let (args, results) = (args.as_mut_slice(), results.as_mut_slice());
                let work = AssertUnwindSafe(|| slices.call(engine, store.raw, func.raw, args, results));
                let outcome = catch_unwind(work);
                free_arg_refs(ty, args);
                return match outcome {
                    Ok(Ok(())) => {
                        write_results(values, results);
                        Ok(())
                    }
                    Ok(Err(Ok(message))) => Err(trap::error(message)),
                    Ok(Err(Err(error))) => Err(error),
                    Err(_) => fail!(Engine, "the engine panicked"),
                };
            }
            let func = c::wasm_extern_as_func(func.raw);
            c::wasm_func_call(func as _, &args.borrow(), &mut results.borrow())
        };
        free_arg_refs(ty, args.as_mut_slice());
        if !trap.is_null() {
            // SAFETY: the engine returned the trap. The caller of `wasm_func_call` owns the trap.
            return Err(unsafe { trap::into_error(trap) });
        }
        // If wasmer cannot convert a value, wasmer returns a null trap, as for a successful call. Only the stored
        // reason (`pending_error`) shows the failure.
        if let Some(reason) = pending_error() {
            fail!(Engine, "the engine could not call the function: {reason}");
        }
        // SAFETY: the caller guarantees that `values` has a slot for every result.
        unsafe { write_results(values, results.as_mut_slice()) };
        Ok(())
    }

    unsafe fn func_type(_: Self::Store, func: &Extern) -> Option<FuncType> {
        // SAFETY: the function lives. The caller guarantees that the engine does not abort on the function's value
        // types.
        (!func.raw.is_null()).then(|| unsafe { types::read_func_type(c::wasm_extern_as_func(func.raw)) })
    }
}

/// Writes the results of a call to the slots.
///
/// # Safety
/// `values` points to a slot for each result.
unsafe fn write_results(values: *mut Value, results: &[c::wasm_val_t]) {
    for (index, result) in results.iter().enumerate() {
        // SAFETY: the caller guarantees that there is a slot for each result.
        unsafe { *values.add(index) = value::from_c(result) }
    }
}

/// Frees the references among the arguments of a call. `RefOps::ref_lower` created these references only for this call,
/// so nothing else uses them.
fn free_arg_refs(ty: &FuncType, args: &[c::wasm_val_t]) {
    for (arg, ty) in args.iter().zip(ty.params.iter()) {
        let reference = value::from_c(arg).bits() as *mut c::wasm_ref_t;
        if ty.is_ref() && !reference.is_null() {
            // SAFETY: `RefOps::ref_lower` created the reference. The argument is the only owner of the reference.
            unsafe { c::wasm_ref_delete(reference) }
        }
    }
}

unsafe extern "C" fn finalize(env: *mut c_void) {
    // SAFETY: `env` is the box that `func_new` leaked. The engine finalizes each environment once, so the box is freed
    // once.
    drop(unsafe { Box::from_raw(env.cast::<Env>()) });
}

/// The C function that the engine calls for every host function.
unsafe extern "C" fn trampoline(
    env: *mut c_void,
    args: *const c::wasm_val_vec_t,
    results: *mut c::wasm_val_vec_t,
) -> *mut c::wasm_trap_t {
    // SAFETY: the engine passes the environment that `func_new` created for the host function. The environment lives as
    // long as the function can be called.
    let env = unsafe { &*env.cast::<Env>() };
    // SAFETY: the engine lends both vectors to this function until the call returns.
    let work = AssertUnwindSafe(|| unsafe { convert_and_call(env, &*args, &mut *results) });
    let error = match catch_unwind(work) {
        Ok(Ok(())) => return std::ptr::null_mut(),
        Ok(Err(error)) => error,
        Err(_) => Error::new(ErrorKind::Panic, "a panic in the shim, inside a host function"),
    };
    // SAFETY: WebAssembly is running in the store, so the store is alive.
    unsafe { trap::new(env.store, &error.message) }
}

/// Converts the arguments to slots, which hold one value each, calls the host function, and converts the results.
///
/// # Safety
/// The `data` of each vector points to `size` values.
unsafe fn convert_and_call(env: &Env, args: &c::wasm_val_vec_t, results: &mut c::wasm_val_vec_t) -> Result<()> {
    let ty = &env.func.ty;
    if let Some(wire) = &env.wire {
        // SAFETY: the caller guarantees that each vector points to its values.
        return unsafe { convert_numbers_and_call(env, wire, args, results) };
    }
    if args.size != ty.params.len() || results.size != ty.results.len() {
        fail!(Engine, "the engine called a host function {ty} with {} arguments", args.size);
    }
    let mut slots = Slots::<Value>::new(ty.slot_count(), Value::default());
    for (index, slot) in slots.as_mut_slice().iter_mut().enumerate().take(args.size) {
        // SAFETY: the index is in range, because `args.size` is the number of parameters. The engine still owns the
        // reference in the argument, so the slot gets a copy of the reference.
        unsafe {
            let arg = &*args.data.add(index);
            *slot = value::from_c(arg);
            if ty.params[index].is_ref() && slot.bits() != 0 {
                slot.reference = c::wasm_ref_copy(slot.bits() as *mut c::wasm_ref_t) as u64;
            }
        }
    }
    // SAFETY: `slots` has as many slots as the type needs. The first slots hold arguments of the parameter types. Only
    // this call uses the slots.
    unsafe { env.func.call(slots.as_mut_slice().as_mut_ptr()) }?;
    for (index, ty) in ty.results.iter().enumerate() {
        // SAFETY: the index is in range, because `results.size` is the number of results. The engine takes ownership of
        // a reference in the slot.
        unsafe { results.data.add(index).write(value::to_c(*ty, slots.as_mut_slice()[index])) }
    }
    Ok(())
}

/// Does what [`convert_and_call`] does, for a function whose values are converted.
///
/// # Safety
/// As for [`convert_and_call`].
unsafe fn convert_numbers_and_call(
    env: &Env,
    wire: &FuncType,
    args: &c::wasm_val_vec_t,
    results: &mut c::wasm_val_vec_t,
) -> Result<()> {
    let ty = &env.func.ty;
    if args.size != wire.params.len() || results.size != wire.results.len() {
        fail!(Engine, "the engine called a host function {ty} with {} numbers", args.size);
    }
    let mut slots = vec![Value::default(); ty.slot_count()];
    let numbers = (0..args.size).map(|index| {
        // SAFETY: the index is in range. The engine still owns a reference to a function in the argument, so the slot
        // gets a copy of the reference.
        unsafe {
            let mut value = value::from_c(&*args.data.add(index));
            if wire.params[index].is_ref() && value.bits() != 0 {
                value.reference = c::wasm_ref_copy(value.bits() as *mut c::wasm_ref_t) as u64;
            }
            value
        }
    });
    border::func::arguments(ty, numbers, &mut slots);
    // SAFETY: there are as many slots as the type needs. The first slots hold arguments of the parameter types. Only this
    // call uses the slots.
    unsafe { env.func.call(slots.as_mut_ptr()) }?;
    let numbers = border::func::results(ty, &slots);
    for (index, (ty, number)) in wire.results.iter().zip(numbers).enumerate() {
        // SAFETY: the index is in range. The engine takes ownership of a reference in the slot.
        unsafe { results.data.add(index).write(value::to_c(*ty, number)) }
    }
    Ok(())
}

/// A value of zero bytes. New lists of arguments and results are filled with this value.
const ZERO: c::wasm_val_t = {
    // SAFETY: all bits zero is a valid number and a valid null pointer.
    unsafe { std::mem::zeroed() }
};
