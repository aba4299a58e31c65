//! Options for a new engine, each with a name and a value. [`Options::set`] checks both against [`TABLE`] and against
//! the engine's description.
//!
//! All engines use the option names of wasmtime-py's `Config`. A proposal, a feature of WebAssembly, can be switched on
//! and off on every engine, because the shim itself validates modules. A module that needs a proposal which the engine
//! does not implement is refused when it is compiled. If an engine does not have an option that changes no results, it
//! ignores the option. An engine refuses every other option that it cannot honour.

use crate::base::capabilities::Capabilities;
use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::base::option_table::{Domain, Fallback, OptionDefinition, TABLE};
use std::collections::BTreeMap;
use wasmparser::WasmFeatures;

/// Properties of an engine that determine which options the engine accepts.
#[derive(Clone, Copy)]
pub struct EngineDescription {
    /// Name of the engine, for error messages.
    pub name: &'static str,
    /// Returns whether the engine honours an option. The caller passes only names of options that are not proposals.
    pub has_option: fn(&str) -> bool,
    /// Capabilities of the engine.
    pub capabilities: Capabilities,
}

/// Names and values of the options for a new engine.
#[derive(Clone, Default, Debug)]
pub struct Options(BTreeMap<String, String>);

impl Options {
    /// Sets an option. Fails if the name or the value is wrong, or if the engine refuses the option.
    pub fn set(&mut self, name: &str, value: &str, engine: &EngineDescription) -> Result<()> {
        let option = find(name)?;
        option.check(name, value)?;
        let is_honoured = match option.domain {
            Domain::Proposal(_) | Domain::Percent => true,
            _ => (engine.has_option)(option.name),
        };
        if is_honoured {
            self.0.insert(name.to_owned(), value.to_owned());
            return Ok(());
        }
        match option.fallback {
            Fallback::Ignore => return Ok(()),
            _ if option.neutral == Some(value) => return Ok(()),
            Fallback::Refuse => {}
            Fallback::Require(capability) => {
                engine.capabilities.require(capability, engine.name, format_args!("the option `{name}`"))?;
            }
        }
        fail!(Unsupported, "the engine `{}` cannot honour the option `{name}={value}`", engine.name)
    }

    /// Returns these options without those of the given names.
    pub fn without(&self, names: &[&str]) -> Self {
        Self(
            self.0
                .iter()
                .filter(|(name, _)| !names.contains(&name.as_str()))
                .map(|(n, v)| (n.clone(), v.clone()))
                .collect(),
        )
    }

    /// Returns the value of an option, or `None` if the option was not set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns the value of a switch or a proposal, or `None` if the option was not set.
    pub fn switch(&self, name: &str) -> Option<bool> {
        self.get(name).map(|value| value == "true")
    }

    /// Returns the value of a size in bytes or of a percentage, or `None` if the option was not set.
    pub fn size(&self, name: &str) -> Option<u64> {
        self.get(name).and_then(|value| value.parse().ok())
    }

    /// Returns the value of a choice as an index in the list of choices in the option's row, or `None` if the option
    /// was not set.
    pub fn choice(&self, name: &str) -> Option<usize> {
        let value = self.get(name)?;
        choices(find(name).ok()?)?.iter().position(|choice| *choice == value)
    }

    /// Returns the options whose names begin with the prefix. Each item is the name without the prefix, and the value.
    pub fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }

    /// Returns these features after switching proposals on and off according to the options. `max` are the features that
    /// the engine implements.
    pub fn switch_proposals(&self, mut features: WasmFeatures, max: WasmFeatures) -> WasmFeatures {
        for option in TABLE {
            if let (Domain::Proposal(proposal), Some(on)) = (option.domain, self.switch(option.name)) {
                features.set(proposal, on && max.contains(proposal));
            }
        }
        features
    }

    /// Returns the options that belong to the stamp of a serialized module, as one text. An engine can load the module
    /// only if its own options have the same text.
    pub fn stamp(&self) -> String {
        let stamped = self.0.iter().filter(|(name, _)| find(name).is_ok_and(|option| option.in_stamp));
        stamped.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
    }
}

