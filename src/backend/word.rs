//! The word of an instance: four bytes in a memory of the instance, which any thread writes to end the instance's
//! guests.

use crate::backend::{Backend, LinkedBackend, MemoryOps};
use std::sync::atomic::{AtomicU32, Ordering};

/// A word in the memory of an instance. It does not keep the memory.
pub struct Word(*const AtomicU32);

// SAFETY: the word is atomic, so any thread may write it. Whoever has the word keeps the memory: see `Word::of`.
unsafe impl Send for Word {}

impl Word {
    /// Returns the word in the first bytes of a memory that has one page and can have no more. The caller keeps the memory
    /// as long as the word.
    pub fn of(store: <LinkedBackend as Backend>::Store, memory: &<LinkedBackend as Backend>::Extern) -> Self {
        Self(LinkedBackend::memory_data(store, memory).0.cast::<AtomicU32>())
    }

    /// Writes the word.
    pub fn write(&self, value: u32) {
        // SAFETY: the caller of `of` guarantees that the memory lives. A memory that never grows never moves, and its
        // first byte is aligned. The code of guests only reads the word, and WebAssembly allows this race.
        unsafe { &*self.0 }.store(value, Ordering::Relaxed);
    }

    /// Returns a word for tests, which lies in `place`.
    #[cfg(test)]
    pub fn in_place(place: &'static AtomicU32) -> Self {
        Self(place)
    }
}
