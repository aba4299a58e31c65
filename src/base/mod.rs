//! Basic types of the shim, the Rust crate between an engine and Python: WebAssembly types, values, errors,
//! capabilities and options.
//!
//! This folder depends on no other folder of the shim. Its code uses no engine, no module and no store.

pub mod capabilities;
pub mod error;
pub mod option_table;
pub mod options;
pub mod pointer;
pub mod target;
pub mod trap;
pub mod types;
pub mod value;
