//! The instance that calls a system call. Each instance that imports WASI gets host functions of its own, so a host
//! function knows its caller.

use crate::backend::guest_memory::GuestMemory;
use crate::backend::{InstanceOps, LinkedBackend, MemoryOps};
use crate::base::error::{Result, fail};
use crate::base::types::ExternType;
use crate::store::object::{BindInstance, Instance};
use crate::store::{Entered, Key};
use std::sync::OnceLock;

/// The memory of the calling instance.
#[derive(Default)]
pub struct Caller {
    /// The exported memory by its key in the store record, and whether it is shared; `None` if the instance exports no
    /// memory. Not set before the instance exists.
    memory: OnceLock<Option<(Key, bool)>>,
}

impl BindInstance for Caller {
    fn bind(&self, entered: &Entered<'_>, instance: &Instance) -> Result<()> {
        let info = &instance.module.info;
        let memory = info.exports.iter().enumerate().find_map(|(index, export)| match &export.ty {
            ExternType::Memory(ty) if export.name == "memory" => Some((index, ty.shared)),
            _ => None,
        });
        let memory = match memory {
            Some((index, shared)) => {
                let memory = LinkedBackend::instance_export(entered.raw, instance.raw, info, index)?;
                // The store owns the memory from now on, for as long as the store lives.
                Some((entered.add_extern(memory), shared))
            }
            None => None,
        };
        match self.memory.set(memory) {
            Ok(()) => Ok(()),
            Err(_) => fail!(Invalid, "the function is bound to an instance already"),
        }
    }
}

impl Caller {
    /// Returns the memory that the instance exports as `memory`, for one access; `None` without such a memory.
    pub fn memory(&self, entered: &Entered<'_>) -> Option<GuestMemory> {
        let (key, shared) = (*self.memory.get()?)?;
        Some(LinkedBackend::guest_memory(entered.raw, entered.extern_at(key)?, shared))
    }
}
