//! The limits of a store that the shim itself keeps, because the engine cannot. The texts are those of wasmtime.

use crate::base::error::{Error, ErrorKind, Result};
use crate::base::types::{MemoryType, TableType};
use std::cell::Cell;

/// Limits on the objects of a store. `None` means no limit.
#[derive(Clone, Copy, Default)]
pub struct Limits {
    /// Maximum size of each memory, in bytes.
    pub memory_size: Option<u64>,
    /// Maximum size of each table, in elements.
    pub table_elements: Option<u64>,
    /// Maximum number of instances.
    pub instances: Option<u64>,
    /// Maximum number of tables of instances. Tables that the host makes do not count.
    pub tables: Option<u64>,
    /// Maximum number of memories of instances. Memories that the host makes do not count.
    pub memories: Option<u64>,
}

impl Limits {
    /// Fails if a memory of this type is too large when it is made.
    pub fn check_memory(&self, ty: &MemoryType) -> Result<()> {
        let pages = ty.limits.min;
        if self.allows_memory(pages.checked_shl(ty.page_size_log2.into()).unwrap_or(u64::MAX)) {
            return Ok(());
        }
        Err(exceeded(format!("memory minimum size of {pages} pages exceeds memory limits")))
    }

    /// Fails if a table of this type is too large when it is made.
    pub fn check_table(&self, ty: &TableType) -> Result<()> {
        let elements = ty.limits.min;
        if self.allows_table(elements) {
            return Ok(());
        }
        Err(exceeded(format!("table minimum size of {elements} elements exceeds table limits")))
    }

    /// Returns whether a memory may have this size in bytes.
    pub fn allows_memory(&self, size: u64) -> bool {
        self.memory_size.is_none_or(|max| size <= max)
    }

    /// Returns whether a table may have this number of elements.
    pub fn allows_table(&self, elements: u64) -> bool {
        self.table_elements.is_none_or(|max| elements <= max)
    }
}

/// The numbers of instances of a store, and of their tables and memories.
#[derive(Default)]
pub struct Counts {
    instances: Cell<u64>,
    tables: Cell<u64>,
    memories: Cell<u64>,
}

impl Counts {
    /// Counts a new instance with these objects. Fails if there would be too many of a kind, or if one is too large.
    pub fn add_instance(&self, limits: &Limits, memories: &[MemoryType], tables: &[TableType]) -> Result<()> {
        let sum = |count: &Cell<u64>, added: usize, max: Option<u64>, kind: &str| {
            let sum = count.get() + added as u64;
            match max.filter(|max| sum > *max) {
                None => Ok(sum),
                Some(_) => Err(exceeded(format!("resource limit exceeded: {kind} count too high at {sum}"))),
            }
        };
        let instances = sum(&self.instances, 1, limits.instances, "instance")?;
        let memory_count = sum(&self.memories, memories.len(), limits.memories, "memory")?;
        let table_count = sum(&self.tables, tables.len(), limits.tables, "table")?;
        tables.iter().try_for_each(|ty| limits.check_table(ty))?;
        memories.iter().try_for_each(|ty| limits.check_memory(ty))?;
        self.instances.set(instances);
        self.memories.set(memory_count);
        self.tables.set(table_count);
        Ok(())
    }
}

fn exceeded(message: String) -> Error {
    Error::new(ErrorKind::Engine, message)
}
