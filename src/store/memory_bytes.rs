//! Counts what the memories of all stores take. The host learns from the bytes when it should look for stores that it can
//! free. A collector that counts objects does not see that a small object holds a large memory.

use crate::backend::mappings::Mappings;
use crate::backend::{Backend, LinkedBackend};
use crate::base::error::Result;
use crate::base::types::MemoryType;
use std::cell::{Cell, RefCell};
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

/// What memories take: the bytes of their declared minimums, and memory mappings.
pub struct Cost {
    bytes: u64,
    mappings: Mappings,
}

impl Cost {
    /// Records that memories of these types, and `small` memories of one page, are about to be made. Fails if the process
    /// has no mappings for them.
    pub fn take(types: &[MemoryType], small: u64) -> Result<Self> {
        let count = types.len() as u64 + small;
        let mappings = Mappings::take(count * LinkedBackend::MAPPINGS_PER_MEMORY, "memories")?;
        let size = |ty: &MemoryType| ty.limits.min.checked_shl(ty.page_size_log2.into()).unwrap_or(0);
        Ok(Self { bytes: types.iter().map(size).fold(0, u64::saturating_add), mappings })
    }
}

/// What the memories of one store take. What guests add to their memories is not counted, because that would cost time
/// at each call.
#[derive(Default)]
pub struct StoreMemories {
    bytes: Cell<u64>,
    mappings: RefCell<Mappings>,
}

impl StoreMemories {
    /// Counts memories that were made.
    pub fn add(&self, cost: Cost) {
        self.bytes.set(self.bytes.get().saturating_add(cost.bytes));
        BYTES.fetch_add(cost.bytes, Ordering::Relaxed);
        self.mappings.borrow_mut().add(cost.mappings);
    }

    /// Records that the store's memories were freed.
    pub fn free(&self) {
        BYTES.fetch_sub(self.bytes.take(), Ordering::Relaxed);
        self.mappings.take();
    }
}
