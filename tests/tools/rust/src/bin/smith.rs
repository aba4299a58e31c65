//! Writes generated modules for tests: `smith FOLDER COUNT`. All modules are valid. All their functions return or trap
//! after a limited number of steps.
//!
//! Every second module uses only WebAssembly 2.0, so each engine can run many of the modules. The other modules may use
//! the proposals in `generate`.

use arbitrary::Unstructured;
use std::path::PathBuf;
use wasm_smith::{Config, Module};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().expect("usage: smith FOLDER COUNT"));
    let count: u64 = arguments.next().and_then(|count| count.parse().ok()).expect("usage: smith FOLDER COUNT");
    for seed in 0..count {
        if let Some(wasm) = generate(seed) {
            std::fs::write(folder.join(format!("{seed}.wasm")), wasm).expect("the folder can be written to");
        }
    }
}

/// Returns the module for a seed, or `None` if the generator cannot create a module from the seed.
fn generate(seed: u64) -> Option<Vec<u8>> {
    let bytes = random_bytes(seed);
    let all_proposals = seed.is_multiple_of(2);
    let config = Config {
        max_imports: 20,
        max_memory32_bytes: 1 << 24,
        max_memory64_bytes: 1 << 24,
        max_table_elements: 1000,
        exceptions_enabled: all_proposals,
        gc_enabled: all_proposals,
        memory64_enabled: all_proposals,
        relaxed_simd_enabled: all_proposals,
        tail_call_enabled: all_proposals,
        extended_const_enabled: all_proposals,
        threads_enabled: all_proposals,
        ..Config::default()
    };
    let mut module = Module::new(config, &mut Unstructured::new(&bytes)).ok()?;
    module.ensure_termination(1000).ok()?;
    Some(module.to_bytes())
}

/// Returns pseudo-random bytes (xorshift64). The same seed always results in the same bytes.
fn random_bytes(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || -> u8 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(4096).collect()
}
