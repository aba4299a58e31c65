//! Runs compilations with enough stack space and, in a forked process, with threads.
//!
//! Engines that compile on several threads use rayon's global thread pool. Rayon starts this pool once per process. A
//! forked child process inherits the pool's data but not the pool's threads, so the child would wait for these threads
//! for ever. The child therefore compiles on a new thread pool.

use crate::backend::stack;
use crate::base::error::Result;
use crate::wasm::complexity::Limits;

/// The limits of wasmtime, through both of its headers. wasmtime compiles a function that computes the initial values of
/// a module. In one function, wasmtime cannot use more than about 2^16 globals and other places: it aborts the process.
pub const WASMTIME_LIMITS: Limits =
    Limits { startup_items: 60_000, startup_instructions: 5_000_000, function_globals: 60_000, ..Limits::CRANELIFT };

/// Stack space that a compilation needs, in bytes.
pub const STACK_SIZE: usize = 2 << 20;

/// Runs a compilation on a stack with at least [`STACK_SIZE`] bytes left.
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

    /// The id of the process that compiled first; 0 before the first compilation. Rayon's global pool has threads only
    /// in the process with this id.
    static FIRST_PROCESS_ID: AtomicU32 = AtomicU32::new(0);
    /// The thread pool of a forked child; null before the first compilation in a forked child. The pool is not behind a
    /// lock, because a fork could copy the lock while another thread holds it. The copy would then stay locked for
    /// ever.
    static CHILD_POOL: AtomicPtr<ChildPool> = AtomicPtr::new(ptr::null_mut());

    /// The thread pool of a forked process.
    struct ChildPool {
        /// The id of the process that created the pool.
        process_id: u32,
        threads: ThreadPool,
        /// A lock that a compilation holds, so that the pool runs only one compilation at a time. A pool thread may
        /// wait for parts of a compilation while the thread holds a lock of the engine. A waiting pool thread runs
        /// other work of the pool. This other work must not be a second compilation, because that could need the lock
        /// that its own thread holds.
        one_at_a_time: Mutex<()>,
    }

    /// Runs `work`. If `work` uses rayon, rayon's threads belong to this process.
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

    /// Returns the thread pool of this forked process. The first call creates the pool.
    ///
    /// A pool that was inherited from the parent process is never dropped. Dropping the pool would end the pool's
    /// threads, but these threads do not exist in this process.
    fn child_pool(process_id: u32) -> Result<&'static ChildPool> {
        // SAFETY: the pointer is null or came from `Box::leak` below. The pool is therefore never freed. All references
        // to the pool are shared references.
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

    /// Runs `work` on the calling thread, because this engine compiles without other threads.
    pub fn with_threads<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
        work()
    }
}
