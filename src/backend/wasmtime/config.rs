//! Sets an engine's options in wasmtime's configuration, `wasm_config_t`.
//!
//! Most options are bools or sizes. The function `wasmtime_config_NAME_set` of `wasmtime.h` sets such an option `NAME`.
//! `wasm_c_api/config_setters.rs` lists these functions, so a new row in `base/option_table.rs` needs no code in this
//! file. [`SPECIAL_OPTIONS`] lists the options that need code. A new proposal belongs in [`max_features`].

use crate::backend::wasmtime::error;
use crate::base::capabilities::{self as cap, Capabilities};
use crate::base::error::{Error, ErrorKind, Result};
use crate::base::options::Options;
use std::ffi::CString;
use wasm_c_api as c;
use wasmparser::WasmFeatures;

/// Options that wasmtime honours, but that no function for a bool or a size sets.
const SPECIAL_OPTIONS: &[&str] = &[
    "cache",
    // Not for a system library: the library ends the process if a flag does not exist, and only Cranelift can check
    // flags.
    #[cfg(not(feature = "system"))]
    "cranelift_flag.",
    "cranelift_opt_level",
    // This option compiles the same checks into the code as `epoch_interruption`.
    "interruptible",
    "max_wasm_stack",
    "profiler",
    // This option is not passed to wasmtime, because both choices mean Cranelift.
    "strategy",
    "target",
];

/// Returns whether wasmtime honours the option `name`. `name` is never a WebAssembly proposal.
pub fn has_option(name: &str) -> bool {
    SPECIAL_OPTIONS.contains(&name)
        || c::WASMTIME_CONFIG_SWITCHES.iter().any(|(switch, _)| *switch == name)
        || c::WASMTIME_CONFIG_SIZES.iter().any(|(size, _)| *size == name)
}

/// Returns the features that wasmtime implements (wasmtime 48, `Config::compiler_panicking_wasm_features`).
pub fn max_features() -> WasmFeatures {
    let has_stack_switching = cfg!(all(target_arch = "x86_64", any(target_os = "linux", target_os = "macos")));
    let mut features = DEFAULT_FEATURES | WasmFeatures::CUSTOM_PAGE_SIZES | WasmFeatures::WIDE_ARITHMETIC;
    features.set(WasmFeatures::STACK_SWITCHING, has_stack_switching);
    features
}

/// The features that are on by default (`Config::features`). Since wasmtime 49, wide arithmetic is on by default.
pub const DEFAULT_FEATURES: WasmFeatures = {
    let features = WasmFeatures::WASM3.union(WasmFeatures::GC_TYPES);
    if c::WASMTIME_VERSION_MAJOR < 49 { features } else { features.union(WasmFeatures::WIDE_ARITHMETIC) }
};

/// wasmtime's default for `async_stack_size`, in bytes.
const ASYNC_STACK_SIZE: usize = 2 << 20;

// An option with a list of values has a row in `base/option_table.rs`. `configure` passes the position of the chosen
// value in this row, so the positions must equal the numbers of the C enumerations.
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

/// Returns the engine's capabilities under these options. `all` are the capabilities without any options.
pub fn capabilities(all: Capabilities, options: &Options) -> Capabilities {
    // By default wasmtime reserves all 4 GiB that a 32-bit memory can address, so a memory grows in place and never
    // moves.
    let reserves_all = options.size("memory_reservation").is_none_or(|size| size >= 1 << 32);
    let never_moves = reserves_all || options.switch("memory_may_move") == Some(false);
    if never_moves { all } else { all.without(cap::STABLE_MEMORY).without(cap::VIEWS) }
}

/// Returns whether the engine compiles interruption checks into code. The host's deadlines, which the option
/// `epoch_interruption` turns on, and the option `interruptible` need these checks.
pub fn interruptible(options: &Options) -> bool {
    ["epoch_interruption", "interruptible"].iter().any(|name| options.switch(name) == Some(true))
}

/// Creates a configuration. The caller owns the configuration. `stack_size` is the number of stack bytes that a guest
/// may use.
pub fn config(options: &Options, stack_size: usize) -> Result<*mut c::wasm_config_t> {
    // SAFETY: the configuration is new. Only this function has the pointer until the function returns or deletes the
    // configuration.
    unsafe {
        let config = c::wasm_config_new();
        match configure(config, options, stack_size) {
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
unsafe fn configure(config: *mut c::wasm_config_t, options: &Options, stack_size: usize) -> Result<()> {
    // SAFETY: the caller guarantees that `config` is live and that no other thread uses `config` (see `# Safety`). Each
    // text is a C string that lives until the call returns, and the called function copies the text. An option
    // with a list of values passes the position of its value in the list. Each position is a number of the C
    // enumeration, as the assertions above check.
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
        // This call comes after the switches, because the option `interruptible` needs the checks even if
        // `epoch_interruption` is off.
        c::wasmtime_config_epoch_interruption_set(config, interruptible(options));
        c::wasmtime_config_max_wasm_stack_set(config, stack_size);
        // The shim never uses the async stack, but wasmtime refuses an async stack that is smaller than
        // `max_wasm_stack`.
        c::wasmtime_config_async_stack_size_set(config, stack_size.max(ASYNC_STACK_SIZE));
        // Concurrency is a feature of components. A system library may have this feature on by default, but the feature
        // contradicts an engine without reference types.
        c::wasmtime_config_concurrency_support_set(config, false);
        if let Some(level) = options.choice("cranelift_opt_level") {
            c::wasmtime_config_cranelift_opt_level_set(config, level as c::wasmtime_opt_level_t);
        }
        if let Some(profiler) = options.choice("profiler") {
            c::wasmtime_config_profiler_set(config, profiler as c::wasmtime_profiling_strategy_t);
        }
        if let Some(path) = options.get("cache") {
            // NULL selects the default configuration file.
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

/// Returns the error for options with which wasmtime cannot create an engine.
pub fn contradiction(reason: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorKind::Invalid, format!("the engine cannot be made with these options: {reason}"))
}

/// Returns an option's text as a C string. Fails if the text contains a NUL.
fn c_string(text: &str) -> Result<CString> {
    CString::new(text).map_err(|_| Error::new(ErrorKind::Invalid, "an option's text has a NUL in it"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::option_table::{Domain, TABLE};

    #[test]
    fn wasmtime_honours_its_options_and_no_others() {
        // The shim itself honours `lowering`.
        let expected = |name: &str| {
            !["compiler", "lowering"].contains(&name) && (name != "cranelift_flag." || cfg!(not(feature = "system")))
        };
        // The header of wasmtime 50 has a setter for this option, but the header of wasmtime 48 has no such setter.
        let is_new = |name: &str| name == "wasm_component_model_implements";
        for option in TABLE {
            if matches!(option.domain, Domain::Proposal(_) | Domain::Percent) || is_new(option.name) {
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
