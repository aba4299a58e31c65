//! Tests of the C layer from Rust, without Python: `cargo test --package anywasm --features ENGINE`.
//!
//! They run on the one engine that is linked in. What an engine lacks is left out by its capabilities, as in Python's tests.
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]

mod support;

mod border;
mod closed;
mod deferred;
mod errors;
mod finalizers;
mod made_up_modules;
mod mixed;
mod nested;
mod null;
mod order;
mod threads;
