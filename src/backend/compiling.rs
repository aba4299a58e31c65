//! Runs compilations with enough stack space and, in a forked process, with threads.
//!
//! Engines that compile on several threads use rayon's global thread pool, which starts once per process. A forked
//! child inherits the pool without its threads, and would wait for them for ever. The child therefore compiles on a
//! thread pool of its own.

use crate::backend::stack;
use crate::base::error::Result;

/// Stack space for a compilation, in bytes.
pub const STACK_SIZE: usize = 2 << 20;

/// Runs a compilation where [`STACK_SIZE`] bytes of stack are left.
pub fn run_compilation<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    stack::with_room(STACK_SIZE, || threads::with_threads(work))
}

#[cfg(feature = "rayon")]
mod threads {
    use crate::base::error::{Error, ErrorKind, Result};
    use parking_lot::Mutex;
    use rayon::{ThreadPool, ThreadPoolBuilder};
    use std::process;
    use std::ptr;
    use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

    /// The id of the process that compiled first; 0 until then. Rayon's global pool has threads in this process only.
    static FIRST_PROCESS_ID: AtomicU32 = AtomicU32::new(0);
    /// The pool of a forked child. Not behind a lock: a fork could copy the lock while another thread holds it.
    static CHILD_POOL: AtomicPtr<ChildPool> = AtomicPtr::new(ptr::null_mut());

    /// The thread pool of a forked process.
    struct ChildPool {
        /// The id of the process.
        process_id: u32,
        threads: ThreadPool,
        /// Held during a compilation. Otherwise a pool thread that waits for parts of one compilation, perhaps with a
        /// lock of the engine, would start another compilation.
        one_at_a_time: Mutex<()>,
    }

    /// Runs `work`, which may use rayon, on threads of this process.
    pub fn with_threads<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        let process_id = process::id();
        match FIRST_PROCESS_ID.compare_exchange(0, process_id, Ordering::Relaxed, Ordering::Relaxed) {
            Err(first_id) if first_id != process_id => {
                let pool = child_pool(process_id)?;
                let _turn = pool.one_at_a_time.lock();
                pool.threads.install(work)
            }
            _ => work(),
        }
    }

    /// Returns the pool of this forked process, which the first call creates. A pool that was inherited from the parent
    /// is not dropped: its threads, which the drop would end, do not exist in this process.
    fn child_pool(process_id: u32) -> Result<&'static ChildPool> {
        // SAFETY: the pointer is null or came from `Box::leak` below, so that the pool is never freed. All references
        // to the pool are shared ones.
        if let Some(pool) = unsafe { CHILD_POOL.load(Ordering::Acquire).as_ref() }
            && pool.process_id == process_id
        {
            return Ok(pool);
        }
        let threads = ThreadPoolBuilder::new()
            .build()
            .map_err(|e| Error::new(ErrorKind::Engine, format!("cannot start threads for compiling: {e}")))?;
        let pool = Box::leak(Box::new(ChildPool { process_id, threads, one_at_a_time: Mutex::new(()) }));
        CHILD_POOL.store(pool, Ordering::Release);
        Ok(pool)
    }
}

#[cfg(not(feature = "rayon"))]
mod threads {
    use crate::base::error::Result;

    /// Runs `work`: this engine compiles on the calling thread only.
    pub fn with_threads<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
        work()
    }
}
