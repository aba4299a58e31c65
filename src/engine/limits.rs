//! Limits of the linked engine, the one engine that this build of the shim contains. The engine would abort the process,
//! or compile for minutes, if a size or a count exceeded a limit. The shim therefore refuses larger sizes and counts.

use crate::backend::{Backend, EngineOps, LinkedBackend};
use crate::base::error::{Result, fail};

/// Number of bytes below which the memory for tables is not checked, because engines need as much for other things.
const SMALL: u64 = 16 << 20;

/// A limit of the linked engine.
pub struct Limit {
    /// The limit's name, such as `modules`.
    pub name: &'static str,
    /// The unit and the object that the limit applies to, such as `elements that a table may declare as its minimum`.
    pub meaning: &'static str,
    /// The largest accepted value; `u64::MAX` means no limit.
    pub max: u64,
}

/// Fails if the process cannot have the memory for tables of this many elements. The engine would abort the process.
pub fn check_room_for_elements(count: u64) -> Result<()> {
    let bytes = count.saturating_mul(LinkedBackend::TABLE_ELEMENT_SIZE as u64);
    // The engine needs a little more than the elements. Small tables take no room that matters.
    let bytes = if bytes < SMALL { 0 } else { bytes.saturating_add(bytes / 16 + SMALL) };
    // Nothing is written to the bytes, so they take address space for a moment, but no memory.
    let mut trial = Vec::<u8>::new();
    if usize::try_from(bytes).ok().and_then(|bytes| trial.try_reserve_exact(bytes).ok()).is_none() {
        fail!(Engine, "there is no memory for tables of {count} elements, which take {bytes} bytes");
    }
    Ok(())
}

/// Returns the limits of the linked engine.
pub fn all() -> Vec<Limit> {
    let limit = |name, meaning, max| Limit { name, meaning, max };
    let complexity = LinkedBackend::COMPLEXITY_LIMITS.rows().into_iter();
    let mut limits = vec![
        limit(
            "memory_pages",
            "pages that a memory may declare as its minimum or maximum",
            LinkedBackend::MAX_MEMORY_PAGES,
        ),
        limit("table_elements", "elements that a table may declare as its minimum", LinkedBackend::MAX_TABLE_ELEMENTS),
        limit("modules", "compiled modules in one process", LinkedBackend::max_modules()),
    ];
    limits.extend(complexity.map(|(name, meaning, max)| limit(name, meaning, max)));
    limits
}
