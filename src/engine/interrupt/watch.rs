//! Why and when the guests of a store must end. Any thread may ask for it.
//!
//! Code that [metering](crate::lower::metering) has rewritten looks at the word of its instance, so a watch writes these
//! words. Other guests ask their store when their engine's time advances.

use crate::backend::thread_clock::{CpuClock, thread_number};
use crate::backend::word::Word;
use crate::engine::interrupt::ticker::{self, Tick, Timer, TimerKey};
use parking_lot::Mutex;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant};

/// The shortest time between two looks at the processor time of a guest.
const MIN_CPU_SLICE: Duration = Duration::from_millis(2);

/// Why guests must end.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Cause {
    /// The engine's epoch has reached the deadline.
    Epoch = 1,
    /// The time of the store is over.
    Timeout = 2,
    /// The host wants to run the handler of a signal on the guest's thread.
    Signal = 4,
}

/// What other threads than that of the store know of it.
#[derive(Default)]
pub struct Watch {
    state: Mutex<State>,
    /// Whether [`Watch::begin`] must record calls.
    records_calls: AtomicBool,
    /// The number of the thread that runs guests of the store; 0 for none.
    thread: AtomicU64,
    /// The causes that hold now, as a sum of [`Cause`]s. It is the value of all words. Threads write it only while they
    /// hold the lock of `state`.
    causes: AtomicU32,
    /// The engine, if its guests must be asked to look.
    engine: OnceLock<Weak<dyn Tick>>,
}

#[derive(Default)]
struct State {
    words: Vec<Word>,
    /// The epoch from which on guests must end.
    epoch: u64,
    /// When the time of the store is over.
    end: Option<Instant>,
    /// The processor time that guests may still use, if it is limited, and what measures it during a call.
    cpu: Option<Cpu>,
    /// The timer that looks at the time.
    timer: Option<TimerKey>,
}

/// A limit on processor time.
struct Cpu {
    left: Duration,
    /// The clock of the thread that runs guests now, and its time when the call began.
    running: Option<(CpuClock, Duration)>,
}

impl Timer for Watch {
    fn expire(self: Arc<Self>, now: Instant) {
        self.state.lock().timer = None;
        match self.look_at_time(now) {
            // The thread that would have to be started is this one.
            Some(next) => drop(self.schedule(next)),
            None => self.engine.get().and_then(Weak::upgrade).into_iter().for_each(|engine| engine.tick()),
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.state.get_mut().timer.into_iter().for_each(ticker::remove_timer);
    }
}

impl Watch {
    fn set(&self, state: &State, cause: Cause, holds: bool) {
        let (old, bit) = (self.causes.load(Ordering::Relaxed), cause as u32);
        let causes = if holds { old | bit } else { old & !bit };
        if causes != old {
            self.causes.store(causes, Ordering::Relaxed);
            state.words.iter().for_each(|word| word.write(causes));
        }
    }

    fn update_timeout(&self, state: &State, now: Instant) {
        let is_over = state.end.is_some_and(|end| end <= now) || state.cpu_left() == Some(Duration::ZERO);
        self.set(state, Cause::Timeout, is_over);
    }

    /// Sets the engine whose running guests must be asked to look when the time of the store is over.
    pub fn set_engine(&self, engine: Weak<dyn Tick>) {
        self.engine.get_or_init(|| engine);
    }

    /// Makes [`Watch::begin`] record which thread runs guests, so that [`Watch::end_thread`] finds them.
    pub fn record_calls(&self) {
        self.records_calls.store(true, Ordering::Relaxed);
    }

    /// Adds the word of a new instance, which is 0, and writes it if necessary. The caller keeps the word's memory until [`Watch::clear`] returns.
    pub fn add(&self, word: Word) {
        let mut state = self.state.lock();
        // The word of a new instance is 0. To write the 0 again would make the system provide memory for it.
        let causes = self.causes.load(Ordering::Relaxed);
        if causes != 0 {
            word.write(causes);
        }
        state.words.push(word);
    }

    /// Forgets all words. No thread writes them any more.
    pub fn clear(&self) {
        self.state.lock().words.clear();
    }

    /// Sets the epoch from which on guests must end. `now` returns the epoch of the engine.
    pub fn set_epoch(&self, epoch: u64, now: impl FnOnce() -> u64) {
        let mut state = self.state.lock();
        state.epoch = epoch;
        self.set(&state, Cause::Epoch, now() >= epoch);
    }

