//! The vocabulary of the shim: types, values, errors, capabilities, options; and the stack that code runs on.
//!
//! Nothing here knows an engine, a module's bytes or a store.

pub mod capabilities;
pub mod compiling;
pub mod error;
pub mod options;
pub mod pointer;
pub mod stack;
pub mod target;
pub mod trap;
pub mod types;
pub mod value;
