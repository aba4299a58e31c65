//! Exports the `wasm_*` functions of the linked engine.

// rustc links a crate only if the code mentions the crate.
extern crate wasm_c_api as _;
