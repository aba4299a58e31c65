//! The word of an instance: a number in a memory of the instance, which any thread writes to end the instance's guests.
//! The memory has several copies of it ([`WORD_COPIES`]).

use crate::backend::{Backend, LinkedBackend, MemoryOps};
use crate::wasm::hidden::WORD_COPIES;
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
        // SAFETY: the caller of `of` guarantees that the memory lives. A memory that never grows never moves, its first
        // byte is aligned, and its page is larger than all copies. The code of guests only reads the words, and
        // WebAssembly allows this race.
        let copies = unsafe { std::slice::from_raw_parts(self.0, WORD_COPIES as usize) };
        copies.iter().for_each(|word| word.store(value, Ordering::Relaxed));
    }

    /// Returns a word for tests, whose copies lie in `place`.
    #[cfg(test)]
    pub fn in_place(place: &'static [AtomicU32; WORD_COPIES as usize]) -> Self {
        Self(place.as_ptr())
    }
}
