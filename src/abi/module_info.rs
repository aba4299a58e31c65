//! C functions for the description of a module: its name, imports, exports and custom sections.

use crate::abi::types::{CExternType, Str};
use crate::abi::{box_for_c, catch_errors, delete};
use crate::base::pointer::{self, Handle};
use crate::wasm::module_info::{CustomSection, Export, Import, ModuleInfo, validate_sections};
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

/// Description of a module.
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
    /// Owns the memory that the other fields point to.
    owned: Box<OwnedModuleInfo>,
}

impl Handle for CModuleInfo {}

/// The Rust values that own the memory of a `CModuleInfo`. Nothing reads the fields.
struct OwnedModuleInfo {
    _info: Arc<ModuleInfo>,
    _imports: Vec<CImport>,
    _exports: Vec<CExport>,
    _sections: Vec<CSection>,
}

// SAFETY: all pointers in `CModuleInfo` point to memory that its field `owned` owns. Nothing changes this memory before
// the `CModuleInfo` is dropped, so any thread may read the memory.
unsafe impl Send for CModuleInfo {}
// SAFETY: all pointers in `CModuleInfo` point to memory that its field `owned` owns. Nothing changes this memory before
// the `CModuleInfo` is dropped, so several threads may read the memory at the same time.
unsafe impl Sync for CModuleInfo {}

impl CModuleInfo {
    /// Returns the C struct for a description. The pointers stay valid when the vectors move into `owned`: only the
    /// `Vec` values move, not their elements.
    pub fn new(info: Arc<ModuleInfo>) -> Self {
        let imports: Vec<_> = info.imports.iter().map(CImport::new).collect();
        let exports: Vec<_> = info.exports.iter().map(CExport::new).collect();
        let sections: Vec<_> = info.custom_sections.iter().map(|section| CSection::new(&info, section)).collect();
        Self {
            name: Str::from_option(info.name.as_deref()),
            imports: imports.as_ptr(),
            imports_len: imports.len(),
            exports: exports.as_ptr(),
            exports_len: exports.len(),
            custom_sections: sections.as_ptr(),
            custom_sections_len: sections.len(),
            has_start: info.has_start,
            has_memories: !info.own_memories().is_empty(),
            owned: Box::new(OwnedModuleInfo { _info: info, _imports: imports, _exports: exports, _sections: sections }),
        }
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

/// Reads the description of a module in the binary format. The engine is not involved: the module may use features that
/// the engine lacks. The function checks everything but the code of functions. The caller deletes the description.
///
/// # Safety
/// The caller guarantees that `wasm` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_module_info_read(wasm: *const u8, len: usize) -> Option<Box<CModuleInfo>> {
    catch_errors(|| {
        // SAFETY: the caller guarantees that `wasm` points to `len` bytes. The call only reads the bytes.
        let wasm = unsafe { pointer::slice(wasm, len, "the module") }?;
        validate_sections(wasm)?;
        box_for_c(CModuleInfo::new(Arc::new(ModuleInfo::parse(wasm)?)))
    })
}

/// Deletes a description that `aw_module_info_read` returned. Has no effect if the pointer is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn aw_module_info_delete(info: Option<Box<CModuleInfo>>) {
    delete(info);
}
