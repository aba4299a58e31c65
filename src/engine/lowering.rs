//! Decides what the engine does by itself, and what the shim makes up for by rewriting modules (see [`crate::lower`]).

use crate::backend::{Backend, EngineOps, LinkedBackend};
use crate::base::capabilities::{self as cap, Capabilities};
use crate::base::options::Options;
use crate::lower::Needs;
use crate::lower::metering::Metering;
use wasmparser::WasmFeatures;

/// The options that rewritten modules honour on every engine.
const OPTIONS: [&str; 4] = ["consume_fuel", "epoch_interruption", "interruptible", "lowering"];

/// What the modules of an engine object are rewritten for.
#[derive(Clone, Copy)]
pub struct Lowering {
    /// What metered code looks at.
    pub metering: Metering,
    /// The fuel of a new store.
    pub initial_fuel: u64,
    /// What else the engine needs.
    pub needs: Needs,
}

impl Lowering {
    /// Returns what these options ask for and the engine cannot do by itself.
    pub fn new(options: &Options) -> Self {
        let is_on = |name| options.switch(name) == Some(true);
        let native = if is_forced(options) { Capabilities(0) } else { LinkedBackend::CAPABILITIES };
        let metered = if meters_by_rewriting(options) { Capabilities(0) } else { LinkedBackend::CAPABILITIES };
        let (has_fuel, has_deadline) = (is_on("consume_fuel"), is_on("epoch_interruption") || is_on("interruptible"));
        let all = options.get("lowering") == Some("all");
        Self {
            metering: Metering {
                fuel: all || has_fuel && !metered.has(cap::FUEL),
                deadline: all || has_deadline && !metered.has(cap::EPOCH),
                has_atomics: LinkedBackend::max_features().contains(WasmFeatures::THREADS),
            },
            initial_fuel: if has_fuel { 0 } else { u64::MAX },
            needs: Needs {
                limits: !native.has(cap::LIMITS),
                deferred_start: LinkedBackend::NEEDS.deferred_start && (has_fuel || has_deadline),
                ..LinkedBackend::NEEDS
            },
        }
    }

    /// Returns whether stores need [`Meter`](crate::store::meter::Meter).
    pub fn needs_meter(&self) -> bool {
        self.needs.limits || self.metering.is_on()
    }

    /// Returns the capabilities of an engine object with this lowering. `native` are those of the engine itself.
    pub fn capabilities(&self, native: Capabilities) -> Capabilities {
        let native = if self.metering.deadline { native.without(cap::SIGNAL_HANDLERS) } else { native };
        native.with(capabilities_by_rewriting())
    }

    /// Returns the letters that tell serialized modules of different rewritings apart.
    pub fn stamp(&self) -> String {
        let Metering { fuel, deadline, .. } = self.metering;
        let letters = [('f', fuel), ('d', deadline), ('l', self.needs.limits)];
        letters.into_iter().filter_map(|(letter, is_on)| is_on.then_some(letter)).collect()
    }
}

/// Returns whether modules are rewritten even for what the engine can do by itself.
fn is_forced(options: &Options) -> bool {
    matches!(options.get("lowering"), Some("always" | "all"))
}

/// Returns whether rewritten code counts fuel and looks at the deadline even if the engine can.
fn meters_by_rewriting(options: &Options) -> bool {
    is_forced(options) || options.get("lowering") == Some("fast") && LinkedBackend::REWRITTEN_METERING_IS_FASTER
}

/// The proposals that rewritten modules need, even if the program has switched them off for its own modules.
const NEEDED_PROPOSALS: [&str; 2] = ["wasm_multi_memory", "wasm_threads"];

/// Returns the options for the engine itself: without those that rewritten modules honour, and without those that would
/// keep the engine from running rewritten modules. The shim itself checks the proposals of modules.
pub fn native_options(options: &Options) -> Options {
    if meters_by_rewriting(options) { options.without(&OPTIONS).without(&NEEDED_PROPOSALS) } else { options.clone() }
}

/// Returns whether the engine, or rewritten modules, honour the option `name`.
pub fn has_option(name: &str) -> bool {
    match name {
        "consume_fuel" | "lowering" => true,
        "epoch_interruption" | "interruptible" => LinkedBackend::has_option(name) || has_place_for_word(),
        _ => LinkedBackend::has_option(name),
    }
}

/// Returns whether each instance can have a memory of its own for its word, beside those of the module.
fn has_place_for_word() -> bool {
    LinkedBackend::max_features().contains(WasmFeatures::MULTI_MEMORY)
}

/// Returns the capabilities of the engine without any options, with those that it has by rewriting.
pub fn capabilities() -> Capabilities {
    LinkedBackend::CAPABILITIES.with(capabilities_by_rewriting())
}

/// Returns the capabilities that the engine does not have by itself, but by rewriting or by helper modules.
pub fn made_up_capabilities() -> Capabilities {
    capabilities_by_rewriting().with(LinkedBackend::BY_HELPER_MODULES)
}

/// Returns the capabilities that the engine does not have by itself, but by rewriting.
pub fn capabilities_by_rewriting() -> Capabilities {
    let mut by_rewriting = cap::FUEL.with(cap::LIMITS);
    if has_place_for_word() {
        by_rewriting = by_rewriting.with(cap::EPOCH);
    }
    by_rewriting.without(LinkedBackend::CAPABILITIES)
}
