//! The words of a store's instances, by which any thread ends the store's guests. Code that
//! [metering](crate::lower::metering) has rewritten looks at the word of its instance.

use parking_lot::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

/// Why guests must end.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Cause {
    /// The engine's epoch has reached the deadline.
    Epoch = 1,
}

/// The words of a store. Other threads than that of the store write them.
#[derive(Default)]
pub struct Watch(Mutex<State>);

#[derive(Default)]
struct State {
    words: Vec<Word>,
    /// The causes that hold now, as a sum of [`Cause`]s. It is the value of all words.
    causes: u32,
    /// The epoch from which on guests must end.
    deadline: u64,
}

/// A word in the memory of an instance.
struct Word(*const AtomicU32);

// SAFETY: the word is atomic, so any thread may write it. It is valid as long as it is in a `State`: see `Watch::add`.
unsafe impl Send for Word {}

impl State {
    fn write(&self) {
        for word in &self.words {
            // SAFETY: the word is valid as long as it is in the list.
            unsafe { &*word.0 }.store(self.causes, Ordering::Relaxed);
        }
    }

    fn set(&mut self, cause: Cause, holds: bool) {
        let bit = cause as u32;
        let causes = if holds { self.causes | bit } else { self.causes & !bit };
        if std::mem::replace(&mut self.causes, causes) != causes {
            self.write();
        }
    }
}

impl Watch {
    /// Adds the word of an instance, and writes it.
    ///
    /// # Safety
    /// The word is valid and aligned until [`Watch::clear`] returns.
    pub unsafe fn add(&self, word: *const AtomicU32) {
        let mut state = self.0.lock();
        state.words.push(Word(word));
        // SAFETY: the caller guarantees that the word is valid.
        unsafe { &*word }.store(state.causes, Ordering::Relaxed);
    }

    /// Forgets all words. No thread writes them any more.
    pub fn clear(&self) {
        self.0.lock().words.clear();
    }

    /// Sets the epoch from which on guests must end. `now` returns the epoch of the engine.
    pub fn set_deadline(&self, deadline: u64, now: impl FnOnce() -> u64) {
        let mut state = self.0.lock();
        state.deadline = deadline;
        state.set(Cause::Epoch, now() >= deadline);
    }

    /// Ends the guests if the epoch `now` has reached their deadline.
    pub fn advance_epoch(&self, now: u64) {
        let mut state = self.0.lock();
        if now >= state.deadline {
            state.set(Cause::Epoch, true);
        }
    }

    /// Returns whether guests must end.
    pub fn ends_guests(&self) -> bool {
        self.0.lock().causes != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_follow_the_deadline() {
        let (watch, words) = (Watch::default(), [AtomicU32::new(7), AtomicU32::new(7)]);
        watch.set_deadline(5, || 4);
        // SAFETY: the words live until the end of the test.
        unsafe { watch.add(&raw const words[0]) };
        let values = || words.each_ref().map(|word| word.load(Ordering::Relaxed));
        assert_eq!((values(), watch.ends_guests()), ([0, 7], false));
        watch.advance_epoch(4);
        assert_eq!(values(), [0, 7]);
        watch.advance_epoch(5);
        // SAFETY: as above.
        unsafe { watch.add(&raw const words[1]) };
        assert_eq!((values(), watch.ends_guests()), ([1, 1], true));
        watch.set_deadline(6, || 5);
        assert_eq!(values(), [0, 0]);
        watch.set_deadline(5, || 5);
        assert_eq!(values(), [1, 1]);
        watch.clear();
        watch.set_deadline(9, || 5);
        assert_eq!((values(), watch.ends_guests()), ([1, 1], false));
    }
}
