//! Functions.

use crate::abi::{entry, pointer, reference, types};
use crate::backend::{Active, Backend, FuncOps};
use crate::base::error::{Error, Result, fail};
use crate::base::types::{ExternType, FuncType};
use crate::base::value::{HostCallback, Value};
use crate::store::host::{self, HostCall};
use crate::store::object::{self, Extern};
use crate::store::{Entered, Store};
use std::ffi::c_void;
use std::sync::Arc;

/// A callback of the C layer's caller, with its environment.
struct Callback {
    function: HostCallback,
    env: *mut c_void,
    finalizer: Option<unsafe extern "C" fn(env: *mut c_void)>,
}

impl Callback {
    fn call(&self, values: &mut [Value]) -> Result<()> {
        // SAFETY: the caller of `aw_func_new` guarantees that the function fits the environment and the type. There are
        // as many slots as the type needs.
        match unsafe { (self.function)(self.env, values.as_mut_ptr()) } {
            0 => Ok(()),
            token => Err(Error::host(token)),
        }
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        if let Some(finalizer) = self.finalizer {
            // SAFETY: the caller of `aw_func_new` guarantees that the finalizer fits the environment. `drop` runs once.
            unsafe { finalizer(self.env) }
        }
    }
}

/// A host function that runs a callback.
struct CallbackFunc {
    callback: Callback,
    ty: FuncType,
    has_refs: bool,
}

impl HostCall for CallbackFunc {
    fn call(&self, store: &Store, values: &mut [Value]) -> Result<()> {
        if !self.has_refs {
            return self.callback.call(values);
        }
        let store = store.shared()?;
        let entered = store.enter()?;
        for (slot, ty) in values.iter_mut().zip(self.ty.params.iter()).filter(|(_, ty)| ty.is_ref()) {
            // SAFETY: the engine filled the slot with a reference of this type, and the loop lifts each slot once.
            *slot = unsafe { reference::lift(&store, &entered, *ty, *slot) };
        }
        drop(entered);
        self.callback.call(values)?;
        let entered = store.enter()?;
        // SAFETY: the caller of `aw_func_new` guarantees that the callback writes references of the result types, which
        // live until its next call.
        unsafe { reference::lower_all(&store, &entered, &self.ty.results, values) }
    }

    fn discard(&self, store: &Store, values: &[Value]) -> Result<()> {
        // SAFETY: the callback has not run, so the slots still hold the arguments in the engine's form.
        unsafe { reference::discard_all(&store.enter()?, &self.ty.params, values) };
        Ok(())
    }
}

/// A host function. The caller deletes the extern; the function lives as long as the store needs it.
///
/// `callback` gets `env` and the value slots, which hold the arguments and take the results; it returns 0, or a token
/// that the error of the failed call will carry. A function reference that it gets is its own to delete; one that it
/// returns stays its own, and lives until its next call. `finalizer`, if any, is called with `env` once, when the store dies, or
/// before this returns where it fails.
///
/// # Safety
/// See the module's rules; `params` and `results` are codes of value types; `callback` and `finalizer` may be called
/// from any thread that runs the store.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_func_new(
    store: *const Store,
    params: *const u8,
    params_len: usize,
    results: *const u8,
    results_len: usize,
    callback: HostCallback,
    env: *mut c_void,
    finalizer: Option<unsafe extern "C" fn(env: *mut c_void)>,
) -> *mut Extern {
    // Made first, so that the finalizer runs whatever goes wrong.
    let callback = Callback { function: callback, env, finalizer };
    entry(|| {
        // SAFETY: the module's rules.
        let (store, ty) = unsafe {
            let params = types::val_types(pointer::slice(params, params_len, "the parameter types")?)?;
            let results = types::val_types(pointer::slice(results, results_len, "the result types")?)?;
            (pointer::share(store, "the store")?, FuncType { params, results })
        };
        // The limit that validation sets for functions in modules; an engine aborts beyond it.
        if ty.params.len().max(ty.results.len()) > 1000 {
            fail!(Invalid, "a function cannot have more than 1000 parameters or results");
        }
        object::require(store.engine.capabilities, ty.all(), format_args!("a host function {ty}"))?;
        let entered = store.enter()?;
        let has_refs = ty.all().any(|ty| ty.is_ref());
        let func = CallbackFunc { callback, ty: ty.clone(), has_refs };
        Ok(pointer::give(host::new_func(&store, &entered, ty, func)?))
    })
}

fn func_type(func: &Extern) -> Result<&FuncType> {
    match &func.ty {
        Some(ExternType::Func(ty)) => Ok(ty),
        None => {
            let what = "calling a function found in a table or global";
            Active::CAPABILITIES.require(crate::base::capabilities::FUNCREF_CALL, Active::NAME, what)?;
            let what = "calling a function found in a table or global, beside a module with functions of vectors,";
            Active::CAPABILITIES.require(crate::base::capabilities::V128, Active::NAME, what)?;
            Err(object::wrong_kind("function", func))
        }
        Some(_) => Err(object::wrong_kind("function", func)),
    }
}

/// Calls a function: the slots hold the arguments and take the results, as their types say. A reference that comes
/// back is the caller's to delete; one that goes in stays the caller's.
///
/// # Safety
/// See the module's rules; there are as many slots as parameters and as results.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_func_call(func: *const Extern, values: *mut Value) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let func = unsafe { pointer::borrow(func, "the function") }?;
        let ty = func_type(func)?;
        object::require(func.store.engine.capabilities, ty.all(), format_args!("calling a function {ty}"))?;
        let entered = func.store.enter()?;
        // SAFETY: the caller's promise.
        unsafe {
            if ty.all().any(|ty| ty.is_ref()) {
                call_with_refs(&func.store, &entered, func, ty, std::slice::from_raw_parts_mut(values, ty.slots()))?;
            } else {
                call(&entered, func, ty, values)?;
            }
        }
        Ok(true)
    })
}

/// As `aw_func_call`, for a function whose parameters and results are all numbers, and faster.
///
/// # Safety
/// As for `aw_func_call`; and there are no other types in the function's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_func_call_numbers(func: *const Extern, values: *mut Value) -> bool {
    // SAFETY: the caller's promise.
    entry(|| unsafe {
        let func = pointer::borrow(func, "the function")?;
        call(&func.store.enter()?, func, func_type(func)?, values)?;
        Ok(true)
    })
}

unsafe fn call(entered: &Entered<'_>, func: &Extern, ty: &FuncType, values: *mut Value) -> Result<()> {
    // SAFETY: the caller's promise; the extern is a function of this type in the store just entered.
    let call = || unsafe { Active::func_call(entered.raw, func.raw, ty, values) };
    entered.run(func.store.engine.stack, call)
}

unsafe fn call_with_refs(
    store: &Arc<Store>,
    entered: &Entered<'_>,
    func: &Extern,
    ty: &FuncType,
    slots: &mut [Value],
) -> Result<()> {
    let mut lowered = slots.to_vec();
    // SAFETY: the caller's promise: the slots hold references of these types.
    unsafe { reference::lower_all(store, entered, &ty.params, &mut lowered) }?;
    // SAFETY: the slots have been lowered for this type.
    unsafe { call(entered, func, ty, lowered.as_mut_ptr()) }?;
    for (index, ty) in ty.results.iter().enumerate() {
        let value = lowered[index];
        // SAFETY: the engine filled the slot with a value of this type.
        slots[index] = if ty.is_ref() { unsafe { reference::lift(store, entered, *ty, value) } } else { value };
    }
    Ok(())
}
