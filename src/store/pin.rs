//! Pins. A pin keeps the bytes of a memory at their address.

use crate::backend::{Backend, LinkedBackend, MemoryOps};
use crate::store::{Entered, Store};
use std::sync::Arc;

/// A pin of a memory's bytes. The bytes stay at their address until the pin is dropped, even if the memory grows or the
/// store is closed.
pub struct Pin {
    store: Arc<Store>,
    /// The address of the first byte.
    pub data: *mut u8,
    /// Number of bytes that the memory had when the pin was created.
    pub len: usize,
}

impl Pin {
    /// Pins the bytes of a memory in this store.
    pub fn new(store: &Arc<Store>, entered: &Entered<'_>, memory: <LinkedBackend as Backend>::Extern) -> Self {
        let (data, len) = LinkedBackend::memory_data(entered.raw, &memory);
        LinkedBackend::memory_pin(data);
        store.pin();
        Self { store: store.clone(), data, len }
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        LinkedBackend::memory_unpin(self.data);
        self.store.unpin();
    }
}
