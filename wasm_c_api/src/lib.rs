//! Raw bindings to `wasm.h`, generated from the header of the linked engine.
//!
//! A build links exactly one engine. The bindings are unsafe and check no arguments. The shim, `anywasm`, checks the
//! arguments. The assertions in `layout.rs` check the parts of the header that the shim relies on. An engine with
//! another header therefore causes a compile error and cannot corrupt memory.
#![no_std]

// `engine.rs` links the engine and defines ENGINE_NAME, ENGINE_VERSION and ENGINE_COMPILERS. If cargo's features select
// no engine, or several, the file contains only a compile_error!.
include!(concat!(env!("OUT_DIR"), "/engine.rs"));

#[cfg(feature = "wasmer")]
mod wasmer_extras;
#[cfg(feature = "wasmer")]
pub use wasmer_extras::*;

#[cfg(feature = "wasmi")]
mod wasmi_extras;
#[cfg(feature = "wasmi")]
pub use wasmi_extras::*;

#[cfg(any(feature = "wasmtime", feature = "wasmtime-standard"))]
mod wasmtime_extras;
#[cfg(any(feature = "wasmtime", feature = "wasmtime-standard"))]
pub use wasmtime_extras::*;

#[cfg(one_engine)]
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
#[cfg(one_engine)]
pub use bindings::*;

#[cfg(one_engine)]
mod layout;
