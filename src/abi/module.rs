//! Modules.

use crate::abi::engine::CEngine;
use crate::abi::types::{Bytes, CExternType, Str};
use crate::abi::{delete, entry, give};
use crate::backend::trusted::TrustedBytes;
use crate::base::pointer::{self, Handle, non_null};
use crate::engine::module::Module;
use crate::wasm::module_info::{CustomSection, Export, Import, ModuleInfo};
use std::sync::Arc;

/// An import of a module.
#[repr(C)]
pub struct CImport {
    /// Name of the module to import from.
    pub module: Str,
    /// Name of the import within that module.
    pub name: Str,
    /// Type that the import must have.
    pub ty: CExternType,
}

/// An export of a module.
#[repr(C)]
pub struct CExport {
    /// Name of the export.
    pub name: Str,
    /// Type of the export.
    pub ty: CExternType,
}

/// A custom section of a module.
#[repr(C)]
pub struct CSection {
    /// Name of the section. Several sections may have the same name.
    pub name: Str,
    /// Contents of the section.
    pub contents: Str,
}

/// Description of a module, valid until the module is deleted.
#[repr(C)]
pub struct CModuleInfo {
    /// Name of the module; `data` is NULL if the module has no name.
    pub name: Str,
    /// Imports, in the module's order.
    pub imports: *const CImport,
    /// Number of imports.
    pub imports_len: usize,
    /// Exports, in the module's order.
    pub exports: *const CExport,
    /// Number of exports.
    pub exports_len: usize,
    /// Custom sections, in the module's order.
    pub custom_sections: *const CSection,
    /// Number of custom sections.
    pub custom_sections_len: usize,
    /// Whether the module has a start function.
    pub has_start: bool,
}

/// A compiled module with its description.
pub struct CModule {
    /// The module.
    pub module: Arc<Module>,
    info: CModuleInfo,
    _imports: Vec<CImport>,
    _exports: Vec<CExport>,
    _sections: Vec<CSection>,
}

impl Handle for CModule {}

// SAFETY: all pointers in the struct point to memory that the struct owns, through the `ModuleInfo` and the three
// vectors. Nothing changes that memory before the struct is dropped, so that any thread may read it.
unsafe impl Send for CModule {}
// SAFETY: all pointers in the struct point to memory that the struct owns, through the `ModuleInfo` and the three
// vectors. Nothing changes that memory before the struct is dropped, so that several threads may read it at a time.
unsafe impl Sync for CModule {}

impl CModule {
    /// Returns the C form of a module. Moving the vectors into the struct does not move their elements.
    fn new(module: Module) -> Self {
        let module = Arc::new(module);
        let info = &module.info;
        let imports: Vec<_> = info.imports.iter().map(CImport::of).collect();
        let exports: Vec<_> = info.exports.iter().map(CExport::of).collect();
        let sections: Vec<_> = info.custom_sections.iter().map(|section| CSection::of(info, section)).collect();
        let info = CModuleInfo {
            name: Str::of_option(info.name.as_deref()),
            imports: imports.as_ptr(),
            imports_len: imports.len(),
            exports: exports.as_ptr(),
            exports_len: exports.len(),
            custom_sections: sections.as_ptr(),
            custom_sections_len: sections.len(),
            has_start: info.has_start,
        };
        Self { module, info, _imports: imports, _exports: exports, _sections: sections }
    }
}

impl CImport {
    fn of(import: &Import) -> Self {
        Self {
            module: Str::of(import.module.as_bytes()),
            name: Str::of(import.name.as_bytes()),
            ty: CExternType::of(Some(&import.ty)),
        }
    }
}

impl CExport {
    fn of(export: &Export) -> Self {
        Self { name: Str::of(export.name.as_bytes()), ty: CExternType::of(Some(&export.ty)) }
    }
}

impl CSection {
    fn of(info: &ModuleInfo, section: &CustomSection) -> Self {
        Self { name: Str::of(section.name.as_bytes()), contents: Str::of(info.custom_section(section)) }
    }
}

/// Validates and compiles a module in the binary format. The caller deletes the module.
///
/// # Safety
/// The caller guarantees that `wasm` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_module_new(engine: Option<&CEngine>, wasm: *const u8, len: usize) -> Option<Box<CModule>> {
    entry(|| {
        // SAFETY: the caller guarantees that `wasm` points to `len` bytes, which the call only reads.
        let wasm = unsafe { pointer::slice(wasm, len, "the module") }?;
        give(CModule::new(Module::new(non_null(engine, "the engine")?.0.clone(), wasm)?))
    })
}

/// Compiles the module again, with its start function exported behind its last export instead of run at instantiation.
/// The caller calls the export when host functions can use the instance. A module without a start function is compiled
/// unchanged. The caller deletes the new module.
#[unsafe(no_mangle)]
pub extern "C" fn aw_module_deferred(module: Option<&CModule>) -> Option<Box<CModule>> {
    entry(|| give(CModule::new(non_null(module, "the module")?.module.deferred()?)))
}

/// Checks that a module in the binary format is valid for this engine. If not, the error gives the reason.
///
/// # Safety
/// The caller guarantees that `wasm` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_module_validate(engine: Option<&CEngine>, wasm: *const u8, len: usize) -> bool {
    entry(|| {
        // SAFETY: the caller guarantees that `wasm` points to `len` bytes, which the call only reads.
        let wasm = unsafe { pointer::slice(wasm, len, "the module") }?;
        Module::validate(&non_null(engine, "the engine")?.0, wasm)?;
        Ok(true)
    })
}

/// Loads a module that `aw_module_serialize` wrote. The caller deletes the module.
///
/// # Safety
/// The caller guarantees that `bytes` points to `len` bytes which `aw_module_serialize` wrote. Bytes that were damaged
/// are refused, but bytes that were forged can run any code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_module_deserialize(
    engine: Option<&CEngine>,
    bytes: *const u8,
    len: usize,
) -> Option<Box<CModule>> {
    entry(|| {
        // SAFETY: the caller guarantees that `bytes` points to `len` bytes, which the call only reads.
        let bytes = unsafe { pointer::slice(bytes, len, "the module") }?;
        let engine = non_null(engine, "the engine")?.0.clone();
        // SAFETY: the caller guarantees that `aw_module_serialize` wrote the bytes and nobody forged them.
        let bytes = unsafe { TrustedBytes::new(bytes) };
        give(CModule::new(Module::deserialize(engine, bytes)?))
    })
}

/// Returns the module as bytes, which `aw_module_deserialize` of the same engine in the same version can load. The
/// caller deletes the bytes.
#[unsafe(no_mangle)]
pub extern "C" fn aw_module_serialize(module: Option<&CModule>) -> Option<Box<Bytes>> {
    entry(|| give(Bytes::new(non_null(module, "the module")?.module.serialize()?)))
}

/// Returns the module's description, which belongs to the module.
#[unsafe(no_mangle)]
pub extern "C" fn aw_module_info(module: Option<&CModule>) -> Option<&CModuleInfo> {
    entry(|| Ok(Some(&non_null(module, "the module")?.info)))
}

/// Deletes a module; NULL is allowed. Its instances keep working.
#[unsafe(no_mangle)]
pub extern "C" fn aw_module_delete(module: Option<Box<CModule>>) {
    delete(module);
}
