//! Who calls a system call: `wasm.h` does not tell a host function, so one is made for each instance that imports it,
//! and told of the instance as soon as there is one.

use crate::backend::{Active, Backend};
use crate::base::error::Result;
use crate::base::guest_memory::GuestMemory;
use crate::base::types::ExternType;
use crate::store::Entered;
use crate::store::object::Instance;
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

    /// Returns the memory that the instance exports as `memory`, for one access.
    pub fn memory(&self, entered: &Entered<'_>) -> Option<GuestMemory> {
        let (memory, shared) = self.memory.get()?;
        let (data, len) = Active::memory_data(entered.raw, memory);
        // SAFETY: `memory` is a memory of the entered store, so `data` and `len` are valid until guest code runs in the
        // store. This thread has entered the store, so no other thread runs guest code there. A system call drops the
        // value at the end of the access, and the callbacks of `with_bytes` and `fill` do not run the guest.
        Some(unsafe { GuestMemory::new(data, len, shared) })
    }
}
