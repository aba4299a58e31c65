//! A lock that a forked process may take even if a thread of the parent process held it during the fork.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

/// Time between two attempts to take the lock.
const RETRY_PERIOD: Duration = Duration::from_micros(50);

/// A lock without data. It holds the id of the process whose thread holds the lock, or 0.
pub struct ForkLock(AtomicU32);

/// Releases the lock when it is dropped.
pub struct Guard<'a>(&'a ForkLock);

impl ForkLock {
    pub const fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    /// Waits until no thread of this process holds the lock, and takes the lock.
    ///
    /// A forked process inherits a locked lock, but not the thread that would release it. The lock then holds the id of
    /// another process, so it counts as free.
    pub fn lock(&self) -> Guard<'_> {
        let own_id = process::id();
        loop {
            let holder = self.0.load(Ordering::Relaxed);
            if holder != own_id && self.0.compare_exchange(holder, own_id, Ordering::Acquire, Ordering::Relaxed).is_ok()
            {
                return Guard(self);
            }
            thread::sleep(RETRY_PERIOD);
        }
    }

    /// Releases the lock, whose guard this thread has forgotten.
    pub fn unlock(&self) {
        self.0.store(0, Ordering::Release);
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.unlock();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_another_process_left_locked_is_free() {
        let lock = ForkLock::new();
        lock.0.store(process::id() + 1, Ordering::Relaxed);
        drop(lock.lock());
        assert_eq!(lock.0.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn one_thread_at_a_time_holds_the_lock() {
        let (lock, inside) = (ForkLock::new(), AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let _guard = lock.lock();
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
    }
}
