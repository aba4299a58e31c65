//! The shim of anywasm: any engine with the standard C API `wasm.h`, behind one stable C layer.
//!
//! Each folder is a room. A room uses only the rooms below it; tests/test_rooms.py checks this.
//!
//! ```text
//! glue/       the extension module for Python, in C
//! abi/        the C layer, anywasm.h: checks arguments, takes locks, reports errors
//! wasi/       WASI preview 1, as host functions
//! store/      the store record, which owns all engine objects of a store; handles; host functions
//! engine/     engines and modules; the ticker that interrupts guests
//! backend/    the one engine that is linked: `standard` over wasm.h, `wasmtime` over wasmtime.h
//! wasm/       the bytes of a module: validation, imports and exports, rewriting, serialization
//! base/       types, values, errors, capabilities, options
//! ```
//!
//! The crate `wasm_c_api` has the raw bindings below `backend/`.
//!
//! Words of this project:
//!
//! * *Capability*: something that not every engine can do, such as `fuel`. The shim refuses an operation whose
//!   capability is missing, because the engine would abort the process.
//! * *Store record*: the shim's [`Store`](store::Store). Handles hold the record; the record owns the engine's objects.
//! * *Entered*: a thread holds the lock of a store record, and may use the store's objects.
//! * *Slot*: a [`Value`](base::value::Value), 16 bytes for one argument or result.
//! * *Lift* and *lower*: convert a reference in a slot from the engine's form to the C layer's, and back.
//! * *Token*: the number that stands for a host exception, in an error that travels through WebAssembly.
//! * *Stamp*: the text that must be equal for compiled code to be loaded: engine, versions, target and options.
//! * *Pin*: keeps the bytes of a memory at their address, for a buffer that shows them.
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
