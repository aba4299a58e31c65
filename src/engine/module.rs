//! Compiled modules, with their imports, exports and names.

use crate::backend::compiling::compiling;
use crate::backend::trusted::TrustedBytes;
use crate::backend::{Active, Backend, EngineOps, ModuleOps};
use crate::base::capabilities;
use crate::base::error::{Result, fail};
use crate::base::types::MemoryType;
use crate::engine::Engine;
use crate::engine::version;
use crate::wasm::envelope::{self, Envelope};
use crate::wasm::module_info::{self, ModuleInfo};
use crate::wasm::start;
use std::sync::Arc;

/// A compiled module.
pub struct Module {
    /// The engine's module. Declared before `engine`, so it is dropped first.
    pub raw: <Active as Backend>::Module,
    /// Imports, exports, names.
    pub info: Arc<ModuleInfo>,
    /// The engine that compiled it.
    pub engine: Arc<Engine>,
    /// The binary that a serialized module carries: without function bodies, if the engine can serialize compiled code
    /// and the module has no start function; else the whole binary. [`Module::deferred`] needs the bodies.
    wasm: Vec<u8>,
}

impl Module {
    /// Validates and compiles a binary module.
    pub fn new(engine: Arc<Engine>, wasm: &[u8]) -> Result<Self> {
        Self::validate(&engine, wasm)?;
        let info = Arc::new(ModuleInfo::parse(wasm)?);
        Self::check_sizes(&info)?;
        let raw = engine.make_module(|| compiling(|| Active::module_new(&engine.raw, wasm)))?;
        let serializes = engine.capabilities.has(capabilities::SERIALIZE);
        let wasm = if serializes && !info.has_start { envelope::without_code(wasm) } else { wasm.to_vec() };
        Ok(Self { raw, info, engine, wasm })
    }

    /// Fails with the reason if `wasm` is not a module that the engine can compile.
    pub fn validate(engine: &Engine, wasm: &[u8]) -> Result<()> {
        module_info::validate(wasm, engine.features, Active::max_features(), Active::NAME)
    }

    /// Fails if a memory or table has a valid size beyond the engine's limits: the engine would abort.
    fn check_sizes(info: &ModuleInfo) -> Result<()> {
        let max = Active::MAX_MEMORY_PAGES;
        let pages = |ty: &MemoryType| ty.limits.max.unwrap_or(0).max(ty.limits.min);
        if let Some(pages) = info.memories.iter().map(pages).find(|pages| *pages > max) {
            fail!(
                Unsupported,
                "the engine `{}` cannot have a memory of {pages} pages: {max} is the most",
                Active::NAME
            );
        }
        let max = Active::MAX_TABLE_ELEMENTS;
        if let Some(size) = info.tables.iter().map(|ty| ty.limits.min).find(|size| *size > max) {
            fail!(
                Unsupported,
                "the engine `{}` cannot have a table of {size} elements: {max} is the most",
                Active::NAME
            );
        }
        Ok(())
    }

    /// Compiles the module again, without a start section and with its start function as the last export. The host calls
    /// that export after instantiation.
    pub fn deferred(&self) -> Result<Self> {
        Self::new(self.engine.clone(), &start::defer_start(&self.wasm)?)
    }

    /// Returns the module as bytes for [`Module::deserialize`].
    pub fn serialize(&self) -> Result<Vec<u8>> {
        let code = if self.engine.capabilities.has(capabilities::SERIALIZE) {
            Active::module_serialize(&self.raw)?
        } else {
            Vec::new()
        };
        Envelope { stamp: version::stamp(&self.engine).as_bytes(), wasm: &self.wasm, code: &code }.seal()
    }

    /// Loads a module from bytes that [`Module::serialize`] returned. Fails if the bytes are damaged, or come from
    /// another engine, version or machine, or from an engine with other options.
    pub fn deserialize(engine: Arc<Engine>, bytes: TrustedBytes<'_>) -> Result<Self> {
        let parts = Envelope::open(bytes.bytes())?;
        parts.check_stamp(&version::stamp(&engine))?;
        if parts.code.is_empty() {
            if engine.capabilities.has(capabilities::SERIALIZE) {
                fail!(Incompatible, "the serialized module has no code for this engine: compile it again");
            }
            return Self::new(engine, parts.wasm);
        }
        let info = Arc::new(ModuleInfo::parse(parts.wasm)?.forget_bodies());
        let code = bytes.part(parts.code)?;
        let raw = engine.make_module(|| Active::module_deserialize(&engine.raw, code))?;
        Ok(Self { raw, info, engine, wasm: parts.wasm.to_vec() })
    }
}
