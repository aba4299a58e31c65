//! C functions for WebAssembly functions: creating host functions, and calling functions.

use crate::abi::store::CStore;
use crate::abi::{box_for_c, catch_errors, reference, types};
use crate::backend::{Backend, FuncOps, LinkedBackend};
use crate::base::capabilities::{FUNCREF_CALL, V128};
use crate::base::error::{Error, Result, fail};
use crate::base::pointer::{check_len, non_null};
use crate::base::types::{ExternType, FuncType, ValType};
use crate::base::value::Value;
use crate::store::host::{self, HostCall};
use crate::store::object::{self, Extern};
use crate::store::{Entered, Store};
use std::ffi::c_void;

/// Callback of a host function. `env` is the environment that was passed to `aw_func_new`. `slots` points to the
/// arguments, which the callback replaces by the results. The callback returns 0 for success. Any other number is a
/// token, by which the host finds its own error: the error of the call into WebAssembly contains the token.
///
/// The callback owns each function reference among the arguments, and deletes the reference. The callback also owns
/// each function reference among the results, and deletes the reference in a later call at the earliest, because the
/// shim reads the results after the callback has returned.
pub type HostCallback = Option<unsafe extern "C" fn(env: *mut c_void, slots: *mut Value) -> u64>;

/// Function that frees the environment of a callback. NULL means that there is nothing to free.
pub type Finalizer = Option<unsafe extern "C" fn(env: *mut c_void)>;

/// The environment of a callback, together with the function that frees the environment.
pub struct Environment {
    data: *mut c_void,
    finalizer: Finalizer,
}

impl Environment {
    /// Takes ownership of the environment `data`: when the returned value is dropped, the value calls the finalizer.
    ///
    /// # Safety
    /// The finalizer may be called once with `data`, at any time and on any thread.
    pub unsafe fn new(data: *mut c_void, finalizer: Finalizer) -> Self {
        Self { data, finalizer }
    }

    /// Returns the pointer that the shim passes to the callback as `env`.
    pub fn data(&self) -> *mut c_void {
        self.data
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        if let Some(finalizer) = self.finalizer {
            // SAFETY: the caller of `Environment::new` guarantees that the finalizer may be called once with this data,
            // at any time and on any thread. Rust calls `drop` only once.
            unsafe { finalizer(self.data) }
        }
    }
}

/// A host function that calls a C callback.
struct CallbackFunc {
    callback: unsafe extern "C" fn(env: *mut c_void, slots: *mut Value) -> u64,
    env: Environment,
    ty: FuncType,
    /// Whether a parameter or result is a reference. References in slots need lifting (from the engine's form to the
    /// form that C uses) and lowering (the reverse).
    has_refs: bool,
}

impl CallbackFunc {
    /// Calls the C callback. References among the arguments are already lifted, and references among the results are
    /// not lowered yet.
    fn call_back(&self, slots: &mut [Value]) -> Result<()> {
        // SAFETY: the caller of `aw_func_new` guarantees that the callback may be called with this environment, and
        // with as many slots as the function's type needs. The engine passed as many slots as the type needs, with
        // arguments of the parameter types. References among the arguments are already lifted.
        match unsafe { (self.callback)(self.env.data, slots.as_mut_ptr()) } {
            0 => Ok(()),
            token => Err(Error::host(token)),
        }
    }
}

impl HostCall for CallbackFunc {
    fn call(&self, store: &Store, slots: &mut [Value]) -> Result<()> {
        if !self.has_refs {
            return self.call_back(slots);
        }
        let store = store.shared()?;
        let entered = store.enter()?;
        for (slot, ty) in slots.iter_mut().zip(self.ty.params.iter()).filter(|(_, ty)| ty.is_ref()) {
            // SAFETY: the engine filled the slot with a reference of this type, and the loop lifts each slot only once.
            *slot = unsafe { reference::lift(&store, &entered, *ty, *slot) };
        }
        drop(entered);
        self.call_back(slots)?;
        let entered = store.enter()?;
        // SAFETY: the caller of `aw_func_new` guarantees that the callback stores references of the result types in the
        // slots. The caller also guarantees that the callback deletes no result before a later call, so the references
        // are live.
        unsafe { reference::lower_all(&store, &entered, &self.ty.results, slots) }
    }

