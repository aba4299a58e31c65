//! Bytes of a memory that stay where they are.

use crate::backend::{Active, Backend};
use crate::store::{Entered, Store};
use std::sync::Arc;

/// A memory's bytes, at their address for as long as this lives, whatever becomes of the memory and its store.
pub struct Pin {
    store: Arc<Store>,
    /// The first byte.
    pub data: *mut u8,
    /// How many there were when the pin was made.
    pub len: usize,
}

// SAFETY: the address is only handed on; `Active::memory_unpin` and `Store::unpin` may be called on any thread.
unsafe impl Send for Pin {}

impl Pin {
    /// Pins the bytes of a memory in this store.
    pub fn new(store: &Arc<Store>, entered: &Entered<'_>, memory: <Active as Backend>::Extern) -> Self {
        let (data, len) = Active::memory_data(entered.raw, memory);
        Active::memory_pin(data);
        store.pin();
        Self { store: store.clone(), data, len }
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        Active::memory_unpin(self.data);
        self.store.unpin();
    }
}
