//! Who calls a system call: `wasm.h` does not tell a host function, so one is made for each instance that imports it,
//! and told of the instance as soon as there is one.

use crate::backend::{Active, Backend};
use crate::base::error::Result;
use crate::base::types::ExternType;
use crate::store::Entered;
use crate::store::object::Instance;
use crate::wasi::Block;
use std::cell::Cell;

/// The instance that calls; touched only by a thread that has entered its store.
#[derive(Default)]
pub struct Caller {
    memory: Cell<Option<(<Active as Backend>::Extern, bool)>>,
}

// SAFETY: both methods want the store entered, so that one thread at a time touches it.
unsafe impl Send for Caller {}
// SAFETY: as above.
unsafe impl Sync for Caller {}

impl Caller {
    /// Says which instance it is. What it looks up there lives as long as the store.
    pub fn set(&self, entered: &Entered<'_>, instance: &Instance) -> Result<()> {
        let info = &instance.module.info;
        let memory = info.exports.iter().enumerate().find_map(|(index, export)| match &export.ty {
            ExternType::Memory(ty) if export.name == "memory" => Some((index, ty.shared)),
            _ => None,
        });
        if let Some((index, shared)) = memory {
            let memory = Active::instance_export(entered.raw, instance.raw, info, index)?;
            entered.keep(memory);
            self.memory.set(Some((memory, shared)));
        }
        Ok(())
    }

    /// Where the memory that it exports as `memory` is at this moment.
    pub fn memory(&self, entered: &Entered<'_>) -> Option<Block> {
        let (memory, shared) = self.memory.get()?;
        let (data, len) = Active::memory_data(entered.raw, memory);
        Some(Block { data, len, shared })
    }
}
