//! Engines, their options, and facts about the engine that is linked in.

use crate::abi::types::Str;
use crate::abi::{delete, entry, give};
use crate::backend::{Backend, EngineOps, LinkedBackend};
use crate::base::capabilities::{self, Capabilities, TABLE};
use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::base::options::{self, Options};
use crate::base::pointer::{self, Handle, non_null};
use crate::engine::version;
use crate::engine::{self, Engine};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// An engine with its options.
pub struct CEngine(pub Arc<Engine>);

impl Handle for CEngine {}
impl Handle for Options {}

/// Returns the engine's name, which is also its name in the environment variable `ANYWASM_ENGINE`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_engine_name() -> Str {
    entry(|| Ok(Str::of(LinkedBackend::NAME.as_bytes())))
}

/// Returns the engine's version, or `unknown` for a library of the system that does not report its version.
#[unsafe(no_mangle)]
pub extern "C" fn aw_engine_version() -> Str {
    entry(|| Ok(Str::of(version::ENGINE.as_bytes())))
}

/// Returns the name of the C header through which the shim uses the engine: `wasm.h` or `wasmtime.h`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_backend() -> Str {
    entry(|| Ok(Str::of(LinkedBackend::KIND.as_bytes())))
}

/// Returns the version of the shim. The Python package must have the same version.
#[unsafe(no_mangle)]
pub extern "C" fn aw_version() -> Str {
    entry(|| Ok(Str::of(version::SHIM.as_bytes())))
}

/// Returns the engine's capabilities: a bit for each, numbered as for `aw_capability_name`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_capabilities() -> u64 {
    entry(|| Ok(LinkedBackend::CAPABILITIES.0))
}

/// Returns the name of the capability with this bit number, or no text if no capability has the bit.
#[unsafe(no_mangle)]
pub extern "C" fn aw_capability_name(bit: u32) -> Str {
    entry(|| Ok(Str::of_option(capability(bit).map(|(_, name, _)| *name))))
}

/// Returns a sentence that says what the capability with this bit number means, or no text if no capability has the
/// bit.
#[unsafe(no_mangle)]
pub extern "C" fn aw_capability_meaning(bit: u32) -> Str {
    entry(|| Ok(Str::of_option(capability(bit).map(|(_, _, meaning)| *meaning))))
}

fn capability(bit: u32) -> Option<&'static (Capabilities, &'static str, &'static str)> {
    TABLE.iter().find(|(capability, ..)| 1u64.checked_shl(bit) == Some(capability.0))
}

/// Returns the value at `index` in the list of values that an option of this engine accepts. The default comes first.
/// Returns no text beyond the last value, or if the option has no list of values.
///
/// # Safety
/// The caller guarantees that `name` points to `name_len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_option_value(name: *const u8, name_len: usize, index: usize) -> Str {
    entry(|| {
        // SAFETY: the caller guarantees that `name` points to `name_len` bytes, which the call only reads.
        let name = unsafe { text(name, name_len) }?;
        Ok(Str::of_option(options::value(&engine::description(), name, index)))
    })
}

/// Returns new, empty options. The caller deletes the options.
#[unsafe(no_mangle)]
pub extern "C" fn aw_options_new() -> Option<Box<Options>> {
    entry(|| give(Options::default()))
}

/// Sets an option. Fails if the name or the value does not exist, or if the engine cannot honour the value. Ignores an
/// option that only tunes the speed of other engines.
///
/// # Safety
/// The caller guarantees that `name` points to `name_len` bytes, and `value` to `value_len` bytes. Both are UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_options_set(
    options: Option<&mut Options>,
    name: *const u8,
    name_len: usize,
    value: *const u8,
    value_len: usize,
) -> bool {
    entry(|| {
        let Some(options) = options else { fail!(Invalid, "the options are NULL") };
        // SAFETY: the caller guarantees that the texts are as long as their lengths say; the call only reads them.
        let (name, value) = unsafe { (text(name, name_len)?, text(value, value_len)?) };
        options.set(name, value, &engine::description())?;
        Ok(true)
    })
}

/// Checks that an option can have this value on some engine. If not, the error gives the reason.
///
/// # Safety
/// The caller guarantees that `name` points to `name_len` bytes, and `value` to `value_len` bytes. Both are UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_option_check(name: *const u8, name_len: usize, value: *const u8, value_len: usize) -> bool {
    entry(|| {
        // SAFETY: the caller guarantees that the texts are as long as their lengths say; the call only reads them.
        let (name, value) = unsafe { (text(name, name_len)?, text(value, value_len)?) };
        options::check(name, value)?;
        Ok(true)
    })
}

/// Returns a text that C passed. Fails if the text is not UTF-8.
///
/// # Safety
/// `text` is NULL or points to `len` bytes, which nobody changes or frees during `'a`.
unsafe fn text<'a>(text: *const u8, len: usize) -> Result<&'a str> {
    // SAFETY: the caller guarantees that `text` is NULL or points to `len` bytes that stay unchanged during `'a`.
    let bytes = unsafe { pointer::slice(text, len, "the option's text") }?;
    std::str::from_utf8(bytes).map_err(|e| Error::new(ErrorKind::Invalid, format!("the option is not UTF-8: {e}")))
}

/// Deletes options; NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn aw_options_delete(options: Option<Box<Options>>) {
    delete(options);
}

/// Returns a new engine with these options, or with the default options if `options` is NULL. The options stay
/// unchanged. The caller deletes the engine.
#[unsafe(no_mangle)]
pub extern "C" fn aw_engine_new(options: Option<&Options>) -> Option<Box<CEngine>> {
    entry(|| give(CEngine(Engine::new(options.cloned().unwrap_or_default())?)))
}

/// Deletes an engine; NULL is allowed. Its stores and modules keep working.
#[unsafe(no_mangle)]
pub extern "C" fn aw_engine_delete(engine: Option<Box<CEngine>>) {
    delete(engine);
}

/// Returns the capabilities that the engine has with its options: a bit for each, numbered as for `aw_capability_name`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_engine_capabilities(engine: Option<&CEngine>) -> u64 {
    entry(|| Ok(non_null(engine, "the engine")?.0.capabilities.0))
}

/// Advances the engine's epoch by one. Guests whose store's deadline is reached are interrupted.
#[unsafe(no_mangle)]
pub extern "C" fn aw_engine_increment_epoch(engine: Option<&CEngine>) -> bool {
    entry(|| {
        let engine = &non_null(engine, "the engine")?.0;
        engine.capabilities.require(capabilities::EPOCH, LinkedBackend::NAME, "advancing the epoch")?;
        engine.epoch.fetch_add(1, Ordering::SeqCst);
        LinkedBackend::engine_tick(&engine.raw);
        Ok(true)
    })
}
