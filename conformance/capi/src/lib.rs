//! Exports the `wasm_*` symbols of the linked engine: naming the crate is what makes cargo link it.

#[cfg(any(feature = "wasmtime", feature = "wasmtime-standard", feature = "wasmer", feature = "wasmi"))]
extern crate wasm_c_api as _;
