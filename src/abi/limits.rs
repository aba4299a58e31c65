//! The engine's limits, one by one.

use crate::abi::types::Str;
use crate::engine::limits::{self, Limit};

fn at(index: u32) -> Option<Limit> {
    limits::all().into_iter().nth(index as usize)
}

/// The name of a limit by its index; no text behind the last.
#[unsafe(no_mangle)]
pub extern "C" fn aw_limit_name(index: u32) -> Str {
    Str::of_option(at(index).map(|limit| limit.name))
}

/// What a limit counts, by its index; no text behind the last.
#[unsafe(no_mangle)]
pub extern "C" fn aw_limit_meaning(index: u32) -> Str {
    Str::of_option(at(index).map(|limit| limit.meaning))
}

/// A limit by its index; all bits set where there is none.
#[unsafe(no_mangle)]
pub extern "C" fn aw_limit(index: u32) -> u64 {
    at(index).map_or(u64::MAX, |limit| limit.max)
}
