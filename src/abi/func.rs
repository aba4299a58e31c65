//! Functions.

use crate::abi::store::CStore;
use crate::abi::{entry, give, types};
use crate::backend::{Active, Backend, HostCall, HostFunc};
use crate::base::capabilities::{Capabilities, FUNCREF_CALL, V128};
use crate::base::error::{Error, Result, fail};
use crate::base::pointer::{check_len, non_null};
use crate::base::types::{ExternType, FuncType, ValType};
use crate::base::value::Value;
use crate::store::object::{self, Extern};
use crate::store::{Entered, Store};
use std::ffi::c_void;
use std::mem::ManuallyDrop;

/// Callback of a host function. It gets `env` and the value slots, which hold the arguments and take the results. It
/// returns 0, or a token that the error of the failed call carries.
///
/// The callback deletes a function reference that it gets as an argument. The callback keeps a function reference that
/// it returns, and deletes it only in a later call.
pub type HostCallback = Option<unsafe extern "C" fn(env: *mut c_void, values: *mut Value) -> u64>;

/// Frees the environment of a callback; NULL if there is nothing to free.
pub type Finalizer = Option<unsafe extern "C" fn(env: *mut c_void)>;

/// The environment of a callback, with the function that frees it.
pub(super) struct Environment {
    data: *mut c_void,
    finalizer: Finalizer,
}

impl Environment {
    /// Returns an owner of the environment, which calls the finalizer when it is dropped.
    ///
    /// # Safety
    /// The finalizer may be called once with `data`, at any time and on any thread.
    pub unsafe fn new(data: *mut c_void, finalizer: Finalizer) -> Self {
        Self { data, finalizer }
    }

    /// Returns the data and the finalizer to a new owner, without calling the finalizer.
    pub fn into_parts(self) -> (*mut c_void, Finalizer) {
        let this = ManuallyDrop::new(self);
        (this.data, this.finalizer)
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        if let Some(finalizer) = self.finalizer {
            // SAFETY: whoever made the environment guarantees that the finalizer may be called once with this data, at
            // any time and on any thread. Drop runs once, and not after `into_parts`.
            unsafe { finalizer(self.data) }
        }
    }
}

/// A host function that calls a C callback.
struct Foreign {
    callback: unsafe extern "C" fn(env: *mut c_void, values: *mut Value) -> u64,
    env: Environment,
}

impl HostCall for Foreign {
    fn call(&self, _: &Store, values: &mut [Value]) -> Result<()> {
        // SAFETY: the caller of `aw_func_new` guarantees that the callback may be called with this environment, and
        // with as many slots as the function's type needs. `values` are that many slots, with arguments of the
        // parameter types.
        match unsafe { (self.callback)(self.env.data, values.as_mut_ptr()) } {
            0 => Ok(()),
            token => Err(Error::host(token)),
        }
    }
}

/// Returns a new host function. The caller deletes the extern. The function lives as long as the store needs it.
///
/// `finalizer` may be NULL. Otherwise the store calls it once with `env`, when the store frees the function. If
/// `aw_func_new` fails, it calls the finalizer before it returns.
///
/// # Safety
/// The caller guarantees that `params` points to `params_len` codes of value types, and `results` to `results_len`. The
/// caller guarantees that `callback` and `finalizer` may be called with `env` from any thread that uses the store.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_func_new(
    store: Option<&CStore>,
    params: *const u8,
    params_len: usize,
    results: *const u8,
    results_len: usize,
    callback: HostCallback,
    env: *mut c_void,
    finalizer: Finalizer,
) -> Option<Box<Extern>> {
    // The environment gets its owner first, so that every failure calls the finalizer.
    // SAFETY: the caller guarantees that the finalizer may be called with `env`.
    let env = unsafe { Environment::new(env, finalizer) };
    entry(|| {
        let call = Box::new(Foreign { callback: non_null(callback, "the callback")?, env });
        // SAFETY: the caller guarantees that both arrays are as long as their lengths say; the call only reads them.
        let ty = unsafe { types::func_type(params, params_len, results, results_len) }?;
        let store = non_null(store, "the store")?.0.clone();
        require(store.engine.capabilities, &ty)?;
        let entered = store.enter()?;
        let raw = Active::func_new(entered.raw, HostFunc { call, ty: ty.clone(), store: &raw const *store })?;
        give(Extern::new(&store, &entered, raw, Some(ExternType::Func(ty))))
    })
}

/// Fails if the host cannot make a function of this type with an engine that has these capabilities.
fn require(has: Capabilities, ty: &FuncType) -> Result<()> {
    // This is the limit that validation sets for functions in modules. An engine aborts beyond it.
    if ty.slots() > 1000 {
        fail!(Invalid, "a function cannot have more than 1000 parameters or results");
    }
    object::require(has, ty.all(), format_args!("a host function {ty}"))
}

