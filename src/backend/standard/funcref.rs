//! Function references. `wasm.h` has no function that creates a reference to a function and that works on every engine.
//!
//! Therefore a small helper module creates the reference. The helper module imports the function, wraps the function,
//! and exports a global with a reference to the wrapper. The wrapper is necessary because wasmer aborts on a reference
//! to a host function.

use crate::backend::standard::helper::Helper;
use crate::backend::standard::quirks::QUIRKS;
use crate::backend::standard::store::Store;
use crate::backend::standard::{Extern, border, quirks, value};
use crate::base::capabilities;
use crate::base::error::Result;
use crate::base::types::FuncType;
use wasm_c_api as c;

/// Returns the function that a reference refers to, as an extern, an object that a module can import. The caller owns
/// the returned extern. Returns null if the engine cannot convert a reference to a function.
///
/// # Safety
/// The reference refers to a function. The reference's store is alive.
pub unsafe fn to_extern(store: Store, reference: *mut c::wasm_ref_t) -> *mut c::wasm_extern_t {
    if !quirks::CAPABILITIES.has(capabilities::FUNCREF_CALL) {
        return std::ptr::null_mut();
    }
    if let Some(ref_to_func) = QUIRKS.ref_to_func {
        // SAFETY: the caller guarantees that the reference refers to a function of the store, and that both are alive.
        return unsafe { ref_to_func(store.raw, reference) };
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
    let helper = Helper::new(store, &helper_module_text(ty), &[func.raw])?;
    // SAFETY: the helper module exports a global, whose value is read. The reference in the value belongs to the caller.
    unsafe {
        let mut value = std::mem::zeroed();
        c::wasm_global_get(c::wasm_extern_as_global(helper.export(0)), &mut value);
        Ok(value::from_c(&value).bits() as *mut c::wasm_ref_t)
    }
}

/// Returns the text of the helper module that creates references to functions of this type.
fn helper_module_text(ty: &FuncType) -> String {
    let signature = border::signature_text(ty);
    let args: String = (0..ty.params.len()).map(|index| format!("(local.get {index})")).collect();
    format!(
        r#"(module (import "" "" (func $import {signature}))
             (func $wrapper {signature} (call $import {args}))
             (global (export "ref") funcref (ref.func $wrapper)))"#
    )
}
