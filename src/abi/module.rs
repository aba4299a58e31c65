//! C functions for modules.

use crate::abi::engine::CEngine;
use crate::abi::module_info::CModuleInfo;
use crate::abi::types::Bytes;
use crate::abi::{box_for_c, catch_errors, delete};
use crate::backend::trusted::TrustedBytes;
use crate::base::pointer::{self, Handle, non_null};
use crate::engine::module::Module;
use std::sync::Arc;

/// A compiled module with its description. C owns the struct; instances share the `Arc`.
pub struct CModule {
    /// The compiled module.
    pub module: Arc<Module>,
    info: Box<CModuleInfo>,
}

impl Handle for CModule {}

impl CModule {
    fn new(module: Module) -> Self {
        let module = Arc::new(module);
        Self { info: Box::new(CModuleInfo::new(module.info.clone())), module }
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
    catch_errors(|| Ok(Some(&*non_null(module, "the module")?.info)))
}

/// Deletes a module. Has no effect if the pointer is NULL. The module's instances stay usable.
#[unsafe(no_mangle)]
pub extern "C" fn aw_module_delete(module: Option<Box<CModule>>) {
    delete(module);
}
