//! Installs the fronts: around the code in which an engine installs its handlers, and whenever another library has
//! installed a handler.

use crate::backend::faults::fork_lock::ForkLock;
use crate::backend::faults::fronts::{self, Chain, SIGNALS};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::{mem, ptr};

/// The outcome of a check.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub enum Outcome {
    /// No engine of the process handles faults.
    NoEngine,
    /// The shim's front is the process's handler of all signals that an engine handles.
    InFront,
    /// Another library has installed a handler, and no front is left.
    TooMany,
}

/// Whether another library, when it installed a handler, saved the handler that it replaced. If so, it may call or
/// restore the saved handler later.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub enum Saved {
    /// Nothing is known about the library, so it may have saved the handler.
    Perhaps,
    /// The library has not saved the handler.
    No,
}

/// The functions of one engine module that all engine modules of the process call. Each module has a keeper of its own,
/// and uses it unless [`share`] names another one.
#[repr(C)]
pub struct Keeper {
    check: extern "C" fn(Saved) -> Outcome,
    is_in_front: extern "C" fn() -> bool,
    begin: extern "C" fn(),
    end: extern "C" fn() -> bool,
}

static OWN_KEEPER: Keeper = Keeper { check: own_check, is_in_front: own_is_in_front, begin: own_begin, end: own_end };

/// The keeper in use.
static KEEPER: AtomicPtr<Keeper> = AtomicPtr::new((&raw const OWN_KEEPER).cast_mut());

/// A part of a program in which an engine may install its handlers: when it makes the first engine object, or the first
/// store.
#[derive(Default)]
pub struct Occasion {
    /// Whether the part has run once.
    is_over: AtomicBool,
}

impl Occasion {
    /// Returns an occasion that has not been yet.
    pub const fn new() -> Self {
        Self { is_over: AtomicBool::new(false) }
    }
}

/// Returns this module's keeper.
pub fn keeper() -> *const Keeper {
    KEEPER.load(Ordering::Acquire)
}

/// Makes this module use another module's keeper.
///
/// # Safety
/// `keeper` came from [`keeper`] of an engine module of the same version.
pub unsafe fn share(keeper: *const Keeper) {
    KEEPER.store(keeper.cast_mut(), Ordering::Release);
}

fn in_use() -> &'static Keeper {
    // SAFETY: the pointer is that of `OWN_KEEPER`, or the caller of `share` guarantees that it points to the keeper of
    // another engine module. Python never unloads an engine module.
    unsafe { &*KEEPER.load(Ordering::Acquire) }
}

/// Runs `work`, in which the engine may install its handlers. Only the first run of an occasion counts.
pub fn installing<T>(occasion: &Occasion, work: impl FnOnce() -> T) -> T {
    /// Whether this module's engine has installed its handlers.
    static IS_INSTALLED: AtomicBool = AtomicBool::new(false);
    /// Held by the thread that runs `work`, so that no other thread makes the engine install its handlers meanwhile.
    static LOCK: ForkLock = ForkLock::new();

    let is_over = || IS_INSTALLED.load(Ordering::Acquire) || occasion.is_over.load(Ordering::Acquire);
    if is_over() {
        return work();
    }
    let guard = LOCK.lock();
    if is_over() {
        drop(guard);
        return work();
    }
    (in_use().begin)();
    let result = work();
    if (in_use().end)() {
        IS_INSTALLED.store(true, Ordering::Release);
    }
    occasion.is_over.store(true, Ordering::Release);
    result
}

/// Checks whether the fronts are installed, and installs them if not.
pub fn check(saved: Saved) -> Outcome {
    (in_use().check)(saved)
}

/// Returns whether the handler of SIGSEGV is the shim's, or no engine handles SIGSEGV.
pub fn is_in_front() -> bool {
    (in_use().is_in_front)()
}

/// Held by a thread that changes the fronts, and while an engine installs its handlers.
static FRONTS_LOCK: ForkLock = ForkLock::new();

extern "C" fn own_is_in_front() -> bool {
    let chain = fronts::chain(libc::SIGSEGV);
    !chain.has_engine() || current(libc::SIGSEGV).sa_sigaction == chain.front()
}

extern "C" fn own_check(saved: Saved) -> Outcome {
    let mut outcome = Outcome::NoEngine;
    for signal in SIGNALS {
        let chain = fronts::chain(signal);
        if !chain.has_engine() {
            continue;
        }
        if outcome == Outcome::NoEngine {
            outcome = Outcome::InFront;
        }
        if current(signal).sa_sigaction != chain.front() {
            let _guard = FRONTS_LOCK.lock();
            if !move_to_front(signal, chain, saved) {
                outcome = Outcome::TooMany;
            }
        }
    }
    outcome
}

