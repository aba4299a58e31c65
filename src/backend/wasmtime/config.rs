//! Hands an engine's options to wasmtime's configuration, `wasm_config_t`.
//!
//! The option `NAME` is set by the function `wasmtime_config_NAME_set`, where `wasmtime.h` has such a function for a
//! bool or a size. `wasm_c_api/config_setters.rs` lists these functions, so that a new row in `base/option_table.rs`
//! needs no code here. [`SPECIAL`] names the options that need code.

use crate::backend::wasmtime::error;
use crate::base::capabilities::{self as cap, Capabilities};
use crate::base::error::{Error, ErrorKind, Result};
use crate::base::options::Options;
use std::ffi::CString;
use wasm_c_api as c;
use wasmparser::WasmFeatures;

/// The options that wasmtime honours and that the functions for bools and sizes do not set.
const SPECIAL: &[&str] = &[
    "cache",
    // A library of the system ends the process over a flag that does not exist, and only Cranelift can check flags.
    #[cfg(not(feature = "system"))]
    "cranelift_flag.",
    "cranelift_opt_level",
    // Compiles the same checks into the code as `epoch_interruption`.
    "interruptible",
    "max_wasm_stack",
    "profiler",
    // Not passed on: both choices mean Cranelift.
    "strategy",
    "target",
];

/// Returns whether wasmtime honours the option of this name, which is not a proposal.
pub fn has_option(name: &str) -> bool {
    SPECIAL.contains(&name)
        || c::WASMTIME_CONFIG_SWITCHES.iter().any(|(switch, _)| *switch == name)
        || c::WASMTIME_CONFIG_SIZES.iter().any(|(size, _)| *size == name)
}

/// Returns the features that wasmtime implements (wasmtime 48, `Config::compiler_panicking_wasm_features`).
pub fn max_features() -> WasmFeatures {
    let has_stack_switching = cfg!(all(target_arch = "x86_64", any(target_os = "linux", target_os = "macos")));
    let mut features = FEATURES | WasmFeatures::CUSTOM_PAGE_SIZES | WasmFeatures::WIDE_ARITHMETIC;
    features.set(WasmFeatures::STACK_SWITCHING, has_stack_switching);
    features
}

/// The features that are on by default (`Config::features`). From wasmtime 49 on these include wide arithmetic.
pub const FEATURES: WasmFeatures = {
    let features = WasmFeatures::WASM3.union(WasmFeatures::GC_TYPES);
    if c::WASMTIME_VERSION_MAJOR < 49 { features } else { features.union(WasmFeatures::WIDE_ARITHMETIC) }
};

/// wasmtime's default for `async_stack_size`, in bytes.
const ASYNC_STACK: usize = 2 << 20;

// Choices are passed on by their position in the option's row.
const _: () = assert!(
    c::wasmtime_opt_level_enum_WASMTIME_OPT_LEVEL_NONE == 0
        && c::wasmtime_opt_level_enum_WASMTIME_OPT_LEVEL_SPEED == 1
        && c::wasmtime_opt_level_enum_WASMTIME_OPT_LEVEL_SPEED_AND_SIZE == 2
);
const _: () = assert!(
    c::wasmtime_profiling_strategy_enum_WASMTIME_PROFILING_STRATEGY_NONE == 0
        && c::wasmtime_profiling_strategy_enum_WASMTIME_PROFILING_STRATEGY_JITDUMP == 1
        && c::wasmtime_profiling_strategy_enum_WASMTIME_PROFILING_STRATEGY_VTUNE == 2
        && c::wasmtime_profiling_strategy_enum_WASMTIME_PROFILING_STRATEGY_PERFMAP == 3
);

/// Returns the engine's capabilities under these options; `all` are those under no options.
pub fn capabilities(all: Capabilities, options: &Options) -> Capabilities {
    // By default wasmtime reserves all 4 GiB that a 32-bit memory can address, so that the memory never moves.
    let reserves_all = options.size("memory_reservation").is_none_or(|size| size >= 1 << 32);
    let never_moves = reserves_all || options.switch("memory_may_move") == Some(false);
    if never_moves { all } else { all.without(cap::STABLE_MEMORY).without(cap::VIEWS) }
}

/// Returns whether code is compiled with checks for interruption, by a deadline or by the host.
pub fn interruptible(options: &Options) -> bool {
    ["epoch_interruption", "interruptible"].iter().any(|name| options.switch(name) == Some(true))
}

