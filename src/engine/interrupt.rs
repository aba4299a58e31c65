//! Interrupting guests for the host's sake: so that Ctrl-C works while WebAssembly runs.
//!
//! A host that wants to be asked sets a hook. While there are interruptible engines, a thread advances their epochs ten
//! times a second; each running guest then asks the hook, on its own thread, whether it may go on. A call pays nothing
//! for it but the look at one flag: when no guest has been seen for a while the thread sleeps, and is woken by the next.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

/// Asked on the guest's thread: 0, or the token of the failure that ends the guest.
pub type Hook = unsafe extern "C" fn() -> u64;

/// Something whose guests look at their deadline when the time advances: an engine.
pub trait Tick: Send + Sync {
    /// Advances its time by one.
    fn tick(&self);
}

/// How often a running guest is asked to look up.
const PERIOD: Duration = Duration::from_millis(100);

/// Ticks without a guest after which the thread sleeps.
const IDLE_TICKS: u32 = 10;

/// Asleep it still ticks so often: a guest that started in the moment of falling asleep is found then.
const ASLEEP_PERIOD: Duration = Duration::from_secs(1);

static HOOK: AtomicPtr<()> = AtomicPtr::new(std::ptr::null_mut());
static ASLEEP: AtomicBool = AtomicBool::new(false);
static GUEST_SEEN: AtomicBool = AtomicBool::new(false);
static TICKER: Mutex<Ticker> = Mutex::new(Ticker { engines: Vec::new(), runs: false });
static WAKE: Condvar = Condvar::new();

struct Ticker {
    engines: Vec<Weak<dyn Tick>>,
    runs: bool,
}

impl Ticker {
    fn lock() -> MutexGuard<'static, Self> {
        TICKER.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the thread where there is reason to.
    fn start(&mut self) {
        if self.runs || self.engines.is_empty() || HOOK.load(Ordering::Acquire).is_null() {
            return;
        }
        // Without the thread guests run on, uninterrupted: no reason to fail.
        self.runs = thread::Builder::new().name("anywasm-ticker".into()).spawn(tick).is_ok();
    }
}

/// Sets the hook. The host promises to answer from any thread, at any time.
pub fn set_hook(hook: Hook) {
    HOOK.store(hook as *mut (), Ordering::Release);
    Ticker::lock().start();
}

/// Has the engine's guests look up from now on.
pub fn register(engine: Weak<dyn Tick>) {
    let mut ticker = Ticker::lock();
    ticker.engines.retain(|engine| engine.strong_count() > 0);
    ticker.engines.push(engine);
    ticker.start();
}

/// A guest is about to run.
pub fn guest_starts() {
    if ASLEEP.load(Ordering::Relaxed) {
        ASLEEP.store(false, Ordering::Relaxed);
        WAKE.notify_all();
    }
}

/// A guest looks up: 0, or the token of the failure that ends it.
pub fn ask_host() -> u64 {
    GUEST_SEEN.store(true, Ordering::Relaxed);
    let hook = HOOK.load(Ordering::Acquire);
    if hook.is_null() {
        return 0;
    }
    // SAFETY: only `set_hook` writes it, from a function of this type, whose owner promised that it may be called.
    unsafe { std::mem::transmute::<*mut (), Hook>(hook)() }
}

fn tick() {
    let mut idle = 0;
    loop {
        let engines = {
            let ticker = Ticker::lock();
            let asleep = idle >= IDLE_TICKS;
            ASLEEP.store(asleep, Ordering::Relaxed);
            let period = if asleep { ASLEEP_PERIOD } else { PERIOD };
            let (mut ticker, outcome) = WAKE.wait_timeout(ticker, period).unwrap_or_else(PoisonError::into_inner);
            if asleep && !outcome.timed_out() {
                idle = 0;
                continue;
            }
            ticker.engines.retain(|engine| engine.strong_count() > 0);
            if ticker.engines.is_empty() {
                ASLEEP.store(false, Ordering::Relaxed);
                ticker.runs = false;
                return;
            }
            ticker.engines.iter().filter_map(Weak::upgrade).collect::<Vec<_>>()
        };
        idle = if GUEST_SEEN.swap(false, Ordering::Relaxed) { 0 } else { (idle + 1).min(IDLE_TICKS) };
        engines.iter().for_each(|engine| engine.tick());
    }
}

thread_local! {
    /// Held by a thread that forks, so that the child does not inherit a lock of a thread that it does not have.
    static FORKING: RefCell<Option<MutexGuard<'static, Ticker>>> = const { RefCell::new(None) };
}

/// This thread is about to fork.
pub fn before_fork() {
    FORKING.set(Some(Ticker::lock()));
}

/// It has forked, and is the parent, or the child, which needs a ticking thread of its own.
pub fn after_fork(child: bool) {
    if let Some(mut ticker) = FORKING.take().filter(|_| child) {
        ticker.runs = false;
        ASLEEP.store(false, Ordering::Relaxed);
        ticker.start();
    }
}
