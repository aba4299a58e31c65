//! A compiled module and what it says about itself.

use crate::backend::{Active, Backend};
use crate::base::capabilities;
use crate::base::compiling::compiling;
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
    /// The engine's module; dropped before the engine.
    pub raw: <Active as Backend>::Module,
    /// Imports, exports, names.
    pub info: Arc<ModuleInfo>,
    /// The engine that compiled it.
    pub engine: Arc<Engine>,
    /// What a serialized module carries for introspection; the whole wasm where the engine cannot serialize, and where
    /// the module may be wanted with its start function deferred.
    wasm: Vec<u8>,
}

impl Module {
    /// Validates and compiles.
    pub fn new(engine: Arc<Engine>, wasm: &[u8]) -> Result<Self> {
        Self::validate(&engine, wasm)?;
        let info = Arc::new(ModuleInfo::parse(wasm)?);
        Self::check_sizes(&info)?;
        let raw = engine.make_module(|| compiling(|| Active::module_new(&engine.raw, wasm)))?;
        let serializes = engine.capabilities.has(capabilities::SERIALIZE);
        let wasm = if serializes && !info.has_start { envelope::without_code(wasm) } else { wasm.to_vec() };
        Ok(Self { raw, info, engine, wasm })
    }

    /// Whether `wasm` is a module that the engine can compile, and if not, why.
    pub fn validate(engine: &Engine, wasm: &[u8]) -> Result<()> {
        module_info::validate(wasm, engine.features, Active::max_features(), Active::NAME)
    }

    /// Refuses sizes that are valid and that the engine dies of.
    fn check_sizes(info: &ModuleInfo) -> Result<()> {
        let most = Active::MAX_MEMORY_PAGES;
        let pages = |ty: &MemoryType| ty.limits.max.unwrap_or(0).max(ty.limits.min);
        if let Some(pages) = info.memories.iter().map(pages).find(|pages| *pages > most) {
            fail!(
                Unsupported,
                "the engine `{}` cannot have a memory of {pages} pages: {most} is the most",
                Active::NAME
            );
        }
        let most = Active::MAX_TABLE_ELEMENTS;
        if let Some(size) = info.tables.iter().map(|ty| ty.limits.min).find(|size| *size > most) {
            fail!(
                Unsupported,
                "the engine `{}` cannot have a table of {size} elements: {most} is the most",
                Active::NAME
            );
        }
        Ok(())
    }

    /// The same module with its start function as its last export, for whoever instantiates it to call.
    pub fn deferred(&self) -> Result<Self> {
        Self::new(self.engine.clone(), &start::deferred(&self.wasm)?)
    }

    /// The module as bytes that [`Module::deserialize`] takes.
    pub fn serialize(&self) -> Result<Vec<u8>> {
        let code = if self.engine.capabilities.has(capabilities::SERIALIZE) {
            Active::module_serialize(&self.raw)?
        } else {
            Vec::new()
        };
        Envelope { stamp: version::stamp(&self.engine).as_bytes(), wasm: &self.wasm, code: &code }.seal()
    }

    /// The reverse of [`Module::serialize`].
    ///
    /// # Safety
    /// The bytes were written by [`Module::serialize`] and not forged: damage is noticed, malice is not.
    pub unsafe fn deserialize(engine: Arc<Engine>, bytes: &[u8]) -> Result<Self> {
        let parts = Envelope::open(bytes)?;
        parts.check_stamp(&version::stamp(&engine))?;
        if parts.code.is_empty() {
            if engine.capabilities.has(capabilities::SERIALIZE) {
                fail!(Incompatible, "the serialized module has no code for this engine: compile it again");
            }
            return Self::new(engine, parts.wasm);
        }
        let info = Arc::new(ModuleInfo::parse(parts.wasm)?.forget_bodies());
        // SAFETY: stamp and checksum say that this engine, in this version, wrote the bytes; the caller vouches that
        // nobody forged them.
        let raw = engine.make_module(|| unsafe { Active::module_deserialize(&engine.raw, parts.code) })?;
        Ok(Self { raw, info, engine, wasm: parts.wasm.to_vec() })
    }
}