/// Installs the sentinel for all signals, so that an engine that installs its handlers saves the sentinel as the handler
/// that it has replaced.
extern "C" fn own_begin() {
    mem::forget(FRONTS_LOCK.lock());
    for signal in SIGNALS {
        let chain = fronts::chain(signal);
        if chain.has_engine() {
            move_to_front(signal, chain, Saved::Perhaps);
        } else {
            chain.set_base(keep(current(signal)));
        }
        replace(signal, &fronts::action(fronts::sentinel_address()));
    }
}

/// Adds the handlers that the engine has installed since [`own_begin`], and installs the fronts. Returns whether the
/// engine has installed a handler.
extern "C" fn own_end() -> bool {
    let mut has_installed = false;
    for signal in SIGNALS {
        let chain = fronts::chain(signal);
        let now = current(signal);
        // An engine installs handlers with three arguments. Other handlers are not those of an engine.
        let is_engine = now.sa_sigaction != fronts::sentinel_address() && now.sa_flags & libc::SA_SIGINFO != 0;
        if is_engine && chain.add_engine(now.sa_sigaction) {
            has_installed = true;
        }
        if chain.has_engine() {
            replace(signal, &fronts::action(chain.front()));
        } else if let Some(base) = chain.base() {
            replace(signal, base);
        }
    }
    FRONTS_LOCK.unlock();
    has_installed
}

/// Installs a front for this signal if a front is not installed. Returns false if no front is left.
fn move_to_front(signal: i32, chain: &Chain, saved: Saved) -> bool {
    let mut now = current(signal);
    loop {
        if now.sa_sigaction == chain.front() {
            return true;
        }
        if let Some(number) = chain.number(now.sa_sigaction) {
            chain.drop_to(number);
            return true;
        }
        if saved == Saved::No {
            chain.set_top(keep(now));
        } else if !chain.push(keep(now)) {
            return false;
        }
        let replaced = replace(signal, &fronts::action(chain.front()));
        if replaced.sa_sigaction == now.sa_sigaction {
            return true;
        }
        // Another thread has installed a handler since `now` was read.
        now = replaced;
    }
}

/// Returns the process's action for this signal.
fn current(signal: i32) -> libc::sigaction {
    set(signal, ptr::null())
}

/// Sets the process's action for this signal. Returns the action before.
fn replace(signal: i32, action: &libc::sigaction) -> libc::sigaction {
    set(signal, action)
}

fn set(signal: i32, action: *const libc::sigaction) -> libc::sigaction {
    // SAFETY: `sigaction` is a struct of integers, so zeros are a valid value. The call reads `action`, which is null or
    // a reference, and writes to `before`. It cannot fail, because the signal exists and can be handled. The new handler
    // is one of the shim's, or one that the process has had before.
    unsafe {
        let mut before: libc::sigaction = mem::zeroed();
        libc::sigaction(signal, action, &mut before);
        before
    }
}

/// Returns a copy of an action that is never freed, because a handler may use it at any time. Equal actions have the
/// same copy, so that a program that installs the same handler again and again does not use up memory.
fn keep(action: libc::sigaction) -> &'static libc::sigaction {
    static KEPT: Mutex<Vec<&'static libc::sigaction>> = Mutex::new(Vec::new());
    // The lock may be locked for ever in a forked child. The copy is then not shared.
    let Ok(mut kept) = KEPT.try_lock() else { return Box::leak(Box::new(action)) };
    if let Some(known) = kept.iter().find(|known| is_equal(known, &action)) {
        return known;
    }
    let copy = &*Box::leak(Box::new(action));
    kept.push(copy);
    copy
}

fn is_equal(one: &libc::sigaction, other: &libc::sigaction) -> bool {
    // SAFETY: both references are to sets of signals that the kernel or `sigemptyset` has filled. `sigismember` only
    // reads a set.
    let has = |action: &libc::sigaction, signal| unsafe { libc::sigismember(&action.sa_mask, signal) };
    one.sa_sigaction == other.sa_sigaction
        && one.sa_flags == other.sa_flags
        && (1..=64).all(|signal| has(one, signal) == has(other, signal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_actions_are_kept_once() {
        let action = fronts::action(libc::SIG_IGN);
        assert!(ptr::eq(keep(action), keep(action)));
        assert!(!ptr::eq(keep(action), keep(fronts::action(libc::SIG_DFL))));
    }
}
