//! anywasm's shim: any engine that has the standard C API `wasm.h`, behind one stable C layer.
//!
//! ```text
//! abi/        the C layer, anywasm.h: checks, locks, errors; what Python's cffi calls
//! backend/    the one engine linked: `standard` over wasm.h, `wasmtime` over wasmtime.h
//! wasm_c_api  the raw bindings, a crate of its own
//! ```
//!
//! Data flows straight down and straight back up. What a module says about itself is read by [`module_info`], never
//! from the engine; what an engine lacks is refused through [`capabilities`] before the engine meets it.
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks, missing_docs)]

pub mod abi;
pub mod backend;
pub mod base;
pub mod engine;
#[cfg(feature = "python")]
mod glue;
pub mod store;
pub mod wasi;
pub mod wasm;
