//! The engine's limits, by index.

use crate::abi::entry;
use crate::abi::types::Str;
use crate::engine::limits::{self, Limit};

fn limit(index: u32) -> Option<Limit> {
    limits::all().into_iter().nth(index as usize)
}

/// Returns the name of the limit at `index`, or no text beyond the last limit.
#[unsafe(no_mangle)]
pub extern "C" fn aw_limit_name(index: u32) -> Str {
    entry(|| Ok(Str::of_option(limit(index).map(|limit| limit.name))))
}

/// Returns a phrase that says what the limit at `index` counts, or no text beyond the last limit.
#[unsafe(no_mangle)]
pub extern "C" fn aw_limit_meaning(index: u32) -> Str {
    entry(|| Ok(Str::of_option(limit(index).map(|limit| limit.meaning))))
}

/// Returns the largest value that the limit at `index` accepts: all bits set if the engine has no such limit, and
/// beyond the last limit.
#[unsafe(no_mangle)]
pub extern "C" fn aw_limit(index: u32) -> u64 {
    entry(|| Ok(limit(index).map_or(u64::MAX, |limit| limit.max)))
}
