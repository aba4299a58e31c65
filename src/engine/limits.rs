//! Limits of the linked engine, the one engine that this build of the shim contains. The engine would abort the process,
//! or compile for minutes, if a size or a count exceeded a limit. The shim therefore refuses larger sizes and counts.

use crate::backend::{Backend, LinkedBackend, mappings};

/// A limit of the linked engine.
pub struct Limit {
    /// The limit's name, such as `modules`.
    pub name: &'static str,
    /// The unit and the object that the limit applies to, such as `elements that a table may declare as its minimum`.
    pub meaning: &'static str,
    /// The largest accepted value; `u64::MAX` means no limit.
    pub max: u64,
}

/// Returns the limits of the linked engine.
pub fn all() -> Vec<Limit> {
    let max_objects = |mappings_per_object| mappings::max().checked_div(mappings_per_object).unwrap_or(u64::MAX);
    let limit = |name, meaning, max| Limit { name, meaning, max };
    let complexity = LinkedBackend::COMPLEXITY_LIMITS.rows().into_iter();
    let mut limits = vec![
        limit(
            "memory_pages",
            "pages that a memory may declare as its minimum or maximum",
            LinkedBackend::MAX_MEMORY_PAGES,
        ),
        limit("table_elements", "elements that a table may declare as its minimum", LinkedBackend::MAX_TABLE_ELEMENTS),
        limit(
            "growths",
            "times that an instance may grow its memories and tables",
            LinkedBackend::NEEDS.max_growths.map_or(u64::MAX, u64::from),
        ),
        limit(
            "modules",
            "compiled modules in one process, if it has no memories",
            max_objects(LinkedBackend::MAPPINGS_PER_MODULE),
        ),
        limit(
            "memories",
            "memories in one process, if its modules take no memory mappings",
            max_objects(LinkedBackend::MAPPINGS_PER_MEMORY),
        ),
    ];
    limits.extend(complexity.map(|(name, meaning, max)| limit(name, meaning, max)));
    limits
}
