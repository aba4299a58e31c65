//! The ticker: a thread that advances the time of interruptible engines ten times a second, and that acts when the time
//! of a store is over.
//!
//! The ticker sleeps when no guest has run for a while, and a call into WebAssembly wakes the ticker. To find out
//! whether the ticker sleeps, a call reads one flag, and takes no lock. The thread ends when nothing needs it.

use crate::engine::interrupt::HOOK;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

/// An engine whose guests can be interrupted.
pub trait Tick: Send + Sync {
    /// Advances the engine's time by one tick, so that running guests check their deadline.
    fn tick(&self);

    /// Ends the guests that run on this thread and whose code the shim has rewritten.
    fn end_thread(&self, thread: u64);
}

/// Something that is due at a time.
pub trait Timer: Send + Sync {
    /// Acts if the time has come. The timer is not in the ticker any more; the function adds a new one if it must be called
    /// again.
    fn expire(self: Arc<Self>, now: Instant);
}

/// Identifies a timer in the ticker: its time, and a number of its own.
pub type TimerKey = (Instant, u64);

/// Time between two ticks.
const TICK_PERIOD: Duration = Duration::from_millis(100);

/// Number of ticks without a guest after which the ticker sleeps.
const IDLE_TICKS: u32 = 10;

/// Time between two ticks of a sleeping ticker. A guest that starts just as the ticker falls asleep may fail to wake
/// the ticker. The guest calls the hook at one of these ticks, and the ticker wakes up.
const ASLEEP_PERIOD: Duration = Duration::from_secs(1);

/// Whether the ticker sleeps.
static ASLEEP: AtomicBool = AtomicBool::new(false);
/// Whether a guest has called the hook since the previous tick.
static GUEST_SEEN: AtomicBool = AtomicBool::new(false);
static TICKER: Mutex<Ticker> =
    Mutex::new(Ticker { engines: Vec::new(), timers: BTreeMap::new(), next_timer: 0, is_running: false });
/// Wakes a sleeping ticker.
static WAKE: Condvar = Condvar::new();
/// Held by a thread that acts on the stores of others, so that a fork does not happen meanwhile: see [`before_fork`].
static ACTING: Mutex<()> = Mutex::new(());

/// What the ticker thread serves, and whether this thread is running.
struct Ticker {
    engines: Vec<Weak<dyn Tick>>,
    timers: BTreeMap<TimerKey, Weak<dyn Timer>>,
    next_timer: u64,
    is_running: bool,
}

impl Ticker {
    fn lock() -> MutexGuard<'static, Self> {
        TICKER.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether nothing needs the thread.
    fn is_useless(&self) -> bool {
        self.timers.is_empty() && (self.engines.is_empty() || HOOK.get().is_none())
    }

    /// Starts the ticker thread if it is needed and does not run. Fails if the system cannot start a thread.
    fn start(&mut self) -> io::Result<()> {
        if self.is_running || self.is_useless() {
            return Ok(());
        }
        thread::Builder::new().name("anywasm-ticker".into()).spawn(run_ticker)?;
        self.is_running = true;
        Ok(())
    }
}

/// Starts the ticker if something needs it.
pub fn start_if_needed() {
    // Without a thread, the guests of engines that exist already run without interruption. `register` tells the host of
    // a new engine.
    let _ = Ticker::lock().start();
}

/// Adds an engine to the ticker. From the next tick on, the engine's guests check the deadline of their store at each
/// tick. Fails if the system cannot start the ticker thread. The engine is added nevertheless, so that a thread that can
/// be started later serves it too.
pub fn register(engine: Weak<dyn Tick>) -> io::Result<()> {
    let mut ticker = Ticker::lock();
    ticker.engines.retain(|engine| engine.strong_count() > 0);
    ticker.engines.push(engine);
    ticker.start()
}

/// Adds a timer that is due at `time`. Fails if the system cannot start the ticker thread.
pub fn add_timer(time: Instant, timer: Weak<dyn Timer>) -> io::Result<TimerKey> {
    let mut ticker = Ticker::lock();
    ticker.next_timer += 1;
    let key = (time, ticker.next_timer);
    ticker.timers.insert(key, timer);
    if let Err(error) = ticker.start() {
        ticker.timers.remove(&key);
        return Err(error);
    }
    // The thread need not wake up for a time later than the one that it waits for.
    if ticker.timers.first_key_value().is_some_and(|(first, _)| *first == key) {
        WAKE.notify_all();
    }
    Ok(key)
}

/// Removes a timer. Does nothing if it is not in the ticker any more.
pub fn remove_timer(key: TimerKey) {
    Ticker::lock().timers.remove(&key);
}

/// Returns whether a timer is in the ticker.
#[cfg(test)]
pub fn has_timer(key: TimerKey) -> bool {
    Ticker::lock().timers.contains_key(&key)
}