    fn discard(&self, store: &Store, slots: &[Value]) -> Result<()> {
        // SAFETY: the callback has not run, so the slots still hold the arguments as the engine passed them. Nobody
        // uses the slots after this call.
        unsafe { reference::discard_all(&store.enter()?, &self.ty.params, slots) };
        Ok(())
    }
}

/// Returns a new host function. The caller deletes the extern. The function itself lives until the store no longer
/// needs the function.
///
/// `finalizer` may be NULL. A finalizer that is not NULL is called once with `env`, when the store frees the function.
/// If `aw_func_new` fails, `aw_func_new` calls the finalizer before it returns.
///
/// # Safety
/// The caller guarantees that `params` points to `params_len` codes of value types, and that `results` points to
/// `results_len` codes of value types. The caller guarantees that `callback` and `finalizer` may be called with `env`
/// from any thread that uses the store.
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
    // The `Environment` is created before anything can fail, because its `drop` calls the finalizer, also if this
    // function fails.
    // SAFETY: the caller guarantees that the finalizer may be called with `env` from any thread that uses the store.
    let env = unsafe { Environment::new(env, finalizer) };
    catch_errors(|| {
        let callback = non_null(callback, "the callback")?;
        // SAFETY: the caller guarantees that `params` points to `params_len` bytes, and `results` to `results_len`
        // bytes. The call only reads the bytes.
        let ty = unsafe { types::func_type(params, params_len, results, results_len) }?;
        let store = &non_null(store, "the store")?.0;
        // Validation applies the same limit to functions in modules. An engine aborts if a host function exceeds the
        // limit.
        if ty.slot_count() > FuncType::MAX_ARITY {
            fail!(Invalid, "a function cannot have more than {} parameters or results", FuncType::MAX_ARITY);
        }
        object::require(store.engine.capabilities, ty.all_types(), format_args!("a host function {ty}"))?;
        let has_refs = ty.all_types().any(ValType::is_ref);
        let func = CallbackFunc { callback, env, ty: ty.clone(), has_refs };
        box_for_c(host::new_func(store, &store.enter()?, ty, func)?)
    })
}

/// Returns the extern and its function type. Fails if the extern is NULL, not a function, or an opaque reference.
fn as_func(object: Option<&Extern>) -> Result<(&Extern, &FuncType)> {
    let object = non_null(object, "the function")?;
    match &object.ty {
        Some(ExternType::Func(ty)) => return Ok((object, ty)),
        None => {
            // The extern is an opaque reference: a function whose type the engine does not report. Only an engine
            // without the capability `funcref_call` or without `v128` creates opaque references, so one of the checks
            // fails.
            let feature = "calling a function found in a table or global";
            LinkedBackend::CAPABILITIES.require(FUNCREF_CALL, LinkedBackend::NAME, feature)?;
            let feature = "calling a function found in a table or global, in a store with a module that has functions of vectors,";
            LinkedBackend::CAPABILITIES.require(V128, LinkedBackend::NAME, feature)?;
        }
        Some(_) => {}
    }
    Err(object::wrong_kind("function", object))
}

