//! Metering: code that counts what a guest does, and that ends a guest when its fuel is used up or when its time is over.
//!
//! Two things end a guest:
//!
//! * The counter of fuel, a global that all instances of a store import. Code takes from it what it costs. The guest ends
//!   when the counter is below 0.
//! * The word, four bytes in a memory that each instance has for this purpose. Any thread writes it without a lock. The
//!   guest ends when the word is not 0.
//!
//! The guest always ends by `unreachable`. The host tells the cause by the counter and the word, never by the place,
//! because an engine may merge an `unreachable` of the guest with ours.

mod body;
mod facts;
mod operators;
mod plan;

pub use body::Places;

use crate::lower::growth::Guards;
use crate::lower::spaces::Spaces;
use facts::Facts;
use plan::Role;
use wasmparser::{BinaryReaderError, FunctionBody, Parser, Payload};

/// What metered code looks at.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Metering {
    pub fuel: bool,
    pub deadline: bool,
    /// Whether the engine has atomic instructions. Only an interpreter can do without.
    pub has_atomics: bool,
}

impl Metering {
    /// Returns whether code looks at anything.
    pub fn is_on(&self) -> bool {
        self.fuel || self.deadline
    }
}

/// The indices of the objects that metering adds, and those that move because of them.
#[derive(Clone, Copy)]
pub struct Indices {
    /// The global that counts fuel.
    pub fuel: u32,
    /// The memory of the word.
    pub word: u32,
    /// Number of imports that are globals and that were added.
    added_globals: u32,
}

impl Indices {
    /// Returns whether a global has another index in the rewritten module.
    pub fn moves_global(&self, index: u32) -> bool {
        self.added_globals > 0 && index >= self.fuel
    }

    /// Returns the index of a global in the rewritten module.
    pub fn global(&self, index: u32) -> u32 {
        if index >= self.fuel { index + self.added_globals } else { index }
    }
}

/// The metering of a module.
pub struct Meter {
    pub metering: Metering,
    pub indices: Indices,
    functions: Vec<Facts>,
    roles: Vec<Role>,
}

impl Meter {
    /// Reads the functions of a valid module. Returns `None` if nothing is metered.
    pub fn new(wasm: &[u8], spaces: &Spaces, metering: Metering) -> Result<Option<Self>, BinaryReaderError> {
        if !metering.is_on() {
            return Ok(None);
        }
        let mut functions = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            if let Payload::CodeSectionEntry(body) = payload? {
                functions.push(Facts::read(spaces, &body)?);
            }
        }
        let roles = plan::plan(&mut functions, |position| spaces.is_entrance(position));
        let indices = Indices {
            fuel: spaces.imported_globals,
            word: spaces.memories.len() as u32,
            added_globals: u32::from(metering.fuel),
        };
        Ok(Some(Self { metering, indices, functions, roles }))
    }

    /// Returns the metered body of the function at `position` in the code section, and where its code came from.
    pub fn body(
        &self,
        wasm: &[u8],
        spaces: &Spaces,
        guards: Option<&Guards>,
        position: usize,
        body: &FunctionBody<'_>,
    ) -> Result<(Vec<u8>, Places), BinaryReaderError> {
        let context =
            body::Context { wasm, metering: self.metering, spaces, indices: self.indices, roles: &self.roles, guards };
        body::write(&context, position, &self.functions[position], body)
    }
}
