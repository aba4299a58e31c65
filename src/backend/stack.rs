//! Room on the stack: for engines that run WebAssembly on the caller's, and for deep recursion through the host.
//!
//! An engine that bounds its own use of the stack takes for granted that so much is there; on a thread with a small
//! stack it is not, and the overrun kills the process. There the call gets a stack of its own, and host functions
//! called from it run on the thread's stack again, where Python expects to be. A call that such a host function makes
//! into the same store goes on where that other stack was left, since the engine computes its limit only once, at the
//! outermost call: both stacks grow in turns.

use crate::base::error::{Error, ErrorKind, Result};
use crate::base::trap::TrapCode;
use corosensei::stack::{DefaultStack, Stack};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::rc::Rc;

/// What the shim and the engine use themselves besides WebAssembly's share.
const MARGIN: usize = 192 << 10;

/// A host function is not entered with less than this left.
const HOST_MINIMUM: usize = 64 << 10;

/// Between the place where the stack pointer is read and the one where the stack is left, frames of ours are in use.
const LEAVING: usize = 4 << 10;

thread_local! {
    /// The stack in use where it is not the thread's own.
    static ON: Cell<*const Memory> = const { Cell::new(ptr::null()) };
}

/// Sets a cell, and puts back what was there when it goes, also by a panic.
struct Restore<'a, T: Copy>(&'a Cell<T>, T);

impl<'a, T: Copy> Restore<'a, T> {
    fn set(cell: &'a Cell<T>, value: T) -> Self {
        Self(cell, cell.replace(value))
    }
}

impl<T: Copy> Drop for Restore<'_, T> {
    fn drop(&mut self) {
        self.0.set(self.1);
    }
}

/// Whether at least `needed` bytes of stack are left here for WebAssembly.
pub fn has_room(needed: usize) -> bool {
    // On a stack of ours, the thread's bounds say nothing.
    needed == 0 || !ON.get().is_null() || stacker::remaining_stack().is_none_or(|left| left >= needed + MARGIN)
}

/// Runs `work` where at least `needed` bytes of stack are left for WebAssembly; 0: wherever it is.
pub fn with_room<T>(needed: usize, work: impl FnOnce() -> Result<T>) -> Result<T> {
    if has_room(needed) { work() } else { OtherStack::new(needed)?.run(work) }
}

/// The free part of a stack, which grows downwards from `top`.
#[derive(Clone, Copy)]
struct Free {
    limit: usize,
    top: usize,
}

impl Free {
    /// Below the frames in use here, on a stack that ends at `limit`.
    fn below(limit: usize) -> Self {
        Self { limit, top: (psm::stack_pointer() as usize - LEAVING) & !63 }
    }

