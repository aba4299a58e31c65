//! Writes generated modules for tests: `smith FOLDER COUNT [FIRST]`. All modules are valid. All their functions return or
//! trap after a limited number of steps.
//!
//! With FIRST, the number of the first module, each module has functions and few imports, and exports everything.
//!
//! Every second module uses only WebAssembly 2.0, so each engine can run many of the modules. The other modules may use
//! the proposals in `generate`.

use arbitrary::Unstructured;
use std::path::PathBuf;
use wasm_smith::{Config, Module};

const USAGE: &str = "usage: smith FOLDER COUNT [FIRST]";

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().expect(USAGE));
    let count: u64 = arguments.next().and_then(|count| count.parse().ok()).expect(USAGE);
    let first: Option<u64> = arguments.next().map(|first| first.parse().expect(USAGE));
    let start = first.unwrap_or(0);
    for seed in start..start + count {
        if let Some(wasm) = generate(seed, first.is_some()) {
            std::fs::write(folder.join(format!("{seed}.wasm")), wasm).expect("the folder can be written to");
        }
    }
}

/// Returns the module for a seed, or `None` if the generator cannot create a module from the seed. If it `runs`, the host
/// calls all of its functions, and looks at all of its objects.
fn generate(seed: u64, runs: bool) -> Option<Vec<u8>> {
    let bytes = random_bytes(seed);
    let all_proposals = seed.is_multiple_of(2);
    let config = Config {
        max_imports: if runs { 5 } else { 20 },
        min_funcs: if runs { 3 } else { 0 },
        export_everything: runs,
        // Engines choose the bits of other NaNs, also by the code around an instruction.
        canonicalize_nans: runs,
        max_memory32_bytes: if runs { 1 << 20 } else { 1 << 24 },
        max_memory64_bytes: if runs { 1 << 20 } else { 1 << 24 },
        max_table_elements: 1000,
        exceptions_enabled: all_proposals,
        gc_enabled: all_proposals,
        memory64_enabled: all_proposals,
        relaxed_simd_enabled: all_proposals,
        tail_call_enabled: all_proposals,
        extended_const_enabled: all_proposals,
        // An instruction can wait for ever.
        threads_enabled: all_proposals && !runs,
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