    /// Ends the guests if the epoch `now` has reached their deadline.
    pub fn advance_epoch(&self, now: u64) {
        let state = self.state.lock();
        if now >= state.epoch {
            self.set(&state, Cause::Epoch, true);
        }
    }

    /// Sets when the time of the store is over, and the processor time that guests may use from now on. Host functions
    /// that they call count, too. `None` means no limit. No guest of the store runs.
    pub fn set_time(&self, end: Option<Instant>, cpu: Option<Duration>) {
        let mut state = self.state.lock();
        state.end = end;
        state.cpu = cpu.map(|left| Cpu { left, running: None });
        self.update_timeout(&state, Instant::now());
        if cpu.is_some() {
            self.record_calls();
        }
    }

    /// Makes the ticker look at the time of the store at `time`, if it does not look earlier. Fails if the system cannot
    /// start the ticker's thread.
    pub fn schedule(self: &Arc<Self>, time: Instant) -> io::Result<()> {
        let mut state = self.state.lock();
        if state.timer.is_some_and(|(known, _)| known <= time) {
            return Ok(());
        }
        state.timer.take().into_iter().for_each(ticker::remove_timer);
        let this: Arc<dyn Timer> = self.clone();
        state.timer = Some(ticker::add_timer(time, Arc::downgrade(&this))?);
        Ok(())
    }

    /// Ends the guests if the time of the store is over. Returns when to look again.
    fn look_at_time(&self, now: Instant) -> Option<Instant> {
        let state = self.state.lock();
        self.update_timeout(&state, now);
        if self.has(Cause::Timeout) {
            return None;
        }
        let runs = state.cpu.as_ref().is_some_and(|cpu| cpu.running.is_some());
        let cpu_end = state.cpu_left().filter(|_| runs).map(|left| now + left.max(MIN_CPU_SLICE));
        [state.end, cpu_end].into_iter().flatten().min()
    }

    /// Returns whether guests must end at the engine's epoch `now`.
    pub fn ends_guests_at(&self, now: u64) -> bool {
        self.advance_epoch(now);
        self.ends_guests()
    }

    /// Returns whether this cause holds.
    pub fn has(&self, cause: Cause) -> bool {
        self.causes.load(Ordering::Relaxed) & cause as u32 != 0
    }

    /// Returns whether any cause holds.
    #[inline]
    pub fn ends_guests(&self) -> bool {
        self.causes.load(Ordering::Relaxed) != 0
    }

    /// Ends the guests of the store that run on this thread, because of [`Cause::Signal`].
    pub fn end_thread(&self, thread: u64) {
        let state = self.state.lock();
        if self.thread.load(Ordering::Relaxed) == thread {
            self.set(&state, Cause::Signal, true);
        }
    }

    /// Forgets [`Cause::Signal`]. Returns whether it held.
    pub fn take_signal(&self) -> bool {
        let state = self.state.lock();
        let held = self.has(Cause::Signal);
        self.set(&state, Cause::Signal, false);
        held
    }

    /// Records that this thread begins to run guests of the store, which it did not run before. Returns whether they must
    /// end before they begin. Code without loops would not notice it.
    #[inline]
    pub fn begin(self: &Arc<Self>) -> bool {
        self.records_calls.load(Ordering::Relaxed) && self.begin_recorded()
    }

    /// Records that this thread has ended what [`Watch::begin`] has begun.
    #[inline]
    pub fn end(&self) {
        if self.records_calls.load(Ordering::Relaxed) {
            self.end_recorded();
        }
    }

    fn begin_recorded(self: &Arc<Self>) -> bool {
        let mut state = self.state.lock();
        self.thread.store(thread_number(), Ordering::Relaxed);
        let ends = self.ends_guests();
        let Some(cpu) = &mut state.cpu else { return ends };
        cpu.running = CpuClock::of_this_thread().and_then(|clock| Some((clock, clock.now()?)));
        let end = Instant::now() + cpu.left;
        drop(state);
        // The thread was started when the limit was set. If it has ended and cannot be started again, the next tick of
        // another store starts it.
        let _ = self.schedule(end);
        ends
    }

