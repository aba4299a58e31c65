//! Writes modules that nobody wrote: `smith FOLDER COUNT`. They are valid, and end by themselves.
//!
//! Every other one keeps to WebAssembly 2.0, so that each engine can run many; the rest use all that there is.

use arbitrary::Unstructured;
use std::path::PathBuf;
use wasm_smith::{Config, Module};

/// Makes cargo rebuild this target when the shared build folder holds another checkout's build of it (see Makefile).
const _: Option<&str> = option_env!("ANYWASM_CHECKOUT");

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().expect("usage: smith FOLDER COUNT"));
    let count: u64 = arguments.next().and_then(|count| count.parse().ok()).expect("usage: smith FOLDER COUNT");
    for seed in 0..count {
        if let Some(wasm) = make(seed) {
            std::fs::write(folder.join(format!("{seed}.wasm")), wasm).expect("the folder can be written to");
        }
    }
}

fn make(seed: u64) -> Option<Vec<u8>> {
    let bytes = noise(seed);
    let all = seed.is_multiple_of(2);
    let config = Config {
        max_imports: 20,
        max_memory32_bytes: 1 << 24,
        max_memory64_bytes: 1 << 24,
        max_table_elements: 1000,
        exceptions_enabled: all,
        gc_enabled: all,
        memory64_enabled: all,
        relaxed_simd_enabled: all,
        tail_call_enabled: all,
        extended_const_enabled: all,
        threads_enabled: all,
        ..Config::default()
    };
    let mut module = Module::new(config, &mut Unstructured::new(&bytes)).ok()?;
    module.ensure_termination(1000).ok()?;
    Some(module.to_bytes())
}

/// The same bytes for the same seed: xorshift64.
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || -> u8 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(4096).collect()
}
