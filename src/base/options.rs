//! Options an engine is made with: one table of all there are, whichever engine has them.
//!
//! The names are those of the explicit style's `Config`; what another engine can do under one of them it
//! does too. A proposal can be switched off on every engine, since modules are validated here; it can be switched on
//! where the engine implements it. What only tunes speed is dropped by an engine that has no use for it; all else that
//! an engine cannot honour is refused.

use crate::base::capabilities::{self as cap, Capabilities};
use crate::base::error::{Error, ErrorKind, Result, fail};
use std::collections::BTreeMap;
use wasmparser::WasmFeatures;

/// The values an option takes.
pub enum Domain {
    /// `true` or `false`.
    Switch,
    /// A number of bytes.
    Size,
    /// One of these.
    Choice(&'static [&'static str]),
    /// Any text.
    Text,
    /// A target triple.
    Target,
    /// Switches a proposal: `true` or `false`.
    Proposal(WasmFeatures),
}

/// What happens on an engine that does not have the option.
#[derive(Clone, Copy)]
pub enum Lacking {
    /// It only tunes speed, or how the engine does what it does anyway.
    Ignore,
    /// It is refused, unless it is set to this value, which is what such an engine does anyway.
    Refuse(&'static str),
    /// The same, as the lack of a capability.
    Require(&'static str, Capabilities),
}

/// An option.
pub struct OptionDefinition {
    /// Its name; one that ends in a dot begins the names of many.
    pub name: &'static str,
    /// Its values.
    pub domain: Domain,
    /// What an engine without it does.
    pub lacking: Lacking,
    /// Whether code compiled under one value may not be loaded under another.
    pub in_stamp: bool,
}

const fn option(name: &'static str, domain: Domain, lacking: Lacking) -> OptionDefinition {
    OptionDefinition { name, domain, lacking, in_stamp: false }
}

const fn proposal(name: &'static str, features: WasmFeatures) -> OptionDefinition {
    OptionDefinition { name, domain: Domain::Proposal(features), lacking: Lacking::Refuse("false"), in_stamp: true }
}

use Domain::{Choice, Size, Switch, Target, Text};
use Lacking::{Ignore, Refuse, Require};

/// Every option there is.
pub const TABLE: &[OptionDefinition] = &[
    proposal("wasm_threads", WasmFeatures::THREADS),
    proposal("wasm_tail_call", WasmFeatures::TAIL_CALL),
    proposal("wasm_reference_types", WasmFeatures::REFERENCE_TYPES),
    proposal("wasm_function_references", WasmFeatures::FUNCTION_REFERENCES),
    proposal("wasm_gc", WasmFeatures::GC),
    proposal("gc_support", WasmFeatures::GC_TYPES),
    proposal("wasm_simd", WasmFeatures::SIMD),
    proposal("wasm_relaxed_simd", WasmFeatures::RELAXED_SIMD),
    proposal("wasm_bulk_memory", WasmFeatures::BULK_MEMORY),
    proposal("wasm_multi_value", WasmFeatures::MULTI_VALUE),
    proposal("wasm_multi_memory", WasmFeatures::MULTI_MEMORY),
    proposal("wasm_memory64", WasmFeatures::MEMORY64),
    proposal("wasm_exceptions", WasmFeatures::EXCEPTIONS),
    proposal("wasm_wide_arithmetic", WasmFeatures::WIDE_ARITHMETIC),
    proposal("wasm_custom_page_sizes", WasmFeatures::CUSTOM_PAGE_SIZES),
    proposal("wasm_stack_switching", WasmFeatures::STACK_SWITCHING),
    option("wasm_relaxed_simd_deterministic", Switch, Refuse("false")),
    option("wasm_component_model", Switch, Require("false", cap::COMPONENTS)),
    option("wasm_component_model_map", Switch, Require("false", cap::COMPONENTS)),
    option("wasm_component_model_implements", Switch, Refuse("false")),
    option("shared_memory", Switch, Require("false", cap::SHARED_MEMORY)),
    option("consume_fuel", Switch, Require("false", cap::FUEL)),
    option("epoch_interruption", Switch, Require("false", cap::EPOCH)),
    // Not of any `Config`: running guests ask the host now and then whether they may go on (see `interrupt`).
    option("interruptible", Switch, Require("false", cap::EPOCH)),
    option("max_wasm_stack", Size, Refuse("")),
    option("strategy", Choice(&["auto", "cranelift"]), Ignore),
    option("compiler", Choice(&["cranelift", "singlepass"]), Require("", cap::COMPILERS)),
    option("cranelift_opt_level", Choice(&["none", "speed", "speed_and_size"]), Ignore),
    option("cranelift_debug_verifier", Switch, Refuse("false")),
    OptionDefinition { in_stamp: true, ..option("cranelift_nan_canonicalization", Switch, Refuse("false")) },
    // Refused with whatever value: none at all enables a flag, and no text has a NUL.
    option("cranelift_flag.", Text, Refuse("\0")),
    option("target", Target, Refuse("")),
    option("debug_info", Switch, Refuse("false")),
    option("profiler", Choice(&["none", "jitdump", "vtune", "perfmap"]), Refuse("none")),
    option("cache", Text, Ignore),
    option("parallel_compilation", Switch, Ignore),
    option("native_unwind_info", Switch, Ignore),
    option("macos_use_mach_ports", Switch, Ignore),
    option("signals_based_traps", Switch, Ignore),
    option("memory_init_cow", Switch, Ignore),
    option("memory_may_move", Switch, Ignore),
    option("memory_reservation", Size, Ignore),
    option("memory_guard_size", Size, Ignore),
    option("memory_reservation_for_growth", Size, Ignore),
];

/// What an engine offers, as far as options ask for it.
#[derive(Clone, Copy)]
pub struct EngineDescription {
    /// The engine's name, for error messages.
    pub name: &'static str,
    /// The options that it honours, besides proposals.
    pub options: &'static [&'static str],
    /// The proposals that can be switched on.
    pub max_features: WasmFeatures,
    /// What it can do.
    pub capabilities: Capabilities,
}

/// Names and values that the engine takes.
#[derive(Clone, Default, Debug)]
pub struct Options(BTreeMap<String, String>);

impl Options {
    /// Sets an option, or fails where name or value are wrong, or the engine cannot honour them.
    pub fn set(&mut self, name: &str, value: &str, engine: &EngineDescription) -> Result<()> {
        let option = find(name)?;
        option.check(name, value)?;
        let taken = match option.domain {
            Domain::Proposal(features) => value == "false" || engine.max_features.contains(features),
            _ => engine.options.contains(&option.name),
        };
        if taken {
            self.0.insert(name.to_owned(), value.to_owned());
            return Ok(());
        }
        match option.lacking {
            Lacking::Ignore => Ok(()),
            Lacking::Refuse(same) | Lacking::Require(same, _) if value == same => Ok(()),
            Lacking::Require(_, capability) => {
                engine.capabilities.require(capability, engine.name, format_args!("the option `{name}`"))?;
                Err(refused(engine, name, value))
            }
            Lacking::Refuse(_) => Err(refused(engine, name, value)),
        }
    }

