//! The vocabulary of the shim: types, values, errors, capabilities and options; and stack space for running code.
//!
//! This folder depends on no other folder: its code knows no engine, no module and no store.

pub mod capabilities;
pub mod compiling;
pub mod error;
pub mod option_table;
pub mod options;
pub mod stack;
pub mod target;
pub mod trap;
pub mod types;
pub mod value;
