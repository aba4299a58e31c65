//! Room on the stack: for engines that run WebAssembly on the caller's, and for deep recursion through the host.
//!
//! An engine that bounds its own use of the stack takes for granted that so much is there; on a thread with a small
//! stack it is not, and the overrun kills the process. There the call gets a stack of its own, and host functions
//! called from it run on the thread's stack again, where Python expects to be.

use crate::error::{Error, Kind, Result};
use crate::trap::TrapCode;
use corosensei::stack::DefaultStack;
use corosensei::{CoroutineResult, ScopedCoroutine, Yielder};
use std::cell::Cell;
use std::ptr;

/// What the shim and the engine use themselves besides WebAssembly's share.
const MARGIN: usize = 192 << 10;

/// A host function is not entered with less than this left.
const HOST_MINIMUM: usize = 64 << 10;

thread_local! {
    /// The way back to the thread's own stack, while running on another.
    static WAY_BACK: Cell<*const Yielder<(), ()>> = const { Cell::new(ptr::null()) };
}

/// Sets the way back, and puts the former one back when it goes, also by a panic.
struct WayBack(*const Yielder<(), ()>);

impl WayBack {
    fn set(way: *const Yielder<(), ()>) -> Self {
        Self(WAY_BACK.replace(way))
    }
}

impl Drop for WayBack {
    fn drop(&mut self) {
        WAY_BACK.set(self.0);
    }
}

/// Whether at least `needed` bytes of stack are left here for WebAssembly.
pub fn has_room(needed: usize) -> bool {
    needed == 0 || stacker::remaining_stack().is_none_or(|left| left >= needed + MARGIN)
}

/// Runs `work` where at least `needed` bytes of stack are left for WebAssembly; 0: wherever it is.
pub fn with_room<T>(needed: usize, work: impl FnOnce() -> Result<T>) -> Result<T> {
    // On a stack of ours, the thread's bounds say nothing.
    if !WAY_BACK.get().is_null() || has_room(needed) {
        return work();
    }
    let size = needed + 2 * MARGIN;
    let stack = DefaultStack::new(size)
        .map_err(|e| Error::new(Kind::Engine, format!("no memory for a stack of {} KiB: {e}", size >> 10)))?;
    let on_it = |yielder: &Yielder<(), ()>, ()| {
        let _way_back = WayBack::set(yielder);
        work()
    };
    ScopedCoroutine::with_stack(stack, on_it).scope(|mut coroutine| match coroutine.resume(()) {
        CoroutineResult::Return(result) => result,
        CoroutineResult::Yield(()) => unreachable!("nobody suspends it"),
    })
}

/// Lets a closure run on another stack of the same thread.
struct SameThread<F>(F);

// SAFETY: `Yielder::on_parent_stack` asks for `Send` since another stack could be another thread's; `with_room` resumes
// its coroutine on the thread that made it, and only once.
unsafe impl<F> Send for SameThread<F> {}

impl<F: FnOnce() -> R, R> SameThread<F> {
    fn run(self) -> R {
        (self.0)()
    }
}

/// Runs a host function on the thread's own stack, if there is room for one.
pub fn on_host_stack<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let way_back = WAY_BACK.get();
    if way_back.is_null() {
        return checked(work);
    }
    // SAFETY: `with_room` sets the way back for as long as it runs on the other stack, and nobody else does; the
    // yielder lives there until the closure that set it is done.
    let yielder = unsafe { &*way_back };
    let work = SameThread(|| {
        let _way_back = WayBack::set(ptr::null());
        checked(work)
    });
    yielder.on_parent_stack(move || work.run())
}

fn checked<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    if stacker::remaining_stack().is_some_and(|left| left < HOST_MINIMUM) {
        let message = "call stack exhausted: calls between the host and WebAssembly are nested too deeply";
        return Err(Error::new(Kind::Trap, message).with_code(TrapCode::StackOverflow as i32));
    }
    work()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    fn on_small_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
        std::thread::Builder::new().stack_size(128 << 10).spawn(work).unwrap().join().unwrap()
    }

    fn use_stack(kib: usize) -> usize {
        let block = std::hint::black_box([1u8; 1024]);
        if kib <= 1 { block[0] as usize } else { use_stack(kib - 1) + block[0] as usize }
    }

    #[test]
    fn a_small_thread_gets_room_and_the_host_its_own_stack() {
        on_small_thread(|| {
            let result = with_room(512 << 10, || {
                assert_eq!(use_stack(400), 400);
                on_host_stack(|| {
                    assert!(stacker::remaining_stack().unwrap() <= 128 << 10);
                    with_room(512 << 10, || Ok(use_stack(400)))
                })
            });
            assert_eq!(result.unwrap(), 400);
        });
    }

    #[test]
    fn a_panic_crosses_the_switch() {
        on_small_thread(|| {
            let outcome = catch_unwind(|| with_room(512 << 10, || -> Result<()> { panic!("on purpose") }));
            assert!(outcome.is_err());
            assert!(WAY_BACK.get().is_null());
        });
    }
}
