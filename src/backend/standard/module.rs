//! Functions for compiled modules.

use crate::backend::ModuleOps;
use crate::backend::compiling::run_small_compilation;
use crate::backend::standard::Standard;
use crate::backend::standard::compiled::{Compiled, RawModule, borrow};
use crate::backend::standard::engine::Engine;
use crate::backend::standard::engine_object::EngineObject;
use crate::backend::standard::error::last_error;
use crate::backend::standard::quirks::{CodeLifetime, QUIRKS};
use crate::backend::trusted::TrustedBytes;
use crate::base::error::{Error, ErrorKind, Result, fail};
use parking_lot::Mutex;
use std::sync::{Arc, Weak};
use wasm_c_api as c;

/// A module. If the engine object is replaced from time to time ([`CodeLifetime::ReplacedEngine`]), the module is
/// compiled once for each engine object that needs it.
pub struct Module {
    code: Mutex<Code>,
    /// The module in the binary format, for compiling it again.
    wasm: Arc<[u8]>,
}

struct Code {
    /// The module for the newest engine object that needed it.
    newest: Arc<Compiled>,
    /// The module for older engine objects. Stores own these: see [`Store`](crate::backend::standard::store::Store).
    older: Vec<Weak<Compiled>>,
}

impl Module {
    fn new(engine: &Engine, compiled: Compiled, wasm: Arc<[u8]>) -> Result<Self> {
        let engine_of_stores = engine.current()?;
        // SAFETY: both objects are alive, and the engine created them.
        unsafe { (QUIRKS.register_types)(engine_of_stores.raw(), compiled.raw()) };
        Ok(Self { code: Mutex::new(Code { newest: Arc::new(compiled), older: Vec::new() }), wasm })
    }

    /// Returns the module for stores of this engine object. Compiles the module if necessary.
    pub fn for_engine(&self, engine: &Arc<EngineObject>) -> Result<Arc<Compiled>> {
        let code = &mut *self.code.lock();
        let fits = |compiled: &Arc<Compiled>| Arc::ptr_eq(&compiled.engine, engine);
        if QUIRKS.code_lifetime != CodeLifetime::ReplacedEngine || fits(&code.newest) {
            return Ok(code.newest.clone());
        }
        code.older.retain(|compiled| compiled.strong_count() > 0);
        if let Some(compiled) = code.older.iter().filter_map(Weak::upgrade).find(fits) {
            return Ok(compiled);
        }
        let compile = |engine: &EngineObject| RawModule::compile(engine, &self.wasm).map_err(refusal);
        let make = |engine: &EngineObject| run_small_compilation(|| compile(engine));
        let compiled = Arc::new(Compiled::new(engine.clone(), self.wasm.len(), make)?);
        if engine.serial() > code.newest.engine.serial() {
            let former = std::mem::replace(&mut code.newest, compiled.clone());
            code.older.push(Arc::downgrade(&former));
        } else {
            code.older.push(Arc::downgrade(&compiled));
        }
        Ok(compiled)
    }
}

fn refusal(reason: String) -> Error {
    Error::new(ErrorKind::Malformed, format!("the engine refused the module: {reason}"))
}

impl ModuleOps for Standard {
    fn module_new(engine: &Engine, wasm: &Arc<[u8]>) -> Result<Module> {
        let compile = |engine: &EngineObject| RawModule::compile(engine, wasm).map_err(refusal);
        Module::new(engine, Compiled::new(engine.for_module()?, wasm.len(), compile)?, wasm.clone())
    }

    fn module_serialize(module: &Module) -> Result<Vec<u8>> {
        let compiled = module.code.lock().newest.clone();
        // SAFETY: the engine fills the vector. An engine that fails may leave the vector untouched, so the vector
        // starts as zeroes. The bytes are copied before the vector is freed.
        unsafe {
            let mut vec: c::wasm_byte_vec_t = std::mem::zeroed();
            c::wasm_module_serialize(compiled.raw() as _, &mut vec);
            if vec.data.is_null() {
                fail!(Engine, "the module could not be serialized: {}", last_error());
            }
            let bytes = std::slice::from_raw_parts(vec.data.cast::<u8>(), vec.size).to_vec();
            c::wasm_byte_vec_delete(&mut vec);
            Ok(bytes)
        }
    }

    fn module_deserialize(engine: &Engine, code: TrustedBytes<'_>) -> Result<Module> {
        // SAFETY: the host guarantees that this version of this engine serialized the code (see `TrustedBytes`). The
        // engine reads the bytes only during the call.
        let load = |store| unsafe { c::wasm_module_deserialize(store, &borrow(code.bytes())) };
        let load = |engine: &EngineObject| {
            RawModule::new(engine, load).map_err(|reason| {
                Error::new(ErrorKind::Incompatible, format!("the engine refused its own module: {reason}"))
            })
        };
        // An engine that serializes code never compiles a module again.
        Module::new(engine, Compiled::new(engine.for_module()?, 0, load)?, Arc::default())
    }
}
