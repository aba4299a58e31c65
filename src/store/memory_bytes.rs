//! Counts the bytes of the memories of all stores, so that the host knows when it should look for stores that it can
//! free. A collector that counts objects does not see that a small object holds a large memory.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

/// Number of bytes of memories below which the host need not look for unused stores.
const SMALL: u64 = 256 << 20;

/// Bytes of the memories of all stores in this process.
static BYTES: AtomicU64 = AtomicU64::new(0);
/// Number of bytes from which on the host should look for unused stores.
static MARK: AtomicU64 = AtomicU64::new(SMALL);

/// Returns whether the memories of all stores have become so large that the host should look for unused stores.
pub fn are_many() -> bool {
    BYTES.load(Ordering::Relaxed) >= MARK.load(Ordering::Relaxed)
}

/// Records that the host has freed the unused stores. The next time is when the memories have doubled, so that the work
/// of looking for unused stores stays in proportion to the work of making memories.
pub fn collected() {
    MARK.store(BYTES.load(Ordering::Relaxed).saturating_mul(2).max(SMALL), Ordering::Relaxed);
}

/// The bytes of one store's memories: their sizes when they were made, and what the host has added. What guests add is
/// not counted, because that would cost time at each call.
#[derive(Default)]
pub struct StoreBytes(Cell<u64>);

impl StoreBytes {
    /// Counts the bytes of another memory.
    pub fn add(&self, bytes: u64) {
        self.0.set(self.0.get().saturating_add(bytes));
        BYTES.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Records that the store's memories were freed.
    pub fn free(&self) {
        BYTES.fetch_sub(self.0.take(), Ordering::Relaxed);
    }
}