/// Calls a function. Before the call, the slots hold the arguments. After the call, the slots hold the results. The
/// caller still owns the function references among the arguments. The caller also owns the function references among
/// the results, and deletes these references.
///
/// # Safety
/// The caller guarantees that `slots` points to as many slots as the function has parameters or results, whichever
/// number is larger. The caller guarantees that the first slots hold values of the parameter types. A null reference is
/// 0. Any other `funcref` is a pointer to a live extern. Any other `externref` is a number that the host chooses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_func_call(func: Option<&Extern>, slots: *mut Value) -> bool {
    catch_errors(|| {
        let (func, ty) = as_func(func)?;
        check_len(slots, ty.slot_count(), "the values")?;
        object::require(func.store.engine.capabilities, ty.all_types(), format_args!("calling a function {ty}"))?;
        let entered = func.store.enter()?;
        if ty.all_types().any(ValType::is_ref) {
            // SAFETY: the type needs at least one slot, so `check_len` has checked that `slots` is not NULL. The caller
            // guarantees that `slots` points to as many slots as the type needs, and that the slots hold arguments of
            // the parameter types.
            unsafe { call_with_refs(&entered, func, ty, std::slice::from_raw_parts_mut(slots, ty.slot_count())) }?;
        } else {
            // SAFETY: the caller guarantees that `slots` points to as many slots as the type needs, and that the slots
            // hold arguments of the parameter types. The arguments need no lowering, because the type has no
            // references.
            unsafe { call(&entered, func, ty, slots) }?;
        }
        Ok(true)
    })
}

/// Calls a function whose parameters and results are all numbers. Faster than `aw_func_call`, because the call does not
/// look for references and vectors in the type.
///
/// # Safety
/// The caller guarantees that all parameters and results are of the types `i32`, `i64`, `f32` and `f64`. The caller
/// guarantees that `slots` points to as many slots as the function has parameters or results, whichever number is
/// larger. The caller guarantees that the first slots hold values of the parameter types.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_func_call_numbers(func: Option<&Extern>, slots: *mut Value) -> bool {
    catch_errors(|| {
        let (func, ty) = as_func(func)?;
        check_len(slots, ty.slot_count(), "the values")?;
        // SAFETY: the caller guarantees that the type has only numbers, so the arguments need no lowering. The caller
        // guarantees that `slots` points to as many slots as the type needs, and that the slots hold arguments of the
        // parameter types.
        unsafe { call(&func.store.enter()?, func, ty, slots) }?;
        Ok(true)
    })
}

/// Calls a function of the entered store with lowered arguments: references among the arguments have the engine's form.
///
/// # Safety
/// `slots` points to as many slots as the type needs. The slots hold lowered arguments of the parameter types.
unsafe fn call(entered: &Entered<'_>, func: &Extern, ty: &FuncType, slots: *mut Value) -> Result<()> {
    // SAFETY: `func` is a function of type `ty` in the entered store, because `as_func` returned both. The caller
    // guarantees that `slots` points to as many slots as the type needs, and that the slots hold lowered arguments.
    let call = || unsafe { LinkedBackend::func_call(entered.raw, &func.raw, ty, slots) };
    entered.run(func.store.engine.guest_stack_size, call)
}

/// Calls a function of the entered store. Lowers the references among the arguments (converts them to the engine's
/// form), and lifts the references among the results (converts them back).
///
/// # Safety
/// `slots` has as many slots as the type needs, and holds arguments of the parameter types. A `funcref` among the
/// arguments is 0 or points to a live extern.
unsafe fn call_with_refs(entered: &Entered<'_>, func: &Extern, ty: &FuncType, slots: &mut [Value]) -> Result<()> {
    entered.check_nesting()?;
    let mut lowered = slots.to_vec();
    // SAFETY: the caller guarantees that the slots hold arguments of the parameter types, and that a `funcref` among
    // the arguments is 0 or points to a live extern.
    unsafe { reference::lower_all(&func.store, entered, &ty.params, &mut lowered) }?;
    // SAFETY: `lowered` has as many slots as the type needs. `lower_all` has lowered the references among the
    // arguments.
    unsafe { call(entered, func, ty, lowered.as_mut_ptr()) }?;
    for ((slot, result), ty) in slots.iter_mut().zip(lowered).zip(&*ty.results) {
        *slot = match ty.is_ref() {
            // SAFETY: the engine has stored a reference of this type in `result`. The loop lifts each result only once.
            true => unsafe { reference::lift(&func.store, entered, *ty, result) },
            false => result,
        };
    }
    Ok(())
}
