//! Tests of the C layer from Rust, without Python: `cargo test --package anywasm --features ENGINE`.
//!
//! The tests run on the engine that is linked in. A test returns early if the engine lacks the capability that it
//! tests.
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]

mod support;

mod border;
mod closed;
mod deferred;
mod errors;
mod finalizers;
mod generated_modules;
mod mixed;
mod nested;
mod null;
mod order;
mod threads;
