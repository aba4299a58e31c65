//! Function references: `wasm.h` has no way from a function to a reference that works on every engine.
//!
//! So WebAssembly makes it: a small module imports the function, wraps it and exports a reference to the wrapper in a
//! global. (The wrapper, since one engine aborts on references to host functions themselves.)

use crate::backend::standard::engine::last_error;
use crate::backend::standard::{Object, quirks, trap, value};
use crate::base::capabilities;
use crate::base::compiling::{self, compiling};
use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::base::stack;
use crate::base::types::FuncType;
use std::fmt::Write;
use wasm_c_api as c;

/// What a reference to a function stands for, owned by the caller; null where the engine does not tell.
///
/// # Safety
/// The reference is one to a function, and its store lives.
pub unsafe fn to_extern(reference: *mut c::wasm_ref_t) -> *mut c::wasm_extern_t {
    if !quirks::CAPABILITIES.has(capabilities::FUNCREF_CALL) {
        return std::ptr::null_mut();
    }
    // SAFETY: the caller's promise; the copy lives on without the function it is made from.
    unsafe {
        let func = c::wasm_ref_as_func(reference);
        let raw = c::wasm_extern_copy(c::wasm_func_as_extern(func));
        if quirks::REF_AS_FUNC_IS_NEW {
            c::wasm_func_delete(func);
        }
        raw
    }
}

/// A reference to a function of this type, owned by the caller.
pub fn make(store: *mut c::wasm_store_t, func: Object, ty: &FuncType) -> Result<*mut c::wasm_ref_t> {
    let wasm = wat::parse_str(helper(ty)).map_err(|e| Error::new(ErrorKind::Engine, e.to_string()))?;
    // Instantiating needs room too, as compiling does.
    stack::with_room(compiling::STACK, || instantiate(store, func, compile(store, &wasm)?))
}

/// A pointer for another thread.
struct Lent<T>(*mut T);
// SAFETY: the thread that lends it waits for the other one.
unsafe impl<T> Send for Lent<T> {}

fn compile(store: *mut c::wasm_store_t, wasm: &[u8]) -> Result<*mut c::wasm_module_t> {
    let store = Lent(store);
    let module = compiling(move || {
        let Lent(store) = { store };
        let bytes = c::wasm_byte_vec_t { size: wasm.len(), data: wasm.as_ptr().cast_mut().cast() };
        // SAFETY: the store lives, and the bytes are only read.
        let module = unsafe { c::wasm_module_new(store, &bytes) };
        if module.is_null() {
            fail!(Engine, "the engine refused the module that makes a function reference: {}", last_error());
        }
        Ok(Lent(module))
    })?;
    Ok(module.0)
}

fn instantiate(store: *mut c::wasm_store_t, func: Object, module: *mut c::wasm_module_t) -> Result<*mut c::wasm_ref_t> {
    // SAFETY: a chain of engine objects, each checked for null before use and freed in turn; the module imports one
    // function of this very type and exports one global.
    unsafe {
        let mut import = func.raw;
        let imports = c::wasm_extern_vec_t { size: 1, data: &mut import };
        let mut error = std::ptr::null_mut();
        let instance = c::wasm_instance_new(store, module, &imports, &mut error);
        c::wasm_module_delete(module);
        if !error.is_null() {
            return Err(trap::take(error));
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

fn helper(ty: &FuncType) -> String {
    let mut signature = String::new();
    ty.params.iter().for_each(|ty| write!(signature, "(param {ty})").expect("a string takes all"));
    ty.results.iter().for_each(|ty| write!(signature, "(result {ty})").expect("a string takes all"));
    let args: String = (0..ty.params.len()).map(|index| format!("(local.get {index})")).collect();
    format!(
        r#"(module (import "" "" (func $import {signature}))
             (func $wrapper {signature} (call $import {args}))
             (global (export "ref") funcref (ref.func $wrapper)))"#
    )
}