    /// The value, where it was set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The value of a switch, where it was set.
    pub fn switch(&self, name: &str) -> Option<bool> {
        self.get(name).map(|value| value == "true")
    }

    /// The value of a size, where it was set.
    pub fn size(&self, name: &str) -> Option<u64> {
        self.get(name).and_then(|value| value.parse().ok())
    }

    /// All that begin so: the rest of the name, and the value.
    pub fn starting<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }

    /// The engine's features with the proposals switched as the options say.
    pub fn switch_proposals(&self, mut features: WasmFeatures) -> WasmFeatures {
        for option in TABLE {
            if let (Domain::Proposal(proposal), Some(on)) = (&option.domain, self.switch(option.name)) {
                features.set(*proposal, on);
            }
        }
        features
    }

    /// What of them must be the same where compiled code is loaded again.
    pub fn stamp(&self) -> String {
        let stamped = self.0.iter().filter(|(name, _)| find(name).is_ok_and(|option| option.in_stamp));
        stamped.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
    }
}

/// Whether an option can have this value, on whichever engine.
pub fn check(name: &str, value: &str) -> Result<()> {
    find(name)?.check(name, value)
}

/// A value that the engine's option can have, by its position among the choices, the default first.
pub fn value(engine: &EngineDescription, name: &str, index: usize) -> Option<&'static str> {
    match find(name).ok().filter(|option| engine.options.contains(&option.name))?.domain {
        Choice(values) => values.get(index).copied(),
        _ => None,
    }
}

