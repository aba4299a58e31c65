//! Function references. `wasm.h` has no function that creates a reference to a function and that works on every engine.
//!
//! Therefore a small helper module creates the reference. The helper module imports the function, wraps the function,
//! and exports a global with a reference to the wrapper. The wrapper is necessary because wasmer aborts on a reference
//! to a host function.

use crate::backend::compiling::{self, run_small_compilation};
use crate::backend::stack;
use crate::backend::standard::compiled::RawModule;
use crate::backend::standard::engine_object::EngineObject;
use crate::backend::standard::error::last_error;
use crate::backend::standard::quirks::QUIRKS;
use crate::backend::standard::store::Store;
use crate::backend::standard::{Extern, quirks, trap, value};
use crate::base::capabilities;
use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::base::types::FuncType;
use std::fmt::Write;
use wasm_c_api as c;

/// Returns the function that a reference refers to, as an extern, an object that a module can import. The caller owns
/// the returned extern. Returns null if the engine cannot convert a reference to a function.
///
/// # Safety
/// The reference refers to a function. The reference's store is alive.
pub unsafe fn to_extern(reference: *mut c::wasm_ref_t) -> *mut c::wasm_extern_t {
    if !quirks::CAPABILITIES.has(capabilities::FUNCREF_CALL) {
        return std::ptr::null_mut();
    }
    // SAFETY: the caller guarantees that the reference refers to a function and that the store is alive. The copy stays
    // valid after the original function object is deleted.
    unsafe {
        let func = c::wasm_ref_as_func(reference);
        let raw = c::wasm_extern_copy(c::wasm_func_as_extern(func));
        if QUIRKS.ref_as_func_is_new {
            c::wasm_func_delete(func);
        }
        raw
    }
}

/// Creates a reference to a function of this type. The caller owns the reference.
///
/// Every reference costs an instance of a helper module, which the engine keeps until the store is freed.
pub fn make(store: Store, func: Extern, ty: &FuncType) -> Result<*mut c::wasm_ref_t> {
    let module = helper_module(store.engine(), ty)?;
    // The instantiation needs as much stack as a compilation.
    stack::with_room(compiling::STACK_SIZE, || instantiate(store.raw, func, module))
}

/// Returns the helper module for functions of this type. The engine object keeps the module alive.
fn helper_module(engine: &EngineObject, ty: &FuncType) -> Result<*mut c::wasm_module_t> {
    let mut helpers = engine.helpers.lock();
    if let Some(module) = helpers.get(ty) {
        return Ok(module.raw);
    }
    let refusal = |reason| {
        let text = format!("the engine refused the module that makes a function reference: {reason}");
        Error::new(ErrorKind::Engine, text)
    };
    let wasm = wat::parse_str(helper_module_text(ty)).map_err(|error| refusal(error.to_string()))?;
    let module = run_small_compilation(|| RawModule::compile(engine, &wasm).map_err(refusal))?;
    Ok(helpers.entry(ty.clone()).or_insert(module).raw)
}

fn instantiate(store: *mut c::wasm_store_t, func: Extern, module: *mut c::wasm_module_t) -> Result<*mut c::wasm_ref_t> {
    // SAFETY: the store and the module live, and `func` belongs to the store. The helper module imports one function, of the type of
    // `func`, so the vector of imports fits. The helper module exports one global, so `exports` has one element. Each object is
    // checked for null before its first use, and freed after its last use.
    unsafe {
        let mut import = func.raw;
        let imports = c::wasm_extern_vec_t { size: 1, data: &mut import };
        let mut error = std::ptr::null_mut();
        let instance = c::wasm_instance_new(store, module, &imports, &mut error);
        if !error.is_null() {
            return Err(trap::into_error(error));
        }
        if instance.is_null() {
            fail!(Engine, "the engine refused to make a function reference: {}", last_error());
        }
        let mut exports: c::wasm_extern_vec_t = std::mem::zeroed();
        c::wasm_instance_exports(instance, &mut exports);
        let mut value = std::mem::zeroed();
        c::wasm_global_get(c::wasm_extern_as_global(*exports.data), &mut value);
        c::wasm_extern_vec_delete(&mut exports);
        c::wasm_instance_delete(instance);
        Ok(value::from_c(&value).bits() as *mut c::wasm_ref_t)
    }
}

/// Returns the text of the helper module that creates references to functions of this type.
fn helper_module_text(ty: &FuncType) -> String {
    let mut signature = String::new();
    ty.params.iter().for_each(|ty| write!(signature, "(param {ty})").expect("writing to a string never fails"));
    ty.results.iter().for_each(|ty| write!(signature, "(result {ty})").expect("writing to a string never fails"));
    let args: String = (0..ty.params.len()).map(|index| format!("(local.get {index})")).collect();
    format!(
        r#"(module (import "" "" (func $import {signature}))
             (func $wrapper {signature} (call $import {args}))
             (global (export "ref") funcref (ref.func $wrapper)))"#
    )
}
