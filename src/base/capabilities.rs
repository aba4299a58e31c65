//! What an engine can do, as data: the one table that the shim, Python, the tests and the documentation read.

use crate::base::error::{Error, ErrorKind, Result};
use std::fmt::Display;

macro_rules! capabilities {
    ($($(#[doc = $doc:literal])+ $constant:ident = $bit:literal, $name:literal;)+) => {
        $($(#[doc = $doc])+ pub const $constant: Capabilities = Capabilities(1 << $bit);)+
        /// Every capability: its bit, its name, and a sentence that says what it means.
        pub const TABLE: &[(Capabilities, &str, &str)] = &[
            $(($constant, $name, concat!($($doc),+).trim_ascii()),)+
        ];
    };
}

/// A set of capabilities.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Capabilities(pub u64);

impl Capabilities {
    /// Whether all of `other` is in this set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets together.
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in this set and not in the other.
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The error that every missing capability gives; `what` was asked for.
    pub fn require(self, capability: Self, engine: &str, what: impl Display) -> Result<()> {
        if self.has(capability) {
            return Ok(());
        }
        let (name, meaning) = TABLE
            .iter()
            .find(|(bit, ..)| *bit == capability)
            .map_or(("unknown", ""), |(_, name, meaning)| (*name, *meaning));
        let message = format!("the engine `{engine}` lacks the capability `{name}` ({meaning}), which {what} needs");
        Err(Error::new(ErrorKind::Unsupported, message).with_code(capability.0.trailing_zeros() as i32))
    }
}

capabilities! {
    /// compiled code can be saved and loaded; without it a saved module holds the wasm and is compiled when loaded
    SERIALIZE = 0, "serialize";
    /// the host can pass, return, read and store externref values
    EXTERNREF = 1, "externref";
    /// the host can pass, return, read and store funcref values
    FUNCREF = 2, "funcref";
    /// a funcref read by the host can be called from there
    FUNCREF_CALL = 3, "funcref_call";
    /// the host can pass, return, read and store v128 values
    V128 = 4, "v128";
    /// the host can make memories with 64-bit addresses
    MEMORY64 = 5, "memory64";
    /// the host can make memories that threads share
    SHARED_MEMORY = 6, "shared_memory";
    /// the host can make and inspect exception tags
    TAGS = 7, "tags";
    /// a trap tells the functions it went through
    FRAMES = 8, "frames";
    /// a frame tells its offset in the code
    FRAME_OFFSETS = 9, "frame_offsets";
    /// a memory never moves, so that a pointer to it stays good after it grew
    STABLE_MEMORY = 10, "stable_memory";
    /// execution can be metered
    FUEL = 11, "fuel";
    /// execution can be interrupted from another thread
    EPOCH = 12, "epoch";
    /// a store can limit what its guests allocate
    LIMITS = 13, "limits";
    /// a memory's page size can be other than 64 KiB
    CUSTOM_PAGE_SIZES = 14, "custom_page_sizes";
    /// the component model
    COMPONENTS = 15, "components";
    /// a module can be compiled with a choice of compilers
    COMPILERS = 16, "compilers";
    /// the host can pass and return references of other types than funcref and externref
    TYPED_REFS = 17, "typed_refs";
    /// the host can look at a memory through a buffer that stays good when the memory grows
    VIEWS = 18, "views";
    /// what was passed as externref is let go once no guest holds it; without it, with the store
    EXTERNREF_RELEASE = 19, "externref_release";
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
    fn a_missing_one_says_who_lacks_what() {
        let error = FUEL.require(V128, "x", "calling `f`").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unsupported);
        assert_eq!(error.code, 4);
        assert!(error.message.contains("`x`") && error.message.contains("`v128`") && error.message.contains("`f`"));
    }
}
