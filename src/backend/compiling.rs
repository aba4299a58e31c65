//! What every compilation needs: room on the stack and, after a fork, threads.
//!
//! Engines that compile on several threads use rayon's, which are started once a process. A forked child has none of
//! them, and would wait for them for ever: there, a pool of the child's own does the work.

use crate::backend::stack;
use crate::base::error::Result;

/// What compiling may use of the stack.
pub const STACK: usize = 2 << 20;

/// Runs a compilation.
pub fn compiling<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    stack::with_room(STACK, || threads::with_threads(work))
}

#[cfg(feature = "rayon")]
mod threads {
    use crate::base::error::{Error, ErrorKind, Result};
    use parking_lot::Mutex;
    use rayon::{ThreadPool, ThreadPoolBuilder};
    use std::process;
    use std::ptr;
    use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

    /// The process whose compilations may use rayon's own pool: the first that compiled.
    static FIRST: AtomicU32 = AtomicU32::new(0);
    /// The pool of a forked child. No lock, which a fork could leave held.
    static OWN: AtomicPtr<Own> = AtomicPtr::new(ptr::null_mut());

    struct Own {
        process: u32,
        pool: ThreadPool,
        /// One compilation at a time: a thread of the pool that waits for parts of one, perhaps with a lock of the
        /// engine's, would begin another meanwhile.
        turn: Mutex<()>,
    }

    pub fn with_threads<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        let process = process::id();
        match FIRST.compare_exchange(0, process, Ordering::Relaxed, Ordering::Relaxed) {
            Err(first) if first != process => {
                let own = own(process)?;
                let _turn = own.turn.lock();
                own.pool.install(work)
            }
            _ => work(),
        }
    }

    /// The pool of this process, made once. That of a parent is left alone: its threads are not here to be ended.
    fn own(process: u32) -> Result<&'static Own> {
        // SAFETY: what is there is never freed.
        if let Some(own) = unsafe { OWN.load(Ordering::Acquire).as_ref() }
            && own.process == process
        {
            return Ok(own);
        }
        let pool = ThreadPoolBuilder::new()
            .build()
            .map_err(|e| Error::new(ErrorKind::Engine, format!("no threads can be started to compile on: {e}")))?;
        let made = Box::leak(Box::new(Own { process, pool, turn: Mutex::new(()) }));
        OWN.store(made, Ordering::Release);
        Ok(made)
    }
}

#[cfg(not(feature = "rayon"))]
mod threads {
    use crate::base::error::Result;

    pub fn with_threads<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
        work()
    }
}