/// Returns the extern with its type. Fails if the extern is NULL, not a function, or an opaque reference.
fn as_func(object: Option<&Extern>) -> Result<(&Extern, &FuncType)> {
    let object = non_null(object, "the function")?;
    match &object.ty {
        Some(ExternType::Func(ty)) => return Ok((object, ty)),
        None => {
            // An opaque reference comes from an engine that lacks one of these capabilities.
            let what = "calling a function found in a table or global";
            Active::CAPABILITIES.require(FUNCREF_CALL, Active::NAME, what)?;
            let what = "calling a function found in a table or global, beside a module with functions of vectors,";
            Active::CAPABILITIES.require(V128, Active::NAME, what)?;
        }
        Some(_) => {}
    }
    Err(object::wrong_kind("function", object))
}

/// Calls a function. The slots hold the arguments, and after the call the results. The caller keeps references among
/// the arguments, and deletes function references among the results.
///
/// # Safety
/// The caller guarantees that `values` points to as many slots as the larger of the numbers of parameters and results,
/// and that the first slots hold values of the parameter types. A reference is 0 for null, or else for `funcref` a
/// pointer to a live extern, and for `externref` any number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_func_call(func: Option<&Extern>, values: *mut Value) -> bool {
    entry(|| {
        let (func, ty) = as_func(func)?;
        check_len(values, ty.slots(), "the values")?;
        object::require(func.store.engine.capabilities, ty.all(), format_args!("calling a function {ty}"))?;
        let entered = func.store.enter()?;
        if ty.all().any(ValType::is_ref) {
            // SAFETY: `values` is not NULL if there are slots (`check_len`). The caller guarantees that it then points
            // to as many slots as the type needs, with arguments of the parameter types.
            unsafe { call_with_refs(&entered, func, ty, std::slice::from_raw_parts_mut(values, ty.slots())) }?;
        } else {
            // SAFETY: the caller guarantees that `values` points to as many slots as the type needs, with arguments of
            // the parameter types. The type has no references.
            unsafe { call(&entered, func, ty, values) }?;
        }
        Ok(true)
    })
}

/// Calls a function whose parameters and results are all numbers. Faster than `aw_func_call`.
///
/// # Safety
/// The caller guarantees that all parameters and results are of the types `i32`, `i64`, `f32` and `f64`. The caller
/// guarantees that `values` points to as many slots as the larger of the numbers of parameters and results, and that
/// the first slots hold values of the parameter types.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_func_call_numbers(func: Option<&Extern>, values: *mut Value) -> bool {
    entry(|| {
        let (func, ty) = as_func(func)?;
        check_len(values, ty.slots(), "the values")?;
        // SAFETY: the caller guarantees that the type has only numbers, and that `values` points to as many slots as
        // the type needs, with arguments of the parameter types.
        unsafe { call(&func.store.enter()?, func, ty, values) }?;
        Ok(true)
    })
}

/// Calls a function of the entered store.
///
/// # Safety
/// `values` points to as many slots as the type needs, with the engine's form of arguments of the parameter types.
unsafe fn call(entered: &Entered<'_>, func: &Extern, ty: &FuncType, values: *mut Value) -> Result<()> {
    // SAFETY: `func` is a function of this type in the entered store, since `as_func` returned both. The caller
    // guarantees that `values` points to as many slots as the type needs, with the engine's form of the arguments.
    let call = || unsafe { Active::func_call(entered.raw, func.raw, ty, values) };
    entered.run(func.store.engine.stack, call)
}

/// Calls a function of the entered store, and converts the references among its arguments and results.
///
/// # Safety
/// `slots` are as many as the type needs, with arguments of the parameter types. A `funcref` among them is 0 or points
/// to a live extern.
unsafe fn call_with_refs(entered: &Entered<'_>, func: &Extern, ty: &FuncType, slots: &mut [Value]) -> Result<()> {
    let mut lowered = slots.to_vec();
    // SAFETY: the caller guarantees that the slots hold arguments of the parameter types, and that a `funcref` among
    // them is 0 or points to a live extern.
    unsafe { object::lower_all(&func.store, entered, &ty.params, &mut lowered) }?;
    // SAFETY: `lowered` has as many slots as the type needs, and `lower_all` has put the engine's form of the
    // references in.
    unsafe { call(entered, func, ty, lowered.as_mut_ptr()) }?;
    for ((slot, result), ty) in slots.iter_mut().zip(lowered).zip(&*ty.results) {
        *slot = match ty.is_ref() {
            // SAFETY: the engine has put a reference of this type into `result`, which is lifted only once.
            true => unsafe { object::lift(&func.store, entered, *ty, result) },
            false => result,
        };
    }
    Ok(())
}
