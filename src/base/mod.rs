//! The vocabulary of the shim: types, values, errors, capabilities, options.
//!
//! Nothing here knows an engine, a module's bytes or a store.

pub mod capabilities;
pub mod error;
pub mod guest_memory;
pub mod options;
pub mod target;
pub mod trap;
pub mod types;
pub mod value;
