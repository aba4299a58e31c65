//! Functions, from both sides.

use crate::backend::HostFunc;
use crate::backend::standard::engine::{last_error, pending_error};
use crate::backend::standard::{Object, trap, types, value};
use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::base::types::FuncType;
use crate::base::value::Value;
use crate::store::host;
use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use wasm_c_api as c;

/// Slots that need no allocation, in either direction.
const INLINE: usize = 8;

/// What the engine holds for a host function.
struct Env {
    func: HostFunc,
    store: *mut c::wasm_store_t,
}

/// A host function.
pub fn new(store: *mut c::wasm_store_t, func: HostFunc) -> Result<Object> {
    let ty = types::func_type(&func.ty);
    let env = Box::into_raw(Box::new(Env { func, store }));
    // SAFETY: the engine owns the environment from here on and frees it through `finalize`, when the store dies; the
    // type is ours and only read.
    unsafe {
        let func = c::wasm_func_new_with_env(store, ty, Some(trampoline), env.cast(), Some(finalize));
        c::wasm_functype_delete(ty);
        if func.is_null() {
            finalize(env.cast());
            fail!(Engine, "the engine could not make the host function: {}", last_error());
        }
        let raw = c::wasm_extern_copy(c::wasm_func_as_extern(func));
        c::wasm_func_delete(func);
        Ok(Object { raw, reference: std::ptr::null_mut() })
    }
}

unsafe extern "C" fn finalize(env: *mut c_void) {
    // SAFETY: `env` is the box that `new` gave away; the engine finalizes it once.
    drop(unsafe { Box::from_raw(env.cast::<Env>()) });
}

/// What the engine calls: one C function for all host functions.
unsafe extern "C" fn trampoline(
    env: *mut c_void,
    args: *const c::wasm_val_vec_t,
    results: *mut c::wasm_val_vec_t,
) -> *mut c::wasm_trap_t {
    // SAFETY: the engine passes the environment of this function back, alive while the function can be called.
    let env = unsafe { &*env.cast::<Env>() };
    // SAFETY: both vectors are the engine's, of the type's lengths, for the time of the call.
    let work = AssertUnwindSafe(|| unsafe { convert_and_call(env, &*args, &mut *results) });
    let error = match catch_unwind(work) {
        Ok(Ok(())) => return std::ptr::null_mut(),
        Ok(Err(error)) => error,
        Err(_) => Error::new(ErrorKind::Panic, "a panic in the shim, inside a host function"),
    };
    // SAFETY: the store runs right now, so it lives.
    unsafe { trap::new(env.store, &error.message) }
}

unsafe fn convert_and_call(env: &Env, args: &c::wasm_val_vec_t, results: &mut c::wasm_val_vec_t) -> Result<()> {
    let ty = &env.func.ty;
    if args.size != ty.params.len() || results.size != ty.results.len() {
        fail!(Engine, "the engine called a host function {ty} with {} arguments", args.size);
    }
    let mut slots = Slots::<Value>::new(ty.slots(), Value::default());
    for (index, slot) in slots.get().iter_mut().enumerate().take(args.size) {
        // SAFETY: in range by the check above. A reference stays the engine's, so that the slot gets a copy.
        unsafe {
            let arg = &*args.data.add(index);
            *slot = value::from_c(arg);
            if ty.params[index].is_ref() && slot.bits() != 0 {
                slot.reference = c::wasm_ref_copy(slot.bits() as *mut c::wasm_ref_t) as u64;
            }
        }
    }
    // SAFETY: the slots are as many as the type needs and hold its arguments.
    unsafe { host::call(&env.func, slots.get().as_mut_ptr()) }?;
    for (index, ty) in ty.results.iter().enumerate() {
        // SAFETY: in range by the check above. A reference in the slot is given to the engine.
        unsafe { results.data.add(index).write(value::to_c(*ty, slots.get()[index])) }
    }
    Ok(())
}

/// Calls a function.
///
/// # Safety
/// The object is a function of this type, and the slots hold its arguments.
pub unsafe fn call(func: Object, ty: &FuncType, values: *mut Value) -> Result<()> {
    let mut args = Slots::new(ty.params.len(), ZERO);
    for (index, (arg, ty)) in args.get().iter_mut().zip(ty.params.iter()).enumerate() {
        // SAFETY: there is a slot for every parameter, as the caller promises.
        *arg = value::to_c(*ty, unsafe { *values.add(index) });
    }
    let mut results = Slots::new(ty.results.len(), ZERO);
    results.get().iter_mut().zip(ty.results.iter()).for_each(|(result, ty)| *result = value::zero(*ty));
    // Whatever an earlier call left is not this one's.
    drop(pending_error());
    // SAFETY: the object is a function, so its extern is one; both vectors are borrowed for the call and have the
    // lengths of the type.
    let trap = unsafe {
        let func = c::wasm_extern_as_func(func.raw);
        c::wasm_func_call(func as _, &args.borrow(), &mut results.borrow())
    };
    // References given as arguments were made for this call.
    for (arg, ty) in args.get().iter().zip(ty.params.iter()) {
        if ty.is_ref() && value::from_c(arg).bits() != 0 {
            // SAFETY: `reference::lower` made it and the slot was its only owner.
            unsafe { c::wasm_ref_delete(value::from_c(arg).bits() as *mut c::wasm_ref_t) }
        }
    }
    if !trap.is_null() {
        // SAFETY: the engine gives the trap to us.
        return Err(unsafe { trap::take(trap) });
    }
    // One engine reports a value it cannot convert beside a null trap, which looks like success.
    if let Some(reason) = pending_error() {
        fail!(Engine, "the engine could not call the function: {reason}");
    }
    for (index, result) in results.get().iter().enumerate() {
        // SAFETY: there is a slot for every result.
        unsafe { *values.add(index) = value::from_c(result) }
    }
    Ok(())
}

const ZERO: c::wasm_val_t = {
    // SAFETY: zero is a valid number and a valid null pointer.
    unsafe { std::mem::zeroed() }
};

/// A few values in place, or many on the heap.
enum Slots<T> {
    Few([T; INLINE], usize),
    Many(Vec<T>),
}

impl<T: Copy> Slots<T> {
    fn new(count: usize, zero: T) -> Self {
        if count <= INLINE { Self::Few([zero; INLINE], count) } else { Self::Many(vec![zero; count]) }
    }

    fn get(&mut self) -> &mut [T] {
        match self {
            Self::Few(array, count) => &mut array[..*count],
            Self::Many(vec) => vec,
        }
    }
}

impl Slots<c::wasm_val_t> {
    fn borrow(&mut self) -> c::wasm_val_vec_t {
        let values = self.get();
        c::wasm_val_vec_t { size: values.len(), data: values.as_mut_ptr() }
    }
}
