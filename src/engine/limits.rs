//! Sizes and counts beyond which the engine would abort the process, so that the shim refuses them.

use crate::backend::{Backend, EngineOps, LinkedBackend};

/// One limit.
pub struct Limit {
    /// Its name.
    pub name: &'static str,
    /// What it counts.
    pub meaning: &'static str,
    /// The largest value that is accepted; `u64::MAX` where there is no limit.
    pub max: u64,
}

/// The limits of the linked engine.
pub fn all() -> [Limit; 3] {
    let limit = |name, meaning, max| Limit { name, meaning, max };
    [
        limit(
            "memory_pages",
            "pages that a memory may declare as its minimum or maximum",
            LinkedBackend::MAX_MEMORY_PAGES,
        ),
        limit("table_elements", "elements that a table may declare as its minimum", LinkedBackend::MAX_TABLE_ELEMENTS),
        limit(
            "modules",
            "modules that the living engines of one process may have compiled",
            LinkedBackend::max_modules(),
        ),
    ]
}