fn find(name: &str) -> Result<&'static OptionDefinition> {
    let fits =
        |option: &&OptionDefinition| option.name == name || option.name.ends_with('.') && name.starts_with(option.name);
    let Some(option) = TABLE.iter().find(fits) else {
        let known: Vec<_> = TABLE.iter().map(|option| option.name).collect();
        fail!(Invalid, "there is no option `{name}`; there are {}", known.join(", "));
    };
    Ok(option)
}

fn refused(engine: &EngineDescription, name: &str, value: &str) -> Error {
    Error::new(
        ErrorKind::Unsupported,
        format!("the engine `{}` cannot honour the option `{name}={value}`", engine.name),
    )
}

impl OptionDefinition {
    fn check(&self, name: &str, value: &str) -> Result<()> {
        let wanted = match &self.domain {
            Switch | Domain::Proposal(_) if matches!(value, "true" | "false") => return Ok(()),
            Switch | Domain::Proposal(_) => "true or false".to_owned(),
            Size if value.parse::<u64>().is_ok() => return Ok(()),
            Size => "a number of bytes below 2^64".to_owned(),
            Choice(values) if values.contains(&value) => return Ok(()),
            Choice(values) => values.join(", "),
            // An engine reads it as a C string.
            Text if !value.contains('\0') && !name.contains('\0') => return Ok(()),
            Text => "text without NUL".to_owned(),
            Target => match value.parse::<target_lexicon::Triple>() {
                Ok(_) => return Ok(()),
                Err(error) => return Err(Error::new(ErrorKind::Invalid, error.to_string())),
            },
        };
        fail!(Invalid, "the option `{name}` cannot be `{value}`; it can be {wanted}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGINE: EngineDescription = EngineDescription {
        name: "x",
        options: &["max_wasm_stack"],
        max_features: WasmFeatures::WASM2,
        capabilities: Capabilities(0),
    };

    #[test]
    fn names_and_values_are_checked() {
        let mut options = Options::default();
        let mut set = |name, value| options.set(name, value, &ENGINE);
        assert_eq!(set("colour", "red").unwrap_err().kind, ErrorKind::Invalid);
        assert_eq!(set("wasm_simd", "maybe").unwrap_err().kind, ErrorKind::Invalid);
        assert_eq!(set("memory_reservation", "-1").unwrap_err().kind, ErrorKind::Invalid);
        assert!(set("target", "foo").unwrap_err().message.starts_with("Unrecognized architecture"));
    }

    #[test]
    fn what_an_engine_does_not_have_is_ignored_or_refused() {
        let mut options = Options::default();
        let mut set = |name, value| options.set(name, value, &ENGINE).map_err(|error| error.kind);
        assert_eq!(set("memory_reservation", "65536"), Ok(()));
        assert_eq!(set("consume_fuel", "false"), Ok(()));
        assert_eq!(set("consume_fuel", "true"), Err(ErrorKind::Unsupported));
        assert_eq!(set("wasm_gc", "true"), Err(ErrorKind::Unsupported));
        assert_eq!(set("max_wasm_stack", "65536"), Ok(()));
        assert_eq!((options.size("max_wasm_stack"), options.size("memory_reservation")), (Some(65536), None));
    }

    #[test]
    fn a_proposal_can_be_switched_off() {
        let mut options = Options::default();
        options.set("wasm_simd", "false", &ENGINE).unwrap();
        let features = options.switch_proposals(WasmFeatures::WASM2);
        assert!(!features.contains(WasmFeatures::SIMD) && features.contains(WasmFeatures::MULTI_VALUE));
        assert_eq!(options.stamp(), "wasm_simd=false");
    }
}
