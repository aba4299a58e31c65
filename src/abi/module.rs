//! C functions for modules.

use crate::abi::engine::CEngine;
use crate::abi::types::{Bytes, CExternType, Str};
use crate::abi::{box_for_c, catch_errors, delete};
use crate::backend::trusted::TrustedBytes;
use crate::base::pointer::{self, Handle, non_null};
use crate::engine::module::Module;
use crate::wasm::module_info::{CustomSection, Export, Import, ModuleInfo};
use std::sync::Arc;

/// An import of a module.
#[repr(C)]
pub struct CImport {
    /// Name of the module to import from (the first of an import's two names).
    pub module: Str,
    /// Name of the import within that module (the second name).
    pub name: Str,
    /// Type that an imported object must match.
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
    /// Name of the module, from the custom section that is called `name`. The text's `data` is NULL if the module has
    /// no name.
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
    /// Whether the module makes memories of its own.
    pub has_memories: bool,
}

/// A compiled module with its description. C owns the struct; instances share the `Arc`.
pub struct CModule {
    /// The compiled module.
    pub module: Arc<Module>,
    info: CModuleInfo,
    // The arrays that `info` points to. Nothing else uses these fields.
    _imports: Vec<CImport>,
    _exports: Vec<CExport>,
    _sections: Vec<CSection>,
}

impl Handle for CModule {}

// SAFETY: all pointers in `CModule` point to memory that `CModule` owns, through the `ModuleInfo` and the three
// vectors. Nothing changes this memory before the `CModule` is dropped, so any thread may read the memory.
unsafe impl Send for CModule {}
// SAFETY: all pointers in `CModule` point to memory that `CModule` owns, through the `ModuleInfo` and the three
// vectors. Nothing changes this memory before the `CModule` is dropped, so several threads may read the memory at the
// same time.
unsafe impl Sync for CModule {}

impl CModule {
    /// Returns the C struct for a module. The pointers stay valid when the vectors move into the struct: only the `Vec`
    /// values move, not their elements.
    fn new(module: Module) -> Self {
        let module = Arc::new(module);
        let info = &module.info;
        let imports: Vec<_> = info.imports.iter().map(CImport::new).collect();
        let exports: Vec<_> = info.exports.iter().map(CExport::new).collect();
        let sections: Vec<_> = info.custom_sections.iter().map(|section| CSection::new(info, section)).collect();
        let info = CModuleInfo {
            name: Str::from_option(info.name.as_deref()),
            imports: imports.as_ptr(),
            imports_len: imports.len(),
            exports: exports.as_ptr(),
            exports_len: exports.len(),
            custom_sections: sections.as_ptr(),
            custom_sections_len: sections.len(),
            has_start: info.has_start,
            has_memories: !info.own_memories().is_empty(),
        };
        Self { module, info, _imports: imports, _exports: exports, _sections: sections }
    }
}

impl CImport {
    fn new(import: &Import) -> Self {
        Self {
            module: Str::from_bytes(import.module.as_bytes()),
            name: Str::from_bytes(import.name.as_bytes()),
            ty: CExternType::new(Some(&import.ty)),
        }
    }
}

impl CExport {
    fn new(export: &Export) -> Self {
        Self { name: Str::from_bytes(export.name.as_bytes()), ty: CExternType::new(Some(&export.ty)) }
    }
}

impl CSection {
    fn new(info: &ModuleInfo, section: &CustomSection) -> Self {
        Self { name: Str::from_bytes(section.name.as_bytes()), contents: Str::from_bytes(info.custom_section(section)) }
    }
}

/// Validates and compiles a module in the binary format. The caller deletes the module.
///
/// # Safety
/// The caller guarantees that `wasm` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_module_new(engine: Option<&CEngine>, wasm: *const u8, len: usize) -> Option<Box<CModule>> {
    catch_errors(|| {
        // SAFETY: the caller guarantees that `wasm` points to `len` bytes. The call only reads the bytes.
        let wasm = unsafe { pointer::slice(wasm, len, "the module") }?;
        box_for_c(CModule::new(Module::new(non_null(engine, "the engine")?.0.clone(), wasm)?))
    })
}

/// Compiles the module again, with a deferred start function: instantiation does not run the start function, and the
/// new module has one more export, the start function, after all other exports. The caller calls this export when host
/// functions can use the instance. A module without a start function is compiled unchanged. The caller deletes the new
/// module.
#[unsafe(no_mangle)]
pub extern "C" fn aw_module_deferred(module: Option<&CModule>) -> Option<Box<CModule>> {
    catch_errors(|| box_for_c(CModule::new(non_null(module, "the module")?.module.deferred()?)))
}

/// Fails if a module in the binary format is not valid for this engine. The message of the error states the reason.
///
/// # Safety
/// The caller guarantees that `wasm` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_module_validate(engine: Option<&CEngine>, wasm: *const u8, len: usize) -> bool {
    catch_errors(|| {
        // SAFETY: the caller guarantees that `wasm` points to `len` bytes. The call only reads the bytes.
        let wasm = unsafe { pointer::slice(wasm, len, "the module") }?;
        Module::validate(&non_null(engine, "the engine")?.0, wasm)?;
        Ok(true)
    })
}

/// Loads a module that `aw_module_serialize` wrote. The caller deletes the module.
///
/// # Safety
/// The caller guarantees that `bytes` points to `len` bytes that `aw_module_serialize` wrote. The function refuses
/// damaged bytes, but an attacker who forges the bytes can run any code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_module_deserialize(
    engine: Option<&CEngine>,
    bytes: *const u8,
    len: usize,
) -> Option<Box<CModule>> {
    catch_errors(|| {
        // SAFETY: the caller guarantees that `bytes` points to `len` bytes. The call only reads the bytes.
        let bytes = unsafe { pointer::slice(bytes, len, "the module") }?;
        let engine = non_null(engine, "the engine")?.0.clone();
        // SAFETY: the caller guarantees that `aw_module_serialize` wrote the bytes and that nobody forged the bytes.
        let bytes = unsafe { TrustedBytes::new(bytes) };
        box_for_c(CModule::new(Module::deserialize(engine, bytes)?))
    })
}

/// Returns the module as bytes. `aw_module_deserialize` can load the bytes on the same version of the same engine. The
/// caller deletes the bytes.
#[unsafe(no_mangle)]
pub extern "C" fn aw_module_serialize(module: Option<&CModule>) -> Option<Box<Bytes>> {
    catch_errors(|| box_for_c(Bytes::new(non_null(module, "the module")?.module.serialize()?)))
}

/// Returns the module's description. The module owns the description, so the pointer is valid until the module is
/// deleted.
#[unsafe(no_mangle)]
pub extern "C" fn aw_module_info(module: Option<&CModule>) -> Option<&CModuleInfo> {
    catch_errors(|| Ok(Some(&non_null(module, "the module")?.info)))
}

/// Deletes a module. Has no effect if the pointer is NULL. The module's instances stay usable.
#[unsafe(no_mangle)]
pub extern "C" fn aw_module_delete(module: Option<Box<CModule>>) {
    delete(module);
}
