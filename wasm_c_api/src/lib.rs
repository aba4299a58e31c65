//! Raw bindings to `wasm.h`, generated from the header that the linked engine ships.
//!
//! Exactly one engine is linked. Nothing here is safe, checked or convenient: that is the shim's work, in `anywasm`.
//! What the shim relies on in the header's layout is asserted below, so that an engine whose header disagrees does
//! not compile instead of corrupting memory.
#![no_std]

#[cfg(not(any(
    feature = "wasmtime",
    feature = "wasmtime-standard",
    feature = "wasmer",
    feature = "wasmi",
    feature = "system"
)))]
compile_error!(
    "choose one engine: --features wasmtime, wasmtime-standard, wasmer, wasmi or system (each is its own library)"
);

#[cfg(any(
    all(feature = "wasmtime", feature = "wasmtime-standard"),
    all(any(feature = "wasmtime", feature = "wasmtime-standard"), feature = "wasmer"),
    all(any(feature = "wasmtime", feature = "wasmtime-standard"), feature = "wasmi"),
    all(any(feature = "wasmtime", feature = "wasmtime-standard"), feature = "system"),
    all(feature = "wasmer", any(feature = "wasmi", feature = "system")),
    all(feature = "wasmi", feature = "system"),
))]
compile_error!(
    "more than one engine chosen: each defines the same `wasm_*` symbols, so build one library for each engine"
);

// Naming the crate is what makes cargo link it.
#[cfg(feature = "wasmer")]
extern crate wasmer as _;
#[cfg(feature = "wasmi")]
extern crate wasmi_c_api as _;
#[cfg(any(feature = "wasmtime", feature = "wasmtime-standard"))]
extern crate wasmtime_c_api as _;

#[cfg(feature = "wasmer")]
mod wasmer_extras;
#[cfg(feature = "wasmer")]
pub use wasmer_extras::*;

#[cfg(feature = "wasmtime")]
mod wasmtime_extras;
#[cfg(feature = "wasmtime")]
pub use wasmtime_extras::*;

/// The version of the linked engine; `unknown` for a system library that does not tell.
pub const ENGINE_VERSION: &str = match option_env!("WASM_C_API_ENGINE_VERSION") {
    Some(version) => version,
    None => "unknown",
};

#[allow(
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    dead_code,
    missing_docs,
    clippy::all,
    clippy::undocumented_unsafe_blocks
)]
mod bindings {
    include!(concat!(env!("OUT_DIR"), "/bindings.rs"));
}
pub use bindings::*;

mod layout;
