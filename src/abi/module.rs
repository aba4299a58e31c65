//! Modules.

use crate::abi::types::{Bytes, CExternType, Str};
use crate::abi::{entry, pointer};
use crate::backend::trusted::TrustedBytes;
use crate::base::error::Result;
use crate::engine::Engine;
use crate::engine::module::Module;
use std::sync::Arc;

/// One import, in the module's order.
#[repr(C)]
pub struct CImport {
    /// The module asked.
    pub module: Str,
    /// The name asked for.
    pub name: Str,
    /// The type asked for.
    pub ty: CExternType,
}

/// One export, in the module's order.
#[repr(C)]
pub struct CExport {
    /// Its name.
    pub name: Str,
    /// Its type.
    pub ty: CExternType,
}

/// One custom section.
#[repr(C)]
pub struct CSection {
    /// Its name; several may have the same.
    pub name: Str,
    /// Its contents.
    pub contents: Str,
}

/// What a module says about itself; lives as long as the module.
#[repr(C)]
pub struct CModuleInfo {
    /// NULL where it has none.
    pub name: Str,
    /// In the module's order.
    pub imports: *const CImport,
    /// How many.
    pub imports_len: usize,
    /// In the module's order.
    pub exports: *const CExport,
    /// How many.
    pub exports_len: usize,
    /// In the module's order.
    pub custom_sections: *const CSection,
    /// How many.
    pub custom_sections_len: usize,
    /// Whether it has a start function.
    pub has_start: bool,
}

/// A module with the C form of what it says about itself.
pub struct CModule {
    /// The module.
    pub module: Arc<Module>,
    info: CModuleInfo,
    _imports: Vec<CImport>,
    _exports: Vec<CExport>,
    _sections: Vec<CSection>,
}

// SAFETY: the pointers in it point into the immutable `ModuleInfo` and the vectors beside them.
unsafe impl Send for CModule {}
// SAFETY: as above.
unsafe impl Sync for CModule {}

impl CModule {
    fn give(module: Module) -> *mut Self {
        let module = Arc::new(module);
        let info = &module.info;
        let text = |text: &String| Str::of(text.as_bytes());
        let import = |import: &crate::wasm::module_info::Import| CImport {
            module: text(&import.module),
            name: text(&import.name),
            ty: CExternType::of(Some(&import.ty)),
        };
        let export = |export: &crate::wasm::module_info::Export| CExport {
            name: text(&export.name),
            ty: CExternType::of(Some(&export.ty)),
        };
        let section = |section: &crate::wasm::module_info::CustomSection| CSection {
            name: text(&section.name),
            contents: Str::of(info.custom_section(section)),
        };
        let imports: Vec<_> = info.imports.iter().map(import).collect();
        let exports: Vec<_> = info.exports.iter().map(export).collect();
        let sections: Vec<_> = info.custom_sections.iter().map(section).collect();
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
        pointer::give(Self { module, info, _imports: imports, _exports: exports, _sections: sections })
    }
}

/// Validates and compiles a binary module. The caller deletes it.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_module_new(engine: *const Engine, wasm: *const u8, len: usize) -> *mut CModule {
    entry(|| {
        // SAFETY: the module's rules.
        let (engine, wasm) = unsafe { input(engine, wasm, len) }?;
        Ok(CModule::give(Module::new(engine, wasm)?))
    })
}

/// The same module with its start function not run, but exported behind its last export: for whoever instantiates it
/// to call, when host functions can look into the instance. A module without one is compiled as it is. The caller
/// deletes it.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_module_deferred(module: *const CModule) -> *mut CModule {
    // SAFETY: the module's rules.
    entry(|| Ok(CModule::give(unsafe { pointer::borrow(module, "the module") }?.module.deferred()?)))
}

/// Whether a binary module is valid for this engine; if not, the error says why.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_module_validate(engine: *const Engine, wasm: *const u8, len: usize) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let (engine, wasm) = unsafe { input(engine, wasm, len) }?;
        Module::validate(&engine, wasm)?;
        Ok(true)
    })
}

/// What `aw_module_serialize` wrote, as a module again. The caller deletes it.
///
/// # Safety
/// See the module's rules; and the bytes are not forged: damage is noticed, malice is not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_module_deserialize(engine: *const Engine, bytes: *const u8, len: usize) -> *mut CModule {
    entry(|| {
        // SAFETY: the module's rules, and the caller's promise.
        unsafe {
            let (engine, bytes) = input(engine, bytes, len)?;
            Ok(CModule::give(Module::deserialize(engine, TrustedBytes::new(bytes))?))
        }
    })
}

unsafe fn input<'a>(engine: *const Engine, bytes: *const u8, len: usize) -> Result<(Arc<Engine>, &'a [u8])> {
    // SAFETY: the module's rules.
    unsafe { Ok((pointer::share(engine, "the engine")?, pointer::slice(bytes, len, "the module")?)) }
}

/// The module as bytes for `aw_module_deserialize`, of the same engine in the same version. The caller deletes them.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_module_serialize(module: *const CModule) -> *mut Bytes {
    // SAFETY: the module's rules.
    entry(|| Ok(Bytes::give(unsafe { pointer::borrow(module, "the module") }?.module.serialize()?)))
}

/// What the module says about itself.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_module_info(module: *const CModule) -> *const CModuleInfo {
    // SAFETY: the module's rules.
    entry(|| Ok(&raw const unsafe { pointer::borrow(module, "the module") }?.info))
}

/// Deletes a module; NULL is nothing. Its instances go on working.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_module_delete(module: *mut CModule) {
    // SAFETY: the module's rules.
    unsafe { pointer::take(module) }
}
