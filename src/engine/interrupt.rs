//! Interrupts guests, which are running WebAssembly code, on behalf of the host, so that Ctrl-C works while WebAssembly
//! runs.
//!
//! The host installs a hook: one function for the whole process. While engines exist whose guests can be interrupted, a
//! ticker thread advances the time of these engines ten times a second. At each tick, a running guest calls the hook on
//! the guest's thread. The result of the hook decides whether the guest must end.
//!
//! The ticker sleeps when no guest has run for a while, and a call into WebAssembly wakes the ticker. To find out
//! whether the ticker sleeps, a call reads one flag, and takes no lock.

use crate::base::error::{Error, ErrorKind, Result};
use std::cell::RefCell;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::thread;
use std::time::Duration;

/// The host's hook. A guest calls the hook on the guest's thread. The hook returns 0 if the guest may continue. Any
/// other number is a token: a number by which the host finds the exception that ends the guest.
pub type Hook = Box<dyn Fn() -> u64 + Send + Sync>;

/// An engine whose guests check the deadline of their store when the engine's time advances.
pub trait Tick: Send + Sync {
    /// Advances the engine's time by one tick.
    fn tick(&self);
}

/// Time between two ticks.
const TICK_PERIOD: Duration = Duration::from_millis(100);

/// Number of ticks without a guest after which the ticker sleeps.
const IDLE_TICKS: u32 = 10;

/// Time between two ticks of a sleeping ticker. A guest that starts just as the ticker falls asleep may fail to wake
/// the ticker. The guest calls the hook at one of these ticks, and the ticker wakes up.
const ASLEEP_PERIOD: Duration = Duration::from_secs(1);

/// The installed hook.
static HOOK: OnceLock<Hook> = OnceLock::new();
/// Whether the ticker sleeps.
static ASLEEP: AtomicBool = AtomicBool::new(false);
/// Whether a guest has called the hook since the previous tick.
static GUEST_SEEN: AtomicBool = AtomicBool::new(false);
static TICKER: Mutex<Ticker> = Mutex::new(Ticker { engines: Vec::new(), is_running: false });
/// Wakes a sleeping ticker.
static WAKE: Condvar = Condvar::new();

/// The engines that the ticker thread advances, and whether this thread is running.
struct Ticker {
    engines: Vec<Weak<dyn Tick>>,
    is_running: bool,
}

impl Ticker {
    fn lock() -> MutexGuard<'static, Self> {
        TICKER.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the ticker thread. Does nothing if the thread is running, or if there is no hook or no engine. Fails if the
    /// system cannot start a thread.
    fn start(&mut self) -> io::Result<()> {
        if !self.is_running && !self.engines.is_empty() && HOOK.get().is_some() {
            thread::Builder::new().name("anywasm-ticker".into()).spawn(run_ticker)?;
            self.is_running = true;
        }
        Ok(())
    }
}

/// Installs the hook for the life of the process. A second call has no effect. The hook must be callable from any
/// thread at any time.
pub fn set_hook(hook: Hook) {
    HOOK.get_or_init(|| hook);
    // The guests of engines that exist already run without interruption if the system cannot start a thread.
    let _ = Ticker::lock().start();
}

/// Adds an engine to the ticker. From the next tick on, the engine's guests check the deadline of their store at each
/// tick. Fails if the system cannot start the ticker thread.
pub fn register(engine: Weak<dyn Tick>) -> Result<()> {
    let mut ticker = Ticker::lock();
    ticker.engines.retain(|engine| engine.strong_count() > 0);
    ticker.engines.push(engine);
    ticker.start().map_err(|e| {
        ticker.engines.pop();
        Error::new(ErrorKind::Engine, format!("the thread that interrupts guests cannot be started: {e}"))
    })
}

/// Wakes the ticker if the ticker sleeps. Called when a guest is about to run.
pub fn wake_ticker() {
    if ASLEEP.load(Ordering::Relaxed) {
        ASLEEP.store(false, Ordering::Relaxed);
        WAKE.notify_all();
    }
}

/// Calls the host's hook for a running guest. Returns 0 if the guest may continue. Any other number is the token by
/// which the host finds the exception that ends the guest.
pub fn call_hook() -> u64 {
    GUEST_SEEN.store(true, Ordering::Relaxed);
    HOOK.get().map_or(0, |hook| hook())
}

/// Runs the ticker thread, until no engine is left.
fn run_ticker() {
    let mut idle_ticks = 0;
    loop {
        let engines = {
            let ticker = Ticker::lock();
            let asleep = idle_ticks >= IDLE_TICKS;
            ASLEEP.store(asleep, Ordering::Relaxed);
            let period = if asleep { ASLEEP_PERIOD } else { TICK_PERIOD };
            let (mut ticker, outcome) = WAKE.wait_timeout(ticker, period).unwrap_or_else(PoisonError::into_inner);
            if asleep && !outcome.timed_out() {
                idle_ticks = 0;
                continue;
            }
            ticker.engines.retain(|engine| engine.strong_count() > 0);
            if ticker.engines.is_empty() {
                ASLEEP.store(false, Ordering::Relaxed);
                ticker.is_running = false;
                return;
            }
            ticker.engines.iter().filter_map(Weak::upgrade).collect::<Vec<_>>()
        };
        idle_ticks = if GUEST_SEEN.swap(false, Ordering::Relaxed) { 0 } else { (idle_ticks + 1).min(IDLE_TICKS) };
        engines.iter().for_each(|engine| engine.tick());
    }
}

thread_local! {
    /// The ticker's lock. A thread holds this lock while the thread forks. If another thread held the lock during the
    /// fork, the child process would inherit the lock in the locked state, but not the thread that can release the
    /// lock.
    static FORKING: RefCell<Option<MutexGuard<'static, Ticker>>> = const { RefCell::new(None) };
}

/// Prepares this thread for a fork. Takes the ticker's lock.
pub fn before_fork() {
    FORKING.set(Some(Ticker::lock()));
}

/// Releases the lock that [`before_fork`] took, in the parent and in the child process. Starts a new ticker thread in
/// the child.
pub fn after_fork(is_child: bool) {
    if let Some(mut ticker) = FORKING.take().filter(|_| is_child) {
        ticker.is_running = false;
        ASLEEP.store(false, Ordering::Relaxed);
        // The child's guests run without interruption if the system cannot start a thread.
        let _ = ticker.start();
    }
}
