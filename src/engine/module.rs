//! Compiled modules, with their imports, exports and names.

use crate::backend::compiling::run_compilation;
use crate::backend::faults::{self, Saved};
use crate::backend::reserve::require_memory;
use crate::backend::trusted::TrustedBytes;
use crate::backend::{Backend, EngineOps, LinkedBackend, ModuleOps};
use crate::base::capabilities;
use crate::base::error::{Result, fail};
use crate::base::types::MemoryType;
use crate::engine::Engine;
use crate::engine::lowering::Lowering;
use crate::engine::version;
use crate::lower;
use crate::wasm::envelope::{self, Envelope};
use crate::wasm::module_info::{self, Findings, ModuleInfo};
use crate::wasm::offsets::OffsetMap;
use crate::wasm::start;
use std::sync::Arc;

/// Estimated memory for the validation of a module and for its description, in bytes for each byte of the module.
const VALIDATE_MEMORY_PER_BYTE: usize = 8;

/// Estimated memory for the serialization of a module, in bytes for each byte of the code in its final form.
const SEAL_MEMORY_PER_BYTE: usize = 3;

/// A compiled module.
pub struct Module {
    /// The module object of the engine library. This field is declared before `engine`, because Rust drops fields in
    /// their order, and the module must be dropped before the engine.
    pub raw: <LinkedBackend as Backend>::Module,
    /// The module's imports, exports and names.
    pub info: Arc<ModuleInfo>,
    /// The engine that compiled or loaded the module.
    pub engine: Arc<Engine>,
    /// The module in the binary format, which [`Module::serialize`] stores. The binary is complete in two cases: an
    /// engine that cannot serialize code compiles the binary when the module is loaded, and [`Module::deferred`]
    /// compiles a module with a start function again. In all other cases nothing compiles the binary again, so the
    /// binary has no function bodies.
    wasm: Arc<[u8]>,
}

impl Module {
    /// Validates and compiles a binary module.
    pub fn new(engine: Arc<Engine>, wasm: &[u8]) -> Result<Self> {
        let findings = Self::validate(&engine, wasm)?;
        let mut info = ModuleInfo::parse(wasm)?;
        Self::check_sizes(&info)?;
        require_memory(
            LinkedBackend::COMPILE_MEMORY.of(info.body_count(), wasm.len()),
            format_args!("compiling a module of {} KiB", wasm.len() >> 10),
        )?;
        faults::check(Saved::Perhaps)?;
        let mut wasm: Arc<[u8]> = wasm.into();
        let Lowering { metering, needs, .. } = &engine.lowering;
        let lowered =
            lower::rewrite(&wasm, &info, &findings.rewritable, needs, *metering, LinkedBackend::NAME)?.map(|lowered| {
                (info.offsets, info.hidden) = (lowered.offsets, lowered.hidden);
                lowered.wasm.into()
            });
        let compiled = lowered.as_ref().unwrap_or(&wasm);
        let raw = run_compilation(&engine.options, || LinkedBackend::module_new(&engine.raw, compiled))?;
        let info = Arc::new(info);
        if engine.capabilities.has(capabilities::SERIALIZE) && !info.has_start {
            wasm = envelope::without_code(&wasm).into();
        }
        Ok(Self { raw, info, engine, wasm })
    }

    /// Validates a binary module. Fails with the reason if the engine cannot compile the module.
    pub fn validate(engine: &Engine, wasm: &[u8]) -> Result<Findings> {
        require_memory(
            wasm.len() * VALIDATE_MEMORY_PER_BYTE,
            format_args!("validating a module of {} KiB", wasm.len() >> 10),
        )?;
        let (supported, name) = (LinkedBackend::max_features(), LinkedBackend::NAME);
        let findings = module_info::validate(wasm, engine.features, supported, name)?;
        findings.counts.check(&LinkedBackend::COMPLEXITY_LIMITS, engine.max_complexity, name)?;
        Ok(findings)
    }

    /// Fails if a memory or table has a valid size beyond the engine's limits, because the engine would abort the
    /// process.
    fn check_sizes(info: &ModuleInfo) -> Result<()> {
        let max = LinkedBackend::MAX_MEMORY_PAGES;
        let pages = |ty: &MemoryType| ty.limits.max.unwrap_or(0).max(ty.limits.min);
        if let Some(pages) = info.memories.iter().map(pages).find(|pages| *pages > max) {
            fail!(
                Unsupported,
                "the engine `{}` cannot have a memory of {pages} pages: {max} is the most",
                LinkedBackend::NAME
            );
        }
        let max = LinkedBackend::MAX_TABLE_ELEMENTS;
        if let Some(size) = info.tables.iter().map(|ty| ty.limits.min).find(|size| *size > max) {
            fail!(
                Unsupported,
                "the engine `{}` cannot have a table of {size} elements: {max} is the most",
                LinkedBackend::NAME
            );
        }
        Ok(())
    }

    /// Compiles a copy of the module that has no start section. The copy's last export is the start function. The host
    /// calls this export after the instantiation, when host functions can use the instance.
    pub fn deferred(&self) -> Result<Self> {
        Self::new(self.engine.clone(), &start::defer_start(&self.wasm)?)
    }

    /// Returns the module as bytes for [`Module::deserialize`].
    pub fn serialize(&self) -> Result<Vec<u8>> {
        let code = if self.engine.capabilities.has(capabilities::SERIALIZE) {
            // The size of the code is not known yet. The code took less memory than the compilation.
            let needed = LinkedBackend::COMPILE_MEMORY.of(self.info.body_count(), self.wasm.len());
            require_memory(needed, "serializing a module")?;
            LinkedBackend::module_serialize(&self.raw)?
        } else {
            Vec::new()
        };
        require_memory((self.wasm.len() + code.len()) * SEAL_MEMORY_PER_BYTE, "serializing a module")?;
        let stamp = version::stamp(&self.engine);
        let rewriting = [&[self.info.hidden.to_byte()], self.info.offsets.to_bytes().as_slice()].concat();
        Envelope { stamp: stamp.as_bytes(), wasm: &self.wasm, rewriting: &rewriting, code: &code }.seal()
    }

    /// Loads a module from bytes that [`Module::serialize`] returned. Fails if the bytes are damaged. Also fails if the
    /// bytes come from another engine, version or machine, or from an engine with other options.
    pub fn deserialize(engine: Arc<Engine>, bytes: TrustedBytes<'_>) -> Result<Self> {
        let len = bytes.bytes().len();
        require_memory(len, format_args!("loading a module of {} KiB", len >> 10))?;
        let envelope = Envelope::open(bytes.bytes())?;
        envelope.check_stamp(&version::stamp(&engine))?;
        if envelope.code.is_empty() {
            if engine.capabilities.has(capabilities::SERIALIZE) {
                fail!(Incompatible, "the serialized module has no code for this engine: compile it again");
            }
            return Self::new(engine, envelope.wasm);
        }
        let (hidden, offsets) = envelope.rewriting.split_first().unwrap_or((&0, &[]));
        let mut info = ModuleInfo::parse(envelope.wasm)?.without_bodies(OffsetMap::from_bytes(offsets));
        info.hidden = lower::hidden(&info, &engine.lowering.needs, *hidden);
        let info = Arc::new(info);
        let code = bytes.part(envelope.code)?;
        faults::check(Saved::Perhaps)?;
        let raw = LinkedBackend::module_deserialize(&engine.raw, code)?;
        Ok(Self { raw, info, engine, wasm: envelope.wasm.into() })
    }
}
