//! The instance that makes a system call.
//!
//! Each instance that imports WASI has separate host functions. A host function therefore always has the same caller.

use crate::backend::guest_memory::GuestMemory;
use crate::backend::{InstanceOps, LinkedBackend, MemoryOps};
use crate::base::error::{Result, fail};
use crate::base::types::ExternType;
use crate::store::object::{BindInstance, Instance};
use crate::store::{Entered, Key};
use std::sync::OnceLock;

/// The caller of some host functions: one instance, whose memory the host functions use.
#[derive(Default)]
pub struct Caller {
    /// The key of the exported memory in the store record, which owns all objects of the store, and true if the memory
    /// is shared. `None` if the instance exports no memory. [`Caller::bind`] sets this field when the instance exists.
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
                // The store record owns the memory until the store is freed, so the key stays valid as long as the
                // guest can run.
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
    /// Returns the memory that the instance exports as `memory`. Returns `None` if the instance exports no such memory,
    /// or does not exist yet. The returned value is valid for one access, because the memory can move when it grows.
    pub fn memory(&self, entered: &Entered<'_>) -> Option<GuestMemory> {
        let memory = *self.memory.get()?;
        let (key, shared) = memory?;
        Some(LinkedBackend::guest_memory(entered.raw, &entered.extern_at(key)?, shared))
    }
}
