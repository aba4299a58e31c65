//! Options an engine is made with: one table of all there are, whichever engine has them.
//!
//! The names are those of the explicit style's `Config`; what another engine can do under one of them it
//! does too. A proposal can be switched off on every engine, since modules are validated here; it can be switched on
//! where the engine implements it. What only tunes speed is dropped by an engine that has no use for it; all else that
//! an engine cannot honour is refused.

use crate::backend::{Active, Backend};
use crate::capabilities::{self as cap, Capabilities};
use crate::error::{Error, Kind, Result, fail};
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
pub struct Knob {
    /// Its name; one that ends in a dot begins the names of many.
    pub name: &'static str,
    /// Its values.
    pub domain: Domain,
    /// What an engine without it does.
    pub lacking: Lacking,
    /// Whether code compiled under one value may not be loaded under another.
    pub in_stamp: bool,
}

const fn knob(name: &'static str, domain: Domain, lacking: Lacking) -> Knob {
    Knob { name, domain, lacking, in_stamp: false }
}

const fn proposal(name: &'static str, features: WasmFeatures) -> Knob {
    Knob { name, domain: Domain::Proposal(features), lacking: Lacking::Refuse("false"), in_stamp: true }
}

use Domain::{Choice, Size, Switch, Target, Text};
use Lacking::{Ignore, Refuse, Require};

/// Every option there is.
pub const TABLE: &[Knob] = &[
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
    knob("wasm_relaxed_simd_deterministic", Switch, Refuse("false")),
    knob("wasm_component_model", Switch, Require("false", cap::COMPONENTS)),
    knob("wasm_component_model_map", Switch, Require("false", cap::COMPONENTS)),
    knob("wasm_component_model_implements", Switch, Refuse("false")),
    knob("shared_memory", Switch, Require("false", cap::SHARED_MEMORY)),
    knob("consume_fuel", Switch, Require("false", cap::FUEL)),
    knob("epoch_interruption", Switch, Require("false", cap::EPOCH)),
    // Not of any `Config`: running guests ask the host now and then whether they may go on (see `interrupt`).
    knob("interruptible", Switch, Require("false", cap::EPOCH)),
    knob("max_wasm_stack", Size, Refuse("")),
    knob("strategy", Choice(&["auto", "cranelift"]), Ignore),
    knob("compiler", Choice(&["cranelift", "singlepass"]), Require("", cap::COMPILERS)),
    knob("cranelift_opt_level", Choice(&["none", "speed", "speed_and_size"]), Ignore),
    knob("cranelift_debug_verifier", Switch, Refuse("false")),
    Knob { in_stamp: true, ..knob("cranelift_nan_canonicalization", Switch, Refuse("false")) },
    // Refused with whatever value: none at all enables a flag, and no text has a NUL.
    knob("cranelift_flag.", Text, Refuse("\0")),
    knob("target", Target, Refuse("")),
    knob("debug_info", Switch, Refuse("false")),
    knob("profiler", Choice(&["none", "jitdump", "vtune", "perfmap"]), Refuse("none")),
    knob("cache", Text, Ignore),
    knob("parallel_compilation", Switch, Ignore),
    knob("native_unwind_info", Switch, Ignore),
    knob("macos_use_mach_ports", Switch, Ignore),
    knob("signals_based_traps", Switch, Ignore),
    knob("memory_init_cow", Switch, Ignore),
    knob("memory_may_move", Switch, Ignore),
    knob("memory_reservation", Size, Ignore),
    knob("memory_guard_size", Size, Ignore),
    knob("memory_reservation_for_growth", Size, Ignore),
];

/// Names and values that the engine takes.
#[derive(Clone, Default, Debug)]
pub struct Options(BTreeMap<String, String>);

impl Options {
    /// Sets an option, or fails where name or value are wrong, or the engine cannot honour them.
    pub fn set(&mut self, name: &str, value: &str) -> Result<()> {
        let knob = find(name)?;
        knob.check(name, value)?;
        let taken = match knob.domain {
            Domain::Proposal(features) => value == "false" || Active::most_features().contains(features),
            _ => Active::OPTIONS.contains(&knob.name),
        };
        if taken {
            self.0.insert(name.to_owned(), value.to_owned());
            return Ok(());
        }
        match knob.lacking {
            Lacking::Ignore => Ok(()),
            Lacking::Refuse(same) | Lacking::Require(same, _) if value == same => Ok(()),
            Lacking::Require(_, capability) => {
                Active::CAPABILITIES.require(capability, Active::NAME, format_args!("the option `{name}`"))?;
                Err(refused(name, value))
            }
            Lacking::Refuse(_) => Err(refused(name, value)),
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
        for knob in TABLE {
            if let (Domain::Proposal(proposal), Some(on)) = (&knob.domain, self.switch(knob.name)) {
                features.set(*proposal, on);
            }
        }
        features
    }

    /// What of them must be the same where compiled code is loaded again.
    pub fn stamp(&self) -> String {
        let stamped = self.0.iter().filter(|(name, _)| find(name).is_ok_and(|knob| knob.in_stamp));
        stamped.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
    }
}

/// Whether an option can have this value, on whichever engine.
pub fn check(name: &str, value: &str) -> Result<()> {
    find(name)?.check(name, value)
}

/// A value that the engine's option can have, by its position among the choices, the default first.
pub fn value(name: &str, index: usize) -> Option<&'static str> {
    match find(name).ok().filter(|knob| Active::OPTIONS.contains(&knob.name))?.domain {
        Choice(values) => values.get(index).copied(),
        _ => None,
    }
}

fn find(name: &str) -> Result<&'static Knob> {
    let fits = |knob: &&Knob| knob.name == name || knob.name.ends_with('.') && name.starts_with(knob.name);
    let Some(knob) = TABLE.iter().find(fits) else {
        let known: Vec<_> = TABLE.iter().map(|knob| knob.name).collect();
        fail!(Invalid, "there is no option `{name}`; there are {}", known.join(", "));
    };
    Ok(knob)
}

fn refused(name: &str, value: &str) -> Error {
    Error::new(Kind::Unsupported, format!("the engine `{}` cannot honour the option `{name}={value}`", Active::NAME))
}

impl Knob {
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
                Err(error) => return Err(Error::new(Kind::Invalid, error.to_string())),
            },
        };
        fail!(Invalid, "the option `{name}` cannot be `{value}`; it can be {wanted}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_checked() {
        let mut options = Options::default();
        assert_eq!(options.set("colour", "red").unwrap_err().kind, Kind::Invalid);
        assert_eq!(options.set("wasm_simd", "maybe").unwrap_err().kind, Kind::Invalid);
        assert_eq!(options.set("memory_reservation", "-1").unwrap_err().kind, Kind::Invalid);
        assert!(options.set("target", "foo").unwrap_err().message.starts_with("Unrecognized architecture"));
    }

    #[test]
    fn a_proposal_can_be_switched_off() {
        let mut options = Options::default();
        options.set("wasm_simd", "false").unwrap();
        let features = options.switch_proposals(WasmFeatures::WASM2);
        assert!(!features.contains(WasmFeatures::SIMD) && features.contains(WasmFeatures::MULTI_VALUE));
        assert_eq!(options.stamp(), "wasm_simd=false");
    }
}
