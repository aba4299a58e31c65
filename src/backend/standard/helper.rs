//! Helper modules: small modules of the shim itself, for what WebAssembly can do and `wasm.h` cannot.

use crate::backend::compiling::{self, run_small_compilation};
use crate::backend::stack;
use crate::backend::standard::compiled::RawModule;
use crate::backend::standard::engine_object::EngineObject;
use crate::backend::standard::error::last_error;
use crate::backend::standard::store::Store;
use crate::backend::standard::trap;
use crate::base::error::{Error, ErrorKind, Result, fail};
use wasm_c_api as c;

/// An instance of a helper module. The engine may keep it as long as the store.
pub struct Helper {
    instance: *mut c::wasm_instance_t,
    exports: c::wasm_extern_vec_t,
}

impl Helper {
    /// Instantiates the helper module with this text. The text imports these objects in this order, functions first, then
    /// tables, then globals. The names of its exports have the order of its exports, because some engines sort them.
    pub fn new(store: Store, text: &str, imports: &[*mut c::wasm_extern_t]) -> Result<Self> {
        let module = compiled(store.engine(), text)?;
        // The instantiation needs as much stack as a compilation.
        stack::with_room(compiling::STACK_SIZE, || Self::instantiate(store, module, imports))
    }

    /// Instantiates the helper module with this text, which imports nothing, and which no other helper has.
    pub fn unshared(store: Store, text: &str) -> Result<Self> {
        let module = compile(store.engine(), text)?;
        stack::with_room(compiling::STACK_SIZE, || Self::instantiate(store, module.raw, &[]))
    }

    fn instantiate(store: Store, module: *mut c::wasm_module_t, imports: &[*mut c::wasm_extern_t]) -> Result<Self> {
        let imports = c::wasm_extern_vec_t { size: imports.len(), data: imports.as_ptr().cast_mut() };
        // SAFETY: the store and the module live, and the imports belong to the store. They are what the text of the
        // module imports. The engine borrows the imports during the call. This function owns a returned trap.
        unsafe {
            let mut trap = std::ptr::null_mut();
            let instance = c::wasm_instance_new(store.raw, module, &imports, &mut trap);
            if !trap.is_null() {
                return Err(trap::into_error(trap));
            }
            if instance.is_null() {
                fail!(Engine, "the engine refused a helper module: {}", last_error());
            }
            let mut exports = std::mem::zeroed();
            c::wasm_instance_exports(instance, &mut exports);
            Ok(Self { instance, exports })
        }
    }

    /// Returns the export at `index`. It is valid as long as the helper.
    pub fn export(&self, index: usize) -> *mut c::wasm_extern_t {
        assert!(index < self.exports.size, "a helper module lacks an export");
        // SAFETY: the index is in range, and the exports live as long as `self`.
        unsafe { *self.exports.data.add(index) }
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        // SAFETY: `self` owns the instance and its exports.
        unsafe {
            c::wasm_extern_vec_delete(&mut self.exports);
            c::wasm_instance_delete(self.instance);
        }
    }
}

/// Returns the helper module with this text. The engine object keeps the module alive.
fn compiled(engine: &EngineObject, text: &str) -> Result<*mut c::wasm_module_t> {
    let mut helpers = engine.helpers.lock();
    if let Some(module) = helpers.get(text) {
        return Ok(module.raw);
    }
    let module = compile(engine, text)?;
    Ok(helpers.entry(text.to_owned()).or_insert(module).raw)
}

fn compile(engine: &EngineObject, text: &str) -> Result<RawModule> {
    let refusal = |reason| Error::new(ErrorKind::Engine, format!("the engine refused a helper module: {reason}"));
    let wasm = wat::parse_str(text).map_err(|error| refusal(error.to_string()))?;
    run_small_compilation(|| RawModule::compile(engine, &wasm).map_err(refusal))
}