/// Creates a configuration, which the caller owns. `stack` is the guest's share of the stack in bytes.
pub fn config(options: &Options, stack: usize) -> Result<*mut c::wasm_config_t> {
    // SAFETY: the configuration is new and only this function has the pointer, until it is returned or deleted.
    unsafe {
        let config = c::wasm_config_new();
        match configure(config, options, stack) {
            Ok(()) => Ok(config),
            Err(error) => {
                c::wasm_config_delete(config);
                Err(error)
            }
        }
    }
}

/// Sets the options in the configuration.
///
/// # Safety
/// `config` is a live configuration that no other thread uses.
unsafe fn configure(config: *mut c::wasm_config_t, options: &Options, stack: usize) -> Result<()> {
    // SAFETY: the caller guarantees that `config` is live and not used elsewhere (see `# Safety`). Texts are C strings
    // that live until the call that copies them returns. Positions of choices are numbers of the C enumerations, as the
    // assertions on them check.
    unsafe {
        for (name, set) in c::WASMTIME_CONFIG_SWITCHES {
            if let Some(on) = options.switch(name) {
                set(config, on);
            }
        }
        for (name, set) in c::WASMTIME_CONFIG_SIZES {
            if let Some(size) = options.size(name) {
                set(config, size);
            }
        }
        // After the switches: the option `interruptible` needs the checks even if `epoch_interruption` is off.
        c::wasmtime_config_epoch_interruption_set(config, interruptible(options));
        c::wasmtime_config_max_wasm_stack_set(config, stack);
        // The shim never uses this stack, but wasmtime refuses one that is smaller than `max_wasm_stack`.
        c::wasmtime_config_async_stack_size_set(config, stack.max(ASYNC_STACK));
        // A feature of components, which a library of the system may have on by default. It contradicts an engine
        // without reference types.
        c::wasmtime_config_concurrency_support_set(config, false);
        if let Some(level) = options.choice("cranelift_opt_level") {
            c::wasmtime_config_cranelift_opt_level_set(config, level as c::wasmtime_opt_level_t);
        }
        if let Some(profiler) = options.choice("profiler") {
            c::wasmtime_config_profiler_set(config, profiler as c::wasmtime_profiling_strategy_t);
        }
        if let Some(path) = options.get("cache") {
            // NULL is the default configuration file.
            let path = (!path.is_empty()).then(|| c_string(path)).transpose()?;
            let path = path.as_ref().map_or(std::ptr::null(), |path| path.as_ptr());
            error::check(c::wasmtime_config_cache_config_load(config, path), ErrorKind::Invalid)?;
        }
        if let Some(triple) = options.get("target") {
            error::check(c::wasmtime_config_target_set(config, c_string(triple)?.as_ptr()), ErrorKind::Invalid)?;
        }
        for (flag, value) in options.with_prefix("cranelift_flag.") {
            let (flag, value) = (c_string(flag)?, c_string(value)?);
            if value.is_empty() {
                c::wasmtime_config_cranelift_flag_enable(config, flag.as_ptr());
            } else {
                c::wasmtime_config_cranelift_flag_set(config, flag.as_ptr(), value.as_ptr());
            }
        }
        Ok(())
    }
}

/// Returns the error for options with which no engine can be created.
pub fn contradiction(reason: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorKind::Invalid, format!("the engine cannot be made with these options: {reason}"))
}

fn c_string(text: &str) -> Result<CString> {
    CString::new(text).map_err(|_| Error::new(ErrorKind::Invalid, "an option's text has a NUL in it"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::option_table::{Domain, TABLE};

    #[test]
    fn wasmtime_honours_its_options_and_no_others() {
        let expected = |name: &str| name != "compiler" && (name != "cranelift_flag." || cfg!(not(feature = "system")));
        // The header of wasmtime 50 has a setter for this option, that of wasmtime 48 has none.
        let is_new = |name: &str| name == "wasm_component_model_implements";
        for option in TABLE {
            if matches!(option.domain, Domain::Proposal(_)) || is_new(option.name) {
                continue;
            }
            assert_eq!(has_option(option.name), expected(option.name), "{}", option.name);
        }
    }

    #[test]
    fn every_proposal_has_a_setter() {
        for option in TABLE.iter().filter(|option| matches!(option.domain, Domain::Proposal(_))) {
            assert!(c::WASMTIME_CONFIG_SWITCHES.iter().any(|(name, _)| *name == option.name), "{}", option.name);
        }
    }

    #[test]
    fn a_memory_that_may_move_has_no_views() {
        let mut options = Options::default();
        let engine = crate::engine::description();
        options.set("memory_reservation", "65536", &engine).unwrap();
        assert!(!capabilities(engine.capabilities, &options).has(cap::VIEWS));
        options.set("memory_may_move", "false", &engine).unwrap();
        assert!(capabilities(engine.capabilities, &options).has(cap::VIEWS));
    }
}
