//! The shim of anywasm. The shim offers each engine that has the standard C API `wasm.h` through one stable C layer.
//!
//! Each folder is a room, that is, a layer of the shim. A room uses only the rooms that the following list shows below
//! the room. tests/test_rooms.py checks this rule.
//!
//! ```text
//! glue/       the extension module for Python, in C
//! abi/        the C layer, anywasm.h: checks arguments, takes locks, reports errors
//! wasi/       WASI preview 1, as host functions
//! store/      the store record (the owner of all engine objects of a store), handles, host functions
//! engine/     engines and modules; the ticker that interrupts guests
//! backend/    the linked engine: `standard` over wasm.h, or `wasmtime` over wasmtime.h
//! wasm/       the bytes of a module: validation, imports and exports, rewriting, serialization
//! base/       types, values, errors, capabilities, options
//! ```
//!
//! The crate `wasm_c_api` contains the raw C bindings that `backend/` calls.
//!
//! Words of this project:
//!
//! * *Capability*: something that not every engine can do, such as `fuel`. The shim refuses an operation whose
//!   capability is missing, because the engine would abort the process.
//! * *Store record*: the shim's [`Store`](store::Store). A handle keeps the record alive, and the record owns the
//!   engine's objects.
//! * *Enter* a store: take the lock of the store record. A thread may use a store's objects only while the thread holds
//!   the lock.
//! * *Slot*: a [`Value`](base::value::Value), 16 bytes that hold one argument or one result of a call.
//! * *Lift* and *lower*: convert a reference in a slot. Lifting converts from the engine's representation to the C
//!   layer's representation, and lowering converts in the opposite direction.
//! * *Token*: the number of a host exception. An error that passes through WebAssembly holds this number, not the
//!   exception.
//! * *Stamp*: a text with the engine, versions, target and options. An engine can load compiled code only if the code's
//!   stamp equals the engine's stamp.
//! * *Pin*: keeps the bytes of a memory at their address while a Python buffer exposes these bytes.
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks, missing_docs)]

pub mod abi;
pub mod backend;
pub mod base;
pub mod engine;
#[cfg(feature = "python")]
mod glue;
mod lower;
pub mod store;
pub mod wasi;
pub mod wasm;
