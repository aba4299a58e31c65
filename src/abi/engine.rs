//! C functions for engines, for their options, and for properties of the engine that the shim is linked to.

use crate::abi::types::Str;
use crate::abi::{box_for_c, catch_errors, delete};
use crate::backend::{Backend, LinkedBackend};
use crate::base::capabilities::{self, Capabilities, TABLE};
use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::base::options::{self, Options};
use crate::base::pointer::{self, Handle, non_null};
use crate::engine::{self, Engine};
use crate::engine::{lowering, version};
use std::sync::Arc;

/// An engine with its options. C owns the struct; stores and modules share the `Arc`.
pub struct CEngine(pub Arc<Engine>);

impl Handle for CEngine {}
impl Handle for Options {}

/// Returns the engine's name. The environment variable `ANYWASM_ENGINE` chooses an engine by this name.
#[unsafe(no_mangle)]
pub extern "C" fn aw_engine_name() -> Str {
    catch_errors(|| Ok(Str::from_bytes(LinkedBackend::NAME.as_bytes())))
}

/// Returns the engine's version, or `unknown` if the engine is a library of the system that does not report its
/// version.
#[unsafe(no_mangle)]
pub extern "C" fn aw_engine_version() -> Str {
    catch_errors(|| Ok(Str::from_bytes(version::ENGINE.as_bytes())))
}

/// Returns the name of the C header through which the shim uses the engine: `wasm.h` or `wasmtime.h`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_backend() -> Str {
    catch_errors(|| Ok(Str::from_bytes(LinkedBackend::KIND.as_bytes())))
}

/// Returns the version of the shim. The Python package must have the same version.
#[unsafe(no_mangle)]
pub extern "C" fn aw_version() -> Str {
    catch_errors(|| Ok(Str::from_bytes(version::SHIM.as_bytes())))
}

/// Returns the engine's capabilities: one bit for each capability. `aw_capability_name` returns the name that belongs
/// to a bit number.
#[unsafe(no_mangle)]
pub extern "C" fn aw_capabilities() -> u64 {
    catch_errors(|| Ok(lowering::capabilities().0))
}

/// Returns the capabilities that the engine has only because the shim makes up for them, by rewriting modules or by
/// helper modules: one bit for each capability. They are among those that `aw_capabilities` returns.
#[unsafe(no_mangle)]
pub extern "C" fn aw_made_up_capabilities() -> u64 {
    catch_errors(|| Ok(lowering::made_up_capabilities().0))
}

/// Returns the name of the capability with this bit number, or no text if no capability has the bit.
#[unsafe(no_mangle)]
pub extern "C" fn aw_capability_name(bit: u32) -> Str {
    catch_errors(|| Ok(Str::from_option(capability_with_bit(bit).map(|(_, name, _)| *name))))
}

/// Returns a sentence that explains the capability with this bit number, or no text if no capability has the bit.
#[unsafe(no_mangle)]
pub extern "C" fn aw_capability_meaning(bit: u32) -> Str {
    catch_errors(|| Ok(Str::from_option(capability_with_bit(bit).map(|(_, _, meaning)| *meaning))))
}

/// Returns the row of the capability table with this bit number.
fn capability_with_bit(bit: u32) -> Option<&'static (Capabilities, &'static str, &'static str)> {
    TABLE.iter().find(|(capability, ..)| 1u64.checked_shl(bit) == Some(capability.0))
}

/// Returns the value at `index` in the list of values that an option of this engine accepts. The default value has the
/// index 0. Returns no text if `index` is beyond the last value, or if the option has no list of values.
///
/// # Safety
/// The caller guarantees that `name` points to `name_len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_option_value(name: *const u8, name_len: usize, index: usize) -> Str {
    catch_errors(|| {
        // SAFETY: the caller guarantees that `name` points to `name_len` bytes. The call only reads the bytes.
        let name = unsafe { option_text(name, name_len) }?;
        Ok(Str::from_option(options::choice_at(&engine::description(), name, index)))
    })
}

/// Returns options for a new engine, none of which is set yet. The caller deletes the options.
#[unsafe(no_mangle)]
pub extern "C" fn aw_options_new() -> Option<Box<Options>> {
    catch_errors(|| box_for_c(Options::default()))
}