    fn end_recorded(&self) {
        let mut state = self.state.lock();
        self.thread.store(0, Ordering::Relaxed);
        self.set(&state, Cause::Signal, false);
        if let Some(left) = state.cpu_left()
            && let Some(cpu) = &mut state.cpu
        {
            *cpu = Cpu { left, running: None };
            self.update_timeout(&state, Instant::now());
        }
    }
}

impl State {
    /// Returns the processor time that guests may still use. `None` if it is not limited.
    fn cpu_left(&self) -> Option<Duration> {
        let cpu = self.cpu.as_ref()?;
        let used = cpu.running.and_then(|(clock, start)| Some(clock.now()?.saturating_sub(start)));
        Some(cpu.left.saturating_sub(used.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_follow_the_epoch() {
        const COUNT: usize = crate::wasm::hidden::WORD_COPIES as usize;
        static WORDS: [[AtomicU32; COUNT]; 2] = [const { [const { AtomicU32::new(0) }; COUNT] }; 2];
        let values = || WORDS.each_ref().map(|words| words[COUNT - 1].load(Ordering::Relaxed));
        let watch = Watch::default();
        watch.set_epoch(5, || 4);
        watch.add(Word::in_place(&WORDS[0]));
        assert_eq!((values(), watch.ends_guests()), ([0, 0], false));
        watch.advance_epoch(4);
        assert_eq!(values(), [0, 0]);
        watch.advance_epoch(5);
        watch.add(Word::in_place(&WORDS[1]));
        assert_eq!((values(), watch.ends_guests()), ([1, 1], true));
        watch.set_epoch(6, || 5);
        assert_eq!(values(), [0, 0]);
        watch.set_epoch(5, || 5);
        assert_eq!(values(), [1, 1]);
        watch.clear();
        watch.set_epoch(9, || 5);
        assert_eq!((values(), watch.ends_guests()), ([1, 1], false));
    }

    #[test]
    fn time_ends_guests() {
        let watch = Watch::default();
        watch.set_epoch(u64::MAX, || 0);
        let now = Instant::now();
        let end = now + Duration::from_secs(60);
        watch.set_time(Some(end), None);
        assert_eq!((watch.look_at_time(now), watch.ends_guests()), (Some(end), false));
        assert_eq!((watch.look_at_time(end), watch.ends_guests()), (None, true));
        watch.set_time(None, None);
        assert_eq!((watch.look_at_time(end), watch.ends_guests()), (None, false));
        watch.set_time(Some(now), None);
        assert!(watch.ends_guests());
    }

    #[test]
    fn processor_time_ends_guests() {
        let watch = Arc::<Watch>::default();
        watch.set_epoch(u64::MAX, || 0);
        watch.set_time(None, Some(Duration::from_millis(5)));
        assert_eq!(watch.look_at_time(Instant::now()), None, "no guest runs");
        assert!(!watch.ends_guests());
        assert!(!watch.begin());
        while watch.look_at_time(Instant::now()).is_some() {}
        assert!(watch.has(Cause::Timeout));
        watch.end();
        assert!(watch.ends_guests() && watch.begin());
        watch.end();
        watch.set_time(None, Some(Duration::from_secs(5)));
        assert!(!watch.ends_guests());
        watch.set_time(None, None);
        watch.begin();
        assert_eq!(watch.look_at_time(Instant::now()), None);
    }

    #[test]
    fn a_timer_ends_guests_and_goes_with_its_watch() {
        let watch = Arc::<Watch>::default();
        watch.set_epoch(u64::MAX, || 0);
        let end = Instant::now() + Duration::from_millis(20);
        watch.set_time(Some(end), None);
        watch.schedule(Instant::now() + Duration::from_secs(3600)).unwrap();
        watch.schedule(end).unwrap();
        assert!(!watch.has(Cause::Timeout));
        while !watch.has(Cause::Timeout) {
            std::thread::sleep(Duration::from_millis(1));
        }
        watch.schedule(Instant::now() + Duration::from_secs(3600)).unwrap();
        let key = watch.state.lock().timer.unwrap();
        assert!(ticker::has_timer(key));
        drop(watch);
        assert!(!ticker::has_timer(key));
    }

    #[test]
    fn a_signal_ends_the_guests_of_its_thread() {
        let watch = Arc::<Watch>::default();
        watch.set_epoch(u64::MAX, || 0);
        watch.record_calls();
        let thread = thread_number();
        watch.end_thread(thread);
        assert!(!watch.ends_guests());
        watch.begin();
        watch.end_thread(thread + 1);
        assert!(!watch.ends_guests());
        watch.end_thread(thread);
        assert!(watch.take_signal() && !watch.take_signal() && !watch.ends_guests());
        watch.end_thread(thread);
        watch.end();
        assert!(!watch.ends_guests());
    }
}
