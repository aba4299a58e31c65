//! C functions that list the engine's limits. Each limit has an index, a name, a meaning and a maximum.

use crate::abi::catch_errors;
use crate::abi::types::Str;
use crate::engine::limits::{self, Limit};

fn limit_at(index: u32) -> Option<Limit> {
    limits::all().into_iter().nth(index as usize)
}

/// Returns the name of the limit at `index`, or no text if `index` is beyond the last limit.
#[unsafe(no_mangle)]
pub extern "C" fn aw_limit_name(index: u32) -> Str {
    catch_errors(|| Ok(Str::from_option(limit_at(index).map(|limit| limit.name))))
}

/// Returns a phrase that describes what the limit at `index` counts, or no text if `index` is beyond the last limit.
#[unsafe(no_mangle)]
pub extern "C" fn aw_limit_meaning(index: u32) -> Str {
    catch_errors(|| Ok(Str::from_option(limit_at(index).map(|limit| limit.meaning))))
}

/// Returns the largest value that the limit at `index` allows. All bits are set if the engine does not have the limit,
/// or if `index` is beyond the last limit.
#[unsafe(no_mangle)]
pub extern "C" fn aw_limit(index: u32) -> u64 {
    catch_errors(|| Ok(limit_at(index).map_or(u64::MAX, |limit| limit.max)))
}