/// Sets an option. Fails if no engine has an option of this name, if the option does not accept the value, or if the
/// engine cannot honour the value. An engine ignores an option that it does not have if the option only tunes speed.
///
/// # Safety
/// The caller guarantees that `name` points to `name_len` bytes, and `value` to `value_len` bytes. Both texts are
/// UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_options_set(
    options: Option<&mut Options>,
    name: *const u8,
    name_len: usize,
    value: *const u8,
    value_len: usize,
) -> bool {
    catch_errors(|| {
        let Some(options) = options else { fail!(Invalid, "the options are NULL") };
        // SAFETY: the caller guarantees that `name` points to `name_len` bytes, and `value` to `value_len` bytes. The
        // call only reads the bytes.
        let (name, value) = unsafe { (option_text(name, name_len)?, option_text(value, value_len)?) };
        options.set(name, value, &engine::description())?;
        Ok(true)
    })
}

/// Checks an option without setting it. Fails if no engine has an option of this name, or if the option does not accept
/// the value. The message of the error states the reason.
///
/// # Safety
/// The caller guarantees that `name` points to `name_len` bytes, and `value` to `value_len` bytes. Both texts are
/// UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_option_check(name: *const u8, name_len: usize, value: *const u8, value_len: usize) -> bool {
    catch_errors(|| {
        // SAFETY: the caller guarantees that `name` points to `name_len` bytes, and `value` to `value_len` bytes. The
        // call only reads the bytes.
        let (name, value) = unsafe { (option_text(name, name_len)?, option_text(value, value_len)?) };
        options::check_option(name, value)?;
        Ok(true)
    })
}

/// Returns the name or the value of an option, which C passed as `len` bytes. Fails if the bytes are not UTF-8.
///
/// # Safety
/// `text` is NULL or points to `len` bytes, and nobody changes or frees the bytes during `'a`.
unsafe fn option_text<'a>(text: *const u8, len: usize) -> Result<&'a str> {
    // SAFETY: the caller guarantees that `text` is NULL or points to `len` bytes, and that the bytes stay unchanged
    // during `'a`.
    let bytes = unsafe { pointer::slice(text, len, "the option's text") }?;
    std::str::from_utf8(bytes).map_err(|e| Error::new(ErrorKind::Invalid, format!("the option is not UTF-8: {e}")))
}

/// Deletes options. Has no effect if the pointer is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn aw_options_delete(options: Option<Box<Options>>) {
    delete(options);
}

/// Returns a new engine with these options, or with the default options if `options` is NULL. The options stay
/// unchanged. The caller deletes the engine.
#[unsafe(no_mangle)]
pub extern "C" fn aw_engine_new(options: Option<&Options>) -> Option<Box<CEngine>> {
    catch_errors(|| box_for_c(CEngine(Engine::new(options.cloned().unwrap_or_default())?)))
}

/// Deletes an engine. Has no effect if the pointer is NULL. The engine's stores and modules stay usable.
#[unsafe(no_mangle)]
pub extern "C" fn aw_engine_delete(engine: Option<Box<CEngine>>) {
    delete(engine);
}

/// Returns the capabilities that the engine has with its options: one bit for each capability. `aw_capability_name`
/// returns the name that belongs to a bit number.
#[unsafe(no_mangle)]
pub extern "C" fn aw_engine_capabilities(engine: Option<&CEngine>) -> u64 {
    catch_errors(|| Ok(non_null(engine, "the engine")?.0.capabilities.0))
}

/// Advances the engine's epoch, the clock of deadlines, by one. The engine interrupts the guests of every store whose
/// deadline is reached.
#[unsafe(no_mangle)]
pub extern "C" fn aw_engine_increment_epoch(engine: Option<&CEngine>) -> bool {
    catch_errors(|| {
        let engine = &non_null(engine, "the engine")?.0;
        engine.capabilities.require(capabilities::EPOCH, LinkedBackend::NAME, "advancing the epoch")?;
        engine.increment_epoch();
        Ok(true)
    })
}
