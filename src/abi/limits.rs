//! What the engine refuses to make larger.

use crate::abi::types::Str;
use crate::backend::Active;
use crate::capabilities::limits;

/// The name of a limit by its index; no text behind the last.
#[unsafe(no_mangle)]
pub extern "C" fn aw_limit_name(index: u32) -> Str {
    Str::of_option(limits::<Active>().get(index as usize).map(|(name, ..)| *name))
}

/// What a limit counts, by its index; no text behind the last.
#[unsafe(no_mangle)]
pub extern "C" fn aw_limit_meaning(index: u32) -> Str {
    Str::of_option(limits::<Active>().get(index as usize).map(|(_, meaning, _)| *meaning))
}

/// A limit by its index; all bits set where there is none.
#[unsafe(no_mangle)]
pub extern "C" fn aw_limit(index: u32) -> u64 {
    limits::<Active>().get(index as usize).map_or(u64::MAX, |(.., most)| *most)
}
