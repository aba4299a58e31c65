//! Capabilities: the abilities in which engines differ. The shim (this crate), the Python package, the tests and the
//! documentation read the same table of capabilities.

use crate::base::error::{Error, ErrorKind, Result};
use std::fmt::Display;

macro_rules! capabilities {
    ($($(#[doc = $doc:literal])+ $constant:ident = $bit:literal, $name:literal;)+) => {
        $($(#[doc = $doc])+ pub const $constant: Capabilities = Capabilities(1 << $bit);)+
        /// The table of all capabilities. Each row has the bit of a capability, its name, and a sentence with its
        /// meaning. Error messages and the command `anywasm engines` show the sentence to users.
        pub const TABLE: &[(Capabilities, &str, &str)] = &[
            $(($constant, $name, concat!($($doc),+).trim_ascii()),)+
        ];
    };
}

/// A set of capabilities, with one bit for each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Capabilities(pub u64);

impl Capabilities {
    /// Returns whether this set contains all capabilities of the other set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Returns the union of both sets.
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns this set without the capabilities of the other set.
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Fails if this set does not contain `capability`. `engine` is the name of the engine that has this set of
    /// capabilities. `feature` describes the feature that needs the capability. All features and backends use this
    /// function, so their error messages have the same wording.
    pub fn require(self, capability: Self, engine: &str, feature: impl Display) -> Result<()> {
        if self.has(capability) {
            return Ok(());
        }
        let (name, meaning) = TABLE
            .iter()
            .find(|(bit, ..)| *bit == capability)
            .map_or(("unknown", ""), |(_, name, meaning)| (*name, *meaning));
        let message = format!("the engine `{engine}` lacks the capability `{name}` ({meaning}), which {feature} needs");
        Err(Error::new(ErrorKind::Unsupported, message).with_code(capability.0.trailing_zeros() as i32))
    }
}

capabilities! {
    /// compiled code can be saved and loaded; otherwise a saved module is compiled again when it is loaded
    SERIALIZE = 0, "serialize";
    /// the host can pass, return, read and store externref values
    EXTERNREF = 1, "externref";
    /// the host can pass, return, read and store funcref values
    FUNCREF = 2, "funcref";
    /// the host can call a funcref that it has read
    FUNCREF_CALL = 3, "funcref_call";
    /// the host can pass, return, read and store v128 values
    V128 = 4, "v128";
    /// the host can create memories with 64-bit addresses
    MEMORY64 = 5, "memory64";
    /// the host can create memories that threads share
    SHARED_MEMORY = 6, "shared_memory";
    /// the host can create and inspect exception tags
    TAGS = 7, "tags";
    /// a trap lists the functions on the call stack
    FRAMES = 8, "frames";
    /// a trap lists the code offset of each function on the call stack
    FRAME_OFFSETS = 9, "frame_offsets";
    /// a memory never moves, so a pointer into the memory stays valid when the memory grows
    STABLE_MEMORY = 10, "stable_memory";
    /// execution can be metered and limited by an amount of fuel
    FUEL = 11, "fuel";
    /// another thread can interrupt execution
    EPOCH = 12, "epoch";
    /// a store can limit what its guests allocate
    LIMITS = 13, "limits";
    /// a memory can have pages of another size than 64 KiB
    CUSTOM_PAGE_SIZES = 14, "custom_page_sizes";
    /// components of the component model can be compiled and run
    COMPONENTS = 15, "components";
    /// the engine has several compilers to choose from
    COMPILERS = 16, "compilers";
    /// the host can pass and return references of types other than funcref and externref
    TYPED_REFS = 17, "typed_refs";
    /// the host can access a memory through a Python buffer that stays valid when the memory grows
    VIEWS = 18, "views";
    /// objects passed as externref are released when no guest can reach them; otherwise when the store is freed
    EXTERNREF_RELEASE = 19, "externref_release";
    /// Python's signal handlers run while a guest runs; otherwise Ctrl-C ends the guest, and other handlers wait for its end
    SIGNAL_HANDLERS = 20, "signal_handlers";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_is_used_once() {
        let all = TABLE.iter().fold(0, |bits, (bit, ..)| {
            assert_eq!(bits & bit.0, 0, "a bit is used twice");
            bits | bit.0
        });
        assert_eq!(all.count_ones() as usize, TABLE.len());
    }

    #[test]
    fn the_error_names_engine_capability_and_feature() {
        let error = FUEL.require(V128, "x", "calling `f`").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unsupported);
        assert_eq!(error.code, 4);
        assert!(error.message.contains("`x`") && error.message.contains("`v128`") && error.message.contains("`f`"));
    }
}