/// Fails if no engine has an option of this name, or if the option does not accept the value.
pub fn check_option(name: &str, value: &str) -> Result<()> {
    find(name)?.check(name, value)
}

/// Returns the choice at `index` in the row of an option. Returns `None` if the engine does not honour the option, if
/// the option is not a choice, or if `index` is beyond the last choice.
pub fn choice_at(engine: &EngineDescription, name: &str, index: usize) -> Option<&'static str> {
    let option = find(name).ok().filter(|option| (engine.has_option)(option.name))?;
    choices(option)?.get(index).copied()
}

fn choices(option: &OptionDefinition) -> Option<&'static [&'static str]> {
    match option.domain {
        Domain::Choice(choices) => Some(choices),
        _ => None,
    }
}

/// Returns the table's row for the option `name`. Fails if the table has no such row.
fn find(name: &str) -> Result<&'static OptionDefinition> {
    let has_name =
        |option: &&OptionDefinition| option.name == name || option.name.ends_with('.') && name.starts_with(option.name);
    let Some(option) = TABLE.iter().find(has_name) else {
        let known: Vec<_> = TABLE.iter().map(|option| option.name).collect();
        fail!(Invalid, "there is no option `{name}`; there are {}", known.join(", "));
    };
    Ok(option)
}

impl OptionDefinition {
    /// Fails if the option does not accept the value. `name` is the full name of the option. The row of an option such
    /// as `cranelift_flag.NAME` contains only the prefix `cranelift_flag.` of the name.
    fn check(&self, name: &str, value: &str) -> Result<()> {
        let accepted = match self.domain {
            Domain::Switch | Domain::Proposal(_) if matches!(value, "true" | "false") => return Ok(()),
            Domain::Switch | Domain::Proposal(_) => "true or false".to_owned(),
            Domain::Size | Domain::Percent if value.parse::<u64>().is_ok() => return Ok(()),
            Domain::Size => "a number of bytes below 2^64".to_owned(),
            Domain::Percent => "a number of percent below 2^64".to_owned(),
            Domain::Choice(choices) if choices.contains(&value) => return Ok(()),
            Domain::Choice(choices) => choices.join(", "),
            // An engine reads the name and the value as C strings. A C string ends at the first NUL.
            Domain::Text if !value.contains('\0') && !name.contains('\0') => return Ok(()),
            Domain::Text => "text without NUL".to_owned(),
            Domain::Target => match value.parse::<target_lexicon::Triple>() {
                Ok(_) => return Ok(()),
                Err(error) => return Err(Error::new(ErrorKind::Invalid, error.to_string())),
            },
        };
        fail!(Invalid, "the option `{name}` cannot be `{value}`; it can be {accepted}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGINE: EngineDescription = EngineDescription {
        name: "x",
        has_option: |name| matches!(name, "max_wasm_stack" | "profiler" | "cranelift_flag."),
        capabilities: Capabilities(0),
    };

    fn set(name: &str, value: &str) -> Result<Options> {
        let mut options = Options::default();
        options.set(name, value, &ENGINE).map(|()| options)
    }

    fn message(name: &str, value: &str) -> String {
        set(name, value).unwrap_err().message
    }

    #[test]
    fn names_and_values_are_checked() {
        for (name, value) in
            [("colour", "red"), ("wasm_simd", "maybe"), ("memory_reservation", "-1"), ("max_complexity", "many")]
        {
            assert_eq!(set(name, value).unwrap_err().kind, ErrorKind::Invalid);
            assert_eq!(check_option(name, value).unwrap_err().kind, ErrorKind::Invalid);
        }
        assert!(message("colour", "red").starts_with("there is no option `colour`; there are wasm_threads, "));
        assert_eq!(
            message("profiler", "x"),
            "the option `profiler` cannot be `x`; it can be none, jitdump, vtune, perfmap"
        );
        assert!(message("target", "foo").starts_with("Unrecognized architecture"));
        assert!(message("cranelift_flag.a\0b", "").ends_with("it can be text without NUL"));
        assert!(check_option("wasm_gc", "true").is_ok());
    }

    #[test]
    fn an_engine_ignores_or_refuses_what_it_does_not_have() {
        let kind = |name, value| set(name, value).map(|options| options.0.len()).map_err(|error| error.kind);
        assert_eq!(kind("memory_reservation", "65536"), Ok(0));
        assert_eq!(kind("consume_fuel", "false"), Ok(0));
        assert_eq!(kind("consume_fuel", "true"), Err(ErrorKind::Unsupported));
        assert_eq!(kind("debug_info", "false"), Ok(0));
        assert_eq!(kind("target", "x86_64-linux-gnu"), Err(ErrorKind::Unsupported));
        assert_eq!(kind("wasm_gc", "true"), Ok(1));
        assert_eq!(kind("wasm_gc", "false"), Ok(1));
        assert!(message("consume_fuel", "true").contains("lacks the capability `fuel`"));
        assert_eq!(kind("debug_info", "true"), Ok(0));
        assert_eq!(
            message("cranelift_nan_canonicalization", "true"),
            "the engine `x` cannot honour the option `cranelift_nan_canonicalization=true`"
        );
    }

    #[test]
    fn values_are_read_by_their_domain() {
        let stack = set("max_wasm_stack", "65536").unwrap();
        assert_eq!((stack.size("max_wasm_stack"), stack.size("memory_reservation")), (Some(65536), None));
        let profiler = set("profiler", "vtune").unwrap();
        assert_eq!((profiler.choice("profiler"), profiler.choice("strategy")), (Some(2), None));
        let flag = set("cranelift_flag.enable_simd", "").unwrap();
        assert_eq!(flag.with_prefix("cranelift_flag.").collect::<Vec<_>>(), [("enable_simd", "")]);
    }

    #[test]
    fn only_an_option_that_the_engine_honours_has_choices() {
        assert_eq!(choice_at(&ENGINE, "profiler", 1), Some("jitdump"));
        assert_eq!(choice_at(&ENGINE, "profiler", 4), None);
        assert_eq!(choice_at(&ENGINE, "strategy", 0), None);
        assert_eq!(choice_at(&ENGINE, "max_wasm_stack", 0), None);
    }

    #[test]
    fn the_shim_itself_honours_percentages() {
        let options = set("max_complexity", "250").unwrap();
        assert_eq!((options.size("max_complexity"), options.stamp().as_str()), (Some(250), ""));
        assert!(message("max_complexity", "-1").ends_with("it can be a number of percent below 2^64"));
    }

    #[test]
    fn a_proposal_can_be_switched_off() {
        let options = set("wasm_simd", "false").unwrap();
        let max = WasmFeatures::WASM2;
        let features = options.switch_proposals(WasmFeatures::WASM2, max);
        assert!(!set("wasm_gc", "true").unwrap().switch_proposals(max, max).contains(WasmFeatures::GC));
        assert!(!features.contains(WasmFeatures::SIMD) && features.contains(WasmFeatures::MULTI_VALUE));
        assert_eq!(options.stamp(), "wasm_simd=false");
        assert_eq!(set("max_wasm_stack", "65536").unwrap().stamp(), "");
    }

    #[test]
    fn names_are_unique() {
        for (index, option) in TABLE.iter().enumerate() {
            assert!(TABLE[index + 1..].iter().all(|other| other.name != option.name), "{}", option.name);
        }
    }

    #[test]
    fn a_neutral_value_is_one_that_the_option_accepts() {
        for option in TABLE {
            assert!(option.neutral.is_none_or(|value| option.check(option.name, value).is_ok()), "{}", option.name);
        }
    }
}