/// Wakes the ticker if the ticker sleeps. Called when a guest is about to run.
pub fn wake() {
    if ASLEEP.load(Ordering::Relaxed) {
        ASLEEP.store(false, Ordering::Relaxed);
        WAKE.notify_all();
    }
}

/// Records that a guest runs.
pub fn guest_seen() {
    GUEST_SEEN.store(true, Ordering::Relaxed);
}

/// Calls `act` for each engine.
pub fn for_each_engine(act: impl Fn(&dyn Tick)) {
    let engines: Vec<_> = Ticker::lock().engines.iter().filter_map(Weak::upgrade).collect();
    acting(|| engines.iter().for_each(|engine| act(engine.as_ref())));
}

/// Runs `work`, which takes locks of stores on behalf of another thread, such that no thread forks meanwhile.
pub fn acting<T>(work: impl FnOnce() -> T) -> T {
    let _guard = ACTING.lock().unwrap_or_else(PoisonError::into_inner);
    work()
}

/// What the ticker thread must do now.
#[derive(Default)]
struct Due {
    engines: Vec<Arc<dyn Tick>>,
    timers: Vec<Arc<dyn Timer>>,
}

/// Runs the ticker thread, until nothing needs it.
fn run_ticker() {
    let (mut idle_ticks, mut last_tick) = (0, Instant::now());
    while let Some(due) = wait(&mut idle_ticks, &mut last_tick) {
        let now = Instant::now();
        acting(|| {
            due.engines.iter().for_each(|engine| engine.tick());
            due.timers.iter().for_each(|timer| timer.clone().expire(now));
        });
    }
}

/// Waits for the next tick or timer. Returns `None` if nothing needs the thread any more.
fn wait(idle_ticks: &mut u32, last_tick: &mut Instant) -> Option<Due> {
    let ticker = Ticker::lock();
    let asleep = *idle_ticks >= IDLE_TICKS;
    ASLEEP.store(asleep, Ordering::Relaxed);
    let has_engines = !ticker.engines.is_empty();
    let period = if asleep { ASLEEP_PERIOD } else { TICK_PERIOD };
    let until_tick = if has_engines { period.saturating_sub(last_tick.elapsed()) } else { ASLEEP_PERIOD };
    let first = ticker.timers.first_key_value().map(|((time, _), _)| time.saturating_duration_since(Instant::now()));
    let timeout = first.map_or(until_tick, |first| first.min(until_tick));
    let (mut ticker, outcome) = WAKE.wait_timeout(ticker, timeout).unwrap_or_else(PoisonError::into_inner);
    let now = Instant::now();
    let mut due = Due::default();
    while let Some(entry) = ticker.timers.first_entry().filter(|entry| entry.key().0 <= now) {
        due.timers.extend(entry.remove().upgrade());
    }
    ticker.engines.retain(|engine| engine.strong_count() > 0);
    if ticker.is_useless() && due.timers.is_empty() {
        ASLEEP.store(false, Ordering::Relaxed);
        ticker.is_running = false;
        return None;
    }
    if asleep && !outcome.timed_out() && !ASLEEP.load(Ordering::Relaxed) {
        // A guest has woken the ticker. It gets the usual time until its first tick.
        (*idle_ticks, *last_tick) = (0, now);
    } else if now.duration_since(*last_tick) >= period {
        due.engines = ticker.engines.iter().filter_map(Weak::upgrade).collect();
        *last_tick = now;
        *idle_ticks = if GUEST_SEEN.swap(false, Ordering::Relaxed) { 0 } else { (*idle_ticks + 1).min(IDLE_TICKS) };
    }
    Some(due)
}

thread_local! {
    /// The ticker's locks. A thread holds these locks while the thread forks. If another thread held them during the
    /// fork, the child process would inherit a lock in the locked state, but not the thread that can release the lock.
    static FORKING: RefCell<Option<(MutexGuard<'static, ()>, MutexGuard<'static, Ticker>)>> =
        const { RefCell::new(None) };
}

/// Prepares this thread for a fork. Takes the ticker's locks.
pub fn before_fork() {
    let acting = ACTING.lock().unwrap_or_else(PoisonError::into_inner);
    FORKING.set(Some((acting, Ticker::lock())));
}

/// Releases the locks that [`before_fork`] took, in the parent and in the child process. Starts a new ticker thread in
/// the child.
pub fn after_fork(is_child: bool) {
    if let Some((_, mut ticker)) = FORKING.take().filter(|_| is_child) {
        ticker.is_running = false;
        ASLEEP.store(false, Ordering::Relaxed);
        // Without a thread, guests run without interruption. A fork has no way to report a failure.
        let _ = ticker.start();
    }
}
