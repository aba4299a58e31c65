//! Exports the `wasm_*` functions of the linked engine.

// Cargo links a crate only if the code names it.
extern crate wasm_c_api as _;