    /// Runs `work` there.
    ///
    /// # Safety
    /// It is the free part of a living stack, and nothing else uses it until this returns.
    unsafe fn run<T>(self, work: impl FnOnce() -> T) -> T {
        let size = self.top.saturating_sub(self.limit);
        // Nothing unwinds through the switch.
        let work = || catch_unwind(AssertUnwindSafe(work));
        // SAFETY: the caller's promise; the top is aligned, and the closure does not unwind.
        let outcome = unsafe { psm::on_stack(self.limit as *mut u8, size, work) };
        outcome.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

/// A stack besides the thread's own. Clones stand for the same stack.
#[derive(Clone)]
pub struct OtherStack(Rc<Memory>);

// SAFETY: the store record keeps the stack under the lock of the store, for as long as one call runs. The thread that
// runs the call holds the lock, and drops every clone before it gives the lock up: no other thread sees a clone.
unsafe impl Send for OtherStack {}

/// The memory of a stack, and what is free of both stacks.
struct Memory {
    memory: DefaultStack,
    /// Of it, while the thread's own is in use.
    free: Cell<Free>,
    /// Of the thread's own, while this is in use.
    own: Cell<Free>,
}

impl OtherStack {
    /// A stack with so much room for WebAssembly.
    pub fn new(needed: usize) -> Result<Self> {
        let size = needed + 2 * MARGIN;
        let memory = DefaultStack::new(size)
            .map_err(|e| Error::new(ErrorKind::Engine, format!("no memory for a stack of {} KiB: {e}", size >> 10)))?;
        let free = Free { limit: memory.limit().get(), top: memory.base().get() & !63 };
        Ok(Self(Rc::new(Memory { memory, free: Cell::new(free), own: Cell::new(free) })))
    }

    /// Runs `work` on it; on the thread's own stack, or here already.
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        if !ON.get().is_null() {
            return work();
        }
        let left = stacker::remaining_stack().unwrap_or(HOST_MINIMUM);
        let _own = Restore::set(&self.0.own, Free::below(psm::stack_pointer() as usize - left));
        ON.with(|on| {
            let _on = Restore::set(on, Rc::as_ptr(&self.0));
            // SAFETY: the memory lives as long as `self`; above `free` are the frames that `leave` left, which wait.
            unsafe { self.0.free.get().run(work) }
        })
    }
}

impl Memory {
    /// Runs `work` on the thread's own stack, called on this one.
    fn leave<T>(&self, work: impl FnOnce() -> T) -> T {
        let _free = Restore::set(&self.free, Free::below(self.memory.limit().get()));
        ON.with(|on| {
            let _on = Restore::set(on, ptr::null());
            // SAFETY: above `own` are the frames that `run` left, which wait for this one.
            unsafe { self.own.get().run(work) }
        })
    }
}

/// Runs a host function on the thread's own stack, if there is room for one.
pub fn on_host_stack<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    // SAFETY: `run` sets it for as long as its frame, which borrows the stack, is there.
    match unsafe { ON.get().as_ref() } {
        Some(other) => other.leave(|| checked(work)),
        None => checked(work),
    }
}

fn checked<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    if stacker::remaining_stack().is_some_and(|left| left < HOST_MINIMUM) {
        let message = "call stack exhausted: calls between the host and WebAssembly are nested too deeply";
        return Err(Error::new(ErrorKind::Trap, message).with_code(TrapCode::StackOverflow as i32));
    }
    work()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_small_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
        std::thread::Builder::new().stack_size(192 << 10).spawn(work).unwrap().join().unwrap()
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
                    assert!(stacker::remaining_stack().unwrap() <= 192 << 10);
                    with_room(512 << 10, || Ok(use_stack(400)))
                })
            });
            assert_eq!(result.unwrap(), 400);
        });
    }

    /// Guest, host, guest, host, ...: each on its stack, none over another's frames.
    fn alternate(other: &OtherStack, depth: usize) -> usize {
        let mark = std::hint::black_box([depth; 64]);
        let below = other.run(|| {
            let guest = std::hint::black_box([depth; 64]);
            assert!(depth > 0 || use_stack(300) == 300);
            let below = on_host_stack(|| {
                assert!(depth > 0 || use_stack(10) == 10);
                Ok(if depth == 0 { 0 } else { alternate(other, depth - 1) })
            });
            assert_eq!(guest, [depth; 64]);
            below.unwrap()
        });
        assert_eq!(mark, [depth; 64]);
        below + 1
    }

    #[test]
    fn both_stacks_grow_in_turns() {
        on_small_thread(|| {
            let other = OtherStack::new(512 << 10).unwrap();
            for _ in 0..3 {
                assert_eq!(alternate(&other, 5), 6);
            }
        });
    }

    #[test]
    fn a_panic_crosses_the_switches() {
        on_small_thread(|| {
            let other = OtherStack::new(512 << 10).unwrap();
            let nested = || on_host_stack(|| other.run(|| -> Result<()> { panic!("on purpose") }));
            assert!(catch_unwind(AssertUnwindSafe(|| other.run(nested))).is_err());
            assert!(ON.get().is_null());
            assert_eq!(alternate(&other, 3), 4);
        });
    }
}
