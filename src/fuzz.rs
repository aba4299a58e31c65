//! Modules that nobody wrote, through the whole C layer: compiled, linked, instantiated and called.
//!
//! tests/tools makes them with wasm-smith: valid modules that end by themselves. An engine that aborts ends the test, so
//! that passing means that it did not.

use crate::abi::error::{aw_error_delete, aw_error_take};
use crate::abi::types::CExternType;
use crate::abi::{engine, externs, func, global, instance, memory, module, store, table};
use crate::object::Extern;
use crate::types::{ExternType, FuncType};
use crate::value::Value;
use std::ffi::c_void;
use std::ptr::null;

/// The folder of the modules.
const FOLDER: &str = "ANYWASM_SMITH";

#[test]
#[ignore = "needs modules: tests/tools/shim.py makes them and runs this"]
fn no_module_ends_the_process() {
    let folder = std::env::var_os(FOLDER).expect("ANYWASM_SMITH names the folder of the modules");
    let modules: Vec<_> = std::fs::read_dir(folder).expect("the folder is there").map(|file| file.unwrap()).collect();
    // SAFETY: the C layer is used by its rules: what it gives is deleted, and slots are as many as the types say.
    let ran = unsafe {
        let engine = engine::aw_engine_new(null());
        let run = |wasm: Vec<u8>| one(engine, &wasm).is_some();
        let ran = modules.iter().filter(|file| run(std::fs::read(file.path()).unwrap())).count();
        engine::aw_engine_delete(engine);
        ran
    };
    assert!(ran > modules.len() / 5, "only {ran} of {} modules ran: the test tests too little", modules.len());
}

/// One module; none where it stops before anything is called.
unsafe fn one(engine: *const crate::engine::Engine, wasm: &[u8]) -> Option<()> {
    // SAFETY: as above.
    unsafe {
        let module = module::aw_module_new(engine, wasm.as_ptr(), wasm.len());
        if module.is_null() {
            discard_error();
            return None;
        }
        let store = store::aw_store_new(engine);
        let info = (&*module).module.info.clone();
        let imports: Vec<_> = info.imports.iter().map(|import| extern_of(store, &import.ty)).collect();
        let given: Vec<_> = imports.iter().map(|import| import.cast_const()).collect();
        let complete = imports.iter().all(|import| !import.is_null());
        let mut outcome = None;
        if complete {
            let instance = instance::aw_instance_new(store, module, given.as_ptr(), given.len());
            if instance.is_null() {
                discard_error();
            } else {
                outcome = Some(());
                (0..info.exports.len()).for_each(|index| use_export(instance, index));
            }
            instance::aw_instance_delete(instance);
        }
        imports.into_iter().for_each(|import| externs::aw_extern_delete(import));
        module::aw_module_delete(module);
        store::aw_store_delete(store);
        outcome
    }
}

unsafe fn extern_of(store: *const crate::store::Store, ty: &ExternType) -> *mut Extern {
    let raw = CExternType::of(Some(ty));
    let zero = Value::default();
    // SAFETY: the types outlive the calls; the callback writes nothing, and zero is a value of every type.
    let object = unsafe {
        match ty {
            ExternType::Func(FuncType { params, results }) => func::aw_func_new(
                store,
                params.as_ptr().cast(),
                params.len(),
                results.as_ptr().cast(),
                results.len(),
                clear,
                Box::into_raw(Box::new(params.len().max(results.len()))).cast(),
                Some(free),
            ),
            ExternType::Global(_) => global::aw_global_new(store, &raw, &zero),
            ExternType::Table(_) => table::aw_table_new(store, &raw, &zero),
            ExternType::Memory(_) => memory::aw_memory_new(store, &raw),
            ExternType::Tag(_) => return std::ptr::null_mut(),
        }
    };
    if object.is_null() {
        // SAFETY: as above.
        unsafe { discard_error() }
    }
    object
}

/// A host function that returns zeroes.
unsafe extern "C" fn clear(env: *mut c_void, values: *mut Value) -> u64 {
    // SAFETY: the environment is the number of slots, which `values` has.
    unsafe { values.write_bytes(0, *env.cast::<usize>()) };
    0
}

unsafe extern "C" fn free(env: *mut c_void) {
    // SAFETY: the box that `extern_of` gave away, once.
    drop(unsafe { Box::from_raw(env.cast::<usize>()) });
}

unsafe fn use_export(instance: *const crate::object::Instance, index: usize) {
    // SAFETY: as above; slots are enough for the type, and zero is a value of every type.
    unsafe {
        let object = instance::aw_instance_export(instance, index);
        if object.is_null() {
            return discard_error();
        }
        let mut slots = vec![Value::default(); 64];
        let done = match &(&*object).ty {
            Some(ExternType::Func(ty)) if ty.slots() <= slots.len() => func::aw_func_call(object, slots.as_mut_ptr()),
            Some(ExternType::Global(_)) => global::aw_global_get(object, slots.as_mut_ptr()),
            Some(ExternType::Memory(_)) => memory::aw_memory_size(object) != u64::MAX,
            Some(ExternType::Table(_)) => table::aw_table_size(object) != u64::MAX,
            _ => true,
        };
        if !done {
            discard_error();
        }
        externs::aw_extern_delete(object);
    }
}

unsafe fn discard_error() {
    let error = aw_error_take();
    assert!(!error.is_null(), "a failure without an error");
    // SAFETY: just given to us.
    unsafe {
        assert_ne!((*error).kind, crate::error::Kind::Panic as u32, "a panic was stopped at the border");
        aw_error_delete(error);
    }
}
