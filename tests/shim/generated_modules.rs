//! Modules that wasm-smith generates: the test compiles, links, instantiates and calls each one through the C layer.
//!
//! `tests/tools/shim.py` generates the modules, which are valid and terminate. The test process ends if an engine
//! aborts.

use crate::support::{compile_bytes, instantiate, ok, store};
use anywasm::abi::engine::{CEngine, aw_engine_new};
use anywasm::abi::error::aw_error_take;
use anywasm::abi::func::{aw_func_call, aw_func_new};
use anywasm::abi::global::{aw_global_get, aw_global_new};
use anywasm::abi::instance::aw_instance_export;
use anywasm::abi::memory::{aw_memory_new, aw_memory_size};
use anywasm::abi::store::CStore;
use anywasm::abi::table::{aw_table_new, aw_table_size};
use anywasm::abi::types::CExternType;
use anywasm::base::error::ErrorKind;
use anywasm::base::types::{ExternType, FuncType};
use anywasm::base::value::Value;
use anywasm::store::object::Extern;
use std::ffi::c_void;
use std::mem::MaybeUninit;

/// The folder of the modules.
const FOLDER: &str = "ANYWASM_SMITH";

#[test]
#[ignore = "needs modules: tests/tools/shim.py generates them and runs this"]
fn no_module_ends_the_process() {
    let folder = std::env::var_os(FOLDER).expect("ANYWASM_SMITH names the folder of the modules");
    let modules: Vec<_> = std::fs::read_dir(folder).expect("the folder is there").map(|file| file.unwrap()).collect();
    let engine = ok(aw_engine_new(None));
    let ran = modules.iter().filter(|file| runs(&engine, &std::fs::read(file.path()).unwrap())).count();
    assert!(ran > modules.len() / 5, "only {ran} of {} modules ran: too few to test the engine", modules.len());
}

/// Returns what a C function returned, and takes the error of a failure, which must not be a panic.
fn expected<T>(returned: Option<T>) -> Option<T> {
    if returned.is_none() {
        let error = aw_error_take().expect("a failure leaves an error");
        assert_ne!(error.kind, ErrorKind::Panic as u32, "a panic was stopped at the border: {}", error.message());
    }
    returned
}

/// Runs one module. Returns whether it was instantiated and its exports were used.
fn runs(engine: &CEngine, wasm: &[u8]) -> bool {
    let Some(module) = expected(compile_bytes(engine, wasm)) else { return false };
    let store = store(engine);
    let info = module.module.info.clone();
    let imports: Option<Vec<_>> = info.imports.iter().map(|import| extern_of(&store, &import.ty)).collect();
    let Some(imports) = imports else { return false };
    let imports: Vec<_> = imports.iter().map(|import| &**import).collect();
    let Some(instance) = expected(instantiate(&store, &module, &imports)) else { return false };
    for index in 0..info.exports.len() {
        if let Some(export) = expected(aw_instance_export(Some(&instance), index)) {
            use_export(&export);
        }
    }
    true
}

/// Returns a new extern of this type. Returns none for a tag, and if the engine refuses the type.
fn extern_of(store: &CStore, ty: &ExternType) -> Option<Box<Extern>> {
    let (c_type, zero) = (CExternType::new(Some(ty)), Value::default());
    // SAFETY: the types outlive the calls, and zero is a value of every type.
    expected(unsafe {
        match ty {
            ExternType::Func(ty) => zeroes(store, ty),
            ExternType::Global(_) => aw_global_new(Some(store), Some(&c_type), Some(&zero)),
            ExternType::Table(_) => aw_table_new(Some(store), Some(&c_type), Some(&zero)),
            ExternType::Memory(_) => aw_memory_new(Some(store), Some(&c_type)),
            ExternType::Tag(_) => return None,
        }
    })
}

/// Returns a host function that returns zeroes.
fn zeroes(store: &CStore, ty: &FuncType) -> Option<Box<Extern>> {
    let env = Box::into_raw(Box::new(ty.slot_count()));
    let (params, results) = (ty.params.as_ptr().cast(), ty.results.as_ptr().cast());
    // SAFETY: a value type is one byte, its code. The callback and the finalizer take a number of slots.
    unsafe {
        let (params_len, results_len) = (ty.params.len(), ty.results.len());
        aw_func_new(Some(store), params, params_len, results, results_len, Some(clear), env.cast(), Some(free))
    }
}

unsafe extern "C" fn clear(env: *mut c_void, values: *mut Value) -> u64 {
    // SAFETY: the environment is the number of slots, which `values` has.
    unsafe { values.write_bytes(0, *env.cast::<usize>()) };
    0
}

unsafe extern "C" fn free(env: *mut c_void) {
    // SAFETY: the environment is the box of `zeroes`, and a finalizer is called once.
    drop(unsafe { Box::from_raw(env.cast::<usize>()) });
}

/// Calls a function, and reads anything else.
fn use_export(object: &Extern) {
    let mut slots = [Value::default(); 64];
    let done = match &object.ty {
        // SAFETY: the slots are enough for the type, and zero is a value of every type.
        Some(ExternType::Func(ty)) if ty.slot_count() <= slots.len() => unsafe {
            aw_func_call(Some(object), slots.as_mut_ptr())
        },
        Some(ExternType::Global(_)) => aw_global_get(Some(object), Some(&mut MaybeUninit::uninit())),
        Some(ExternType::Memory(_)) => aw_memory_size(Some(object)) != u64::MAX,
        Some(ExternType::Table(_)) => aw_table_size(Some(object)) != u64::MAX,
        _ => true,
    };
    expected(done.then_some(()));
}
