//! Runs compilations with enough stack space, and on threads that exist.
//!
//! Engines that compile on several threads use rayon's global thread pool. Rayon starts this pool once per process. Two
//! cases need another pool:
//!
//! * A forked child process inherits the pool's data but not the pool's threads, so the child would wait for these
//!   threads for ever. The child therefore compiles on a new thread pool.
//! * Where the system refuses to start threads, rayon panics, which would end the process. The calling thread then
//!   compiles alone. It also does so for the option `parallel_compilation = false`.

use crate::backend::stack;
use crate::base::error::Result;
use crate::base::options::Options;
use crate::wasm::complexity::Limits;

/// The limits of wasmtime, through both of its headers. wasmtime compiles a function that computes the initial values of
/// a module. In one function, wasmtime cannot use more than about 2^16 globals and other places: it aborts the process.
pub const WASMTIME_LIMITS: Limits =
    Limits { startup_items: 60_000, startup_instructions: 5_000_000, function_globals: 60_000, ..Limits::CRANELIFT };

/// Stack space that a compilation needs, in bytes.
pub const STACK_SIZE: usize = 2 << 20;

/// Runs the compilation of a module on a stack with at least [`STACK_SIZE`] bytes left. `options` are those of the
/// engine, and `len` is the length of the module in bytes.
pub fn run_compilation<T: Send>(options: &Options, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let is_parallel = options.switch("parallel_compilation") != Some(false);
    stack::with_room(STACK_SIZE, || threads::with_threads(is_parallel, work))
}

/// Runs a compilation that is too small for several threads, as [`run_compilation`] does. Starts no threads if an
/// earlier compilation on this thread was not parallel.
pub fn run_small_compilation<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    stack::with_room(STACK_SIZE, || threads::with_threads(!threads::is_alone(), work))
}

#[cfg(feature = "rayon")]
mod threads {
    use crate::backend::{Backend, LinkedBackend};
    use crate::base::error::{Error, ErrorKind, Result};
    use parking_lot::Mutex;
    use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
    use std::cell::Cell;
    use std::error::Error as _;
    use std::fmt::Display;
    use std::process;
    use std::ptr;
    use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
    use std::thread;

    /// The id of the process in which rayon's global pool has threads. 0 before the first compilation, and [`NO_PROCESS`]
    /// if the threads could not be started.
    static GLOBAL_POOL: AtomicU32 = AtomicU32::new(0);
    /// The value of `GLOBAL_POOL` if the threads of the global pool could not be started. Rayon does not try again.
    const NO_PROCESS: u32 = u32::MAX;
    /// The thread pool of a process that does not use the global pool; null before the first compilation on it. The pool
    /// is not behind a lock, because a fork could copy the lock while another thread holds it. The copy would then stay
    /// locked for ever.
    static OWN_POOL: AtomicPtr<OwnPool> = AtomicPtr::new(ptr::null_mut());

    thread_local! {
        /// Whether this thread is the only thread of a pool of its own, so that work of rayon runs on this thread.
        static IS_ALONE: Cell<bool> = const { Cell::new(false) };
    }

    /// A thread pool of this process, in place of rayon's global pool.
    struct OwnPool {
        /// The id of the process that created the pool.
        process_id: u32,
        threads: ThreadPool,
        /// A lock that a compilation holds, so that the pool runs only one compilation at a time. A pool thread may
        /// wait for parts of a compilation while the thread holds a lock of the engine. A waiting pool thread runs
        /// other work of the pool. This other work must not be a second compilation, because that could need the lock
        /// that its own thread holds.
        one_at_a_time: Mutex<()>,
    }

    /// Runs `work`. If `work` uses rayon, rayon uses several threads of this process, or only this thread if
    /// `is_parallel` is false or no threads can be started.
    pub fn with_threads<T: Send>(is_parallel: bool, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        if LinkedBackend::STARTS_THREADS {
            probe()?;
        }
        if is_parallel {
            if !IS_ALONE.get() && has_global_pool() {
                return work();
            }
            if let Ok(pool) = own_pool() {
                let _turn = pool.one_at_a_time.lock();
                return pool.threads.install(work);
            }
        }
        stay_alone()?;
        work()
    }

    /// Returns whether a compilation on this thread was not parallel.
    pub fn is_alone() -> bool {
        IS_ALONE.get()
    }

    /// Returns whether rayon's global pool has threads in this process. The first call starts the threads.
    fn has_global_pool() -> bool {
        if GLOBAL_POOL.load(Ordering::Acquire) == 0 {
            match ThreadPoolBuilder::new().build_global() {
                Ok(()) => GLOBAL_POOL.store(process::id(), Ordering::Release),
                Err(error) if error.source().is_some() => GLOBAL_POOL.store(NO_PROCESS, Ordering::Release),
                // Another thread of this process has made the pool and is about to store the outcome.
                Err(_) => {
                    while GLOBAL_POOL.load(Ordering::Acquire) == 0 {
                        thread::yield_now();
                    }
                }
            }
        }
        GLOBAL_POOL.load(Ordering::Acquire) == process::id()
    }

    /// Returns this process's own thread pool. The first call creates the pool.
    ///
    /// A pool that was inherited from the parent process is never dropped. Dropping the pool would end the pool's
    /// threads, but these threads do not exist in this process.
    fn own_pool() -> std::result::Result<&'static OwnPool, ThreadPoolBuildError> {
        let process_id = process::id();
        // SAFETY: the pointer is null or came from `Box::leak` below. The pool is therefore never freed. All references
        // to the pool are shared references.
        if let Some(pool) = unsafe { OWN_POOL.load(Ordering::Acquire).as_ref() }
            && pool.process_id == process_id
        {
            return Ok(pool);
        }
        let threads = ThreadPoolBuilder::new().build()?;
        let pool = Box::leak(Box::new(OwnPool { process_id, threads, one_at_a_time: Mutex::new(()) }));
        OWN_POOL.store(pool, Ordering::Release);
        Ok(pool)
    }

    /// Makes this thread the only thread of a new pool. Rayon then runs the parts of a compilation on this thread, and
    /// starts no threads. The pool is as small as a pool can be, and stays until the process ends.
    fn stay_alone() -> Result<()> {
        if IS_ALONE.get() {
            return Ok(());
        }
        let pool = ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().map_err(no_threads)?;
        // The drop would make rayon wait for this thread.
        std::mem::forget(pool);
        IS_ALONE.set(true);
        Ok(())
    }

    /// Fails if the threads of a compilation cannot be started, for an engine that ends the process in this case. Starts
    /// as many threads as the engine does, and ends them.
    fn probe() -> Result<()> {
        let count = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let gate = Mutex::new(());
        thread::scope(|scope| {
            // The threads wait at the gate, so that they exist at the same time.
            let guard = gate.lock();
            let wait = || drop(gate.lock());
            let started = (0..count).try_for_each(|_| thread::Builder::new().spawn_scoped(scope, wait).map(drop));
            drop(guard);
            started.map_err(no_threads)
        })
    }

    fn no_threads(error: impl Display) -> Error {
        Error::new(
            ErrorKind::Engine,
            format!("the engine `{}` cannot start threads for compiling: {error}", LinkedBackend::NAME),
        )
    }
}

#[cfg(not(feature = "rayon"))]
mod threads {
    use crate::base::error::Result;

    /// Returns true: every compilation runs on the calling thread alone.
    pub fn is_alone() -> bool {
        true
    }

    /// Runs `work` on the calling thread, because this engine compiles without other threads.
    pub fn with_threads<T>(_: bool, work: impl FnOnce() -> Result<T>) -> Result<T> {
        work()
    }
}
