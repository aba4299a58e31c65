//! Engines, and what the one linked here is.

use crate::abi::types::Str;
use crate::abi::{entry, pointer};
use crate::backend::{Active, Backend, EngineOps};
use crate::base::capabilities::{self, TABLE};
use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::base::options::{self, Options};
use crate::engine::version;
use crate::engine::{self, Engine};
use std::sync::atomic::Ordering;

/// The engine's name, as `ANYWASM_ENGINE` has it.
#[unsafe(no_mangle)]
pub extern "C" fn aw_engine_name() -> Str {
    Str::of(Active::NAME.as_bytes())
}

/// The engine's version, or `unknown`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_engine_version() -> Str {
    Str::of(version::ENGINE.as_bytes())
}

/// The header the engine is spoken to through.
#[unsafe(no_mangle)]
pub extern "C" fn aw_backend() -> Str {
    Str::of(Active::KIND.as_bytes())
}

/// The version of the shim; the Python package must be of the same.
#[unsafe(no_mangle)]
pub extern "C" fn aw_version() -> Str {
    Str::of(version::SHIM.as_bytes())
}

/// The engine's capabilities as bits of the capability table.
#[unsafe(no_mangle)]
pub extern "C" fn aw_capabilities() -> u64 {
    Active::CAPABILITIES.0
}

/// The name of a capability by its bit; no text behind the last.
#[unsafe(no_mangle)]
pub extern "C" fn aw_capability_name(bit: u32) -> Str {
    Str::of_option(TABLE.iter().find(|(set, ..)| set.0 == 1 << bit.min(63)).map(|(_, name, _)| *name))
}

/// What a capability means, by its bit; no text behind the last.
#[unsafe(no_mangle)]
pub extern "C" fn aw_capability_meaning(bit: u32) -> Str {
    Str::of_option(TABLE.iter().find(|(set, ..)| set.0 == 1 << bit.min(63)).map(|(.., meaning)| *meaning))
}

/// A value that the option of this name takes, by its position, the default first; no text behind the last.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_option_value(name: *const u8, name_len: usize, index: usize) -> Str {
    // SAFETY: the module's rules.
    let Ok(name) = (unsafe { text(name, name_len) }) else { return Str::NONE };
    Str::of_option(options::value(&engine::description(), name, index))
}

/// Options for an engine, empty. The caller deletes them.
#[unsafe(no_mangle)]
pub extern "C" fn aw_options_new() -> *mut Options {
    pointer::give(Options::default())
}

/// Sets an option; fails for a name or a value that does not exist, or that the engine cannot honour. What only tunes
/// speed on another engine is nothing.
///
/// # Safety
/// See the module's rules; texts are UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_options_set(
    options: *mut Options,
    name: *const u8,
    name_len: usize,
    value: *const u8,
    value_len: usize,
) -> bool {
    entry(|| {
        // SAFETY: the module's rules; options are used by one thread at a time.
        let Some(options) = (unsafe { options.as_mut() }) else { fail!(Invalid, "the options are NULL") };
        // SAFETY: the module's rules.
        let (name, value) = unsafe { (text(name, name_len)?, text(value, value_len)?) };
        options.set(name, value, &engine::description())?;
        Ok(true)
    })
}

/// Whether an option can have this value on whichever engine; fails with the reason where not.
///
/// # Safety
/// See the module's rules; texts are UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_option_check(name: *const u8, name_len: usize, value: *const u8, value_len: usize) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let (name, value) = unsafe { (text(name, name_len)?, text(value, value_len)?) };
        options::check(name, value)?;
        Ok(true)
    })
}

unsafe fn text<'a>(text: *const u8, len: usize) -> Result<&'a str> {
    // SAFETY: the caller's promise, that of the module's rules.
    let bytes = unsafe { pointer::slice(text, len, "the option's text") }?;
    std::str::from_utf8(bytes).map_err(|e| Error::new(ErrorKind::Invalid, format!("the option is not UTF-8: {e}")))
}

/// Deletes options; NULL is nothing.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_options_delete(options: *mut Options) {
    // SAFETY: the module's rules.
    unsafe { pointer::take(options) }
}

/// A new engine; `options` may be NULL, and is not changed. The caller deletes it.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_engine_new(options: *const Options) -> *const Engine {
    entry(|| {
        // SAFETY: the module's rules.
        let options = unsafe { options.as_ref() }.cloned().unwrap_or_default();
        Ok(pointer::give_shared(Engine::new(options)?))
    })
}

/// Deletes an engine; NULL is nothing. Stores and modules made with it go on working.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_engine_delete(engine: *const Engine) {
    // SAFETY: the module's rules.
    unsafe { pointer::take_shared(engine) }
}

/// What the engine can do under its options, as bits of the capability table.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_engine_capabilities(engine: *const Engine) -> u64 {
    // SAFETY: the module's rules.
    entry(|| Ok(unsafe { pointer::borrow(engine, "the engine") }?.capabilities.0))
}

/// Advances the engine's epoch: guests whose store's deadline it reaches are interrupted. From any thread.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_engine_increment_epoch(engine: *const Engine) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let engine = unsafe { pointer::borrow(engine, "the engine") }?;
        engine.capabilities.require(capabilities::EPOCH, Active::NAME, "advancing the epoch")?;
        engine.epoch.fetch_add(1, Ordering::SeqCst);
        Active::engine_tick(&engine.raw);
        Ok(true)
    })
}
