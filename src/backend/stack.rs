//! Stack space for engines that run WebAssembly on the caller's stack, and for deep recursion through host functions.
//!
//! Such an engine limits how much stack WebAssembly uses, and assumes that the stack has so much space. On a thread
//! with a small stack this is wrong, and the overflow kills the process. The shim then runs a call as follows:
//!
//! * The call runs on a stack of its own, an [`OtherStack`].
//! * Host functions that WebAssembly calls run on the thread's stack again, where Python expects to run.
//! * A call that such a host function makes into the same store continues on the `OtherStack`, below the frames that
//!   are there, since the engine computes its stack limit only once, at the outermost call.
//!
//! With nested calls the two stacks therefore grow alternately.

use crate::base::error::{Error, ErrorKind, Result};
use crate::base::trap::TrapCode;
use corosensei::stack::{DefaultStack, Stack};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::rc::Rc;

/// Stack that the shim and the engine use themselves, in addition to WebAssembly's share, in bytes.
const MARGIN_SIZE: usize = 192 << 10;

/// Stack that must be left for a host function to be called, in bytes.
const MIN_HOST_STACK: usize = 64 << 10;

/// Stack for the frames between the code that reads the stack pointer and the code that switches stacks, in bytes.
const SWITCH_FRAMES_SIZE: usize = 4 << 10;

/// Alignment of the top of a stack, in bytes. Enough for every target.
const STACK_ALIGN: usize = 64;

thread_local! {
    /// The stack that this thread runs on, if that is not its own; else null.
    static CURRENT_STACK: Cell<*const StackMemory> = const { Cell::new(ptr::null()) };
}

/// Restores a cell's former value when it is dropped, also during a panic.
struct Restore<'a, T: Copy>(&'a Cell<T>, T);

impl<'a, T: Copy> Restore<'a, T> {
    /// Sets the cell, until the returned guard is dropped.
    fn set(cell: &'a Cell<T>, value: T) -> Self {
        Self(cell, cell.replace(value))
    }
}

impl<T: Copy> Drop for Restore<'_, T> {
    fn drop(&mut self) {
        self.0.set(self.1);
    }
}

/// Returns whether the current stack has `needed` bytes left for WebAssembly: 0 for an engine with its own stack.
pub fn has_room(needed: usize) -> bool {
    // `remaining_stack` measures the thread's own stack only. An `OtherStack` is allocated with enough room.
    needed == 0
        || !CURRENT_STACK.get().is_null()
        || stacker::remaining_stack().is_none_or(|left| left >= needed + MARGIN_SIZE)
}

/// Runs `work` with at least `needed` bytes of stack for WebAssembly: on the current stack if it has room, else on a
/// new one.
pub fn with_room<T>(needed: usize, work: impl FnOnce() -> Result<T>) -> Result<T> {
    if has_room(needed) { work() } else { OtherStack::new(needed)?.run(work) }
}

/// The unused part of a stack, from address `limit` up to address `top`. A stack grows downwards.
#[derive(Clone, Copy)]
struct FreeRegion {
    limit: usize,
    top: usize,
}

impl FreeRegion {
    /// Returns the part below the caller's frame of the current stack, which ends at `limit`.
    fn below_caller(limit: usize) -> Self {
        Self { limit, top: (psm::stack_pointer() as usize - SWITCH_FRAMES_SIZE) & !(STACK_ALIGN - 1) }
    }

    /// Runs `work` on this part of a stack.
    ///
    /// # Safety
    /// The part belongs to a stack that stays allocated until this function returns, and no other code uses the part in
    /// that time.
    unsafe fn run<T>(self, work: impl FnOnce() -> T) -> T {
        let size = self.top.saturating_sub(self.limit);
        // A panic must not unwind across the switch of stacks. It is caught on this stack and continued on the other.
        let work = || catch_unwind(AssertUnwindSafe(work));
        // SAFETY: the caller guarantees that this memory is the unused part of an allocated stack and that no other
        // code uses it. `top` is a multiple of 64, which suits all targets. The closure catches panics.
        let outcome = unsafe { psm::on_stack(self.limit as *mut u8, size, work) };
        outcome.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

/// A stack in addition to the thread's own. Clones stand for the same stack.
#[derive(Clone)]
pub struct OtherStack(Rc<StackMemory>);

// SAFETY: the store record keeps the stack under the lock of the store, for as long as one call runs. The thread that
// runs the call holds the lock, and drops every clone before it releases the lock: no other thread sees a clone.
unsafe impl Send for OtherStack {}

/// The memory of a stack, and the unused parts of this stack and of the thread's own.
struct StackMemory {
    /// The allocated memory.
    memory: DefaultStack,
    /// The unused part of this stack, where the next call runs.
    free: Cell<FreeRegion>,
    /// The unused part of the thread's own stack, while the thread runs on this one.
    thread_free: Cell<FreeRegion>,
}

impl OtherStack {
    /// Allocates a stack with `needed` bytes for WebAssembly.
    pub fn new(needed: usize) -> Result<Self> {
        let size = needed + 2 * MARGIN_SIZE;
        let memory = DefaultStack::new(size)
            .map_err(|e| Error::new(ErrorKind::Engine, format!("no memory for a stack of {} KiB: {e}", size >> 10)))?;
        let free = FreeRegion { limit: memory.limit().get(), top: memory.base().get() & !(STACK_ALIGN - 1) };
        Ok(Self(Rc::new(StackMemory { memory, free: Cell::new(free), thread_free: Cell::new(free) })))
    }

    /// Runs `work` on this stack. Switches to this stack unless the thread runs on it already.
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        if !CURRENT_STACK.get().is_null() {
            return work();
        }
        let left = stacker::remaining_stack().unwrap_or(MIN_HOST_STACK);
        let _thread_free =
            Restore::set(&self.0.thread_free, FreeRegion::below_caller(psm::stack_pointer() as usize - left));
        CURRENT_STACK.with(|current| {
            let _current = Restore::set(current, Rc::as_ptr(&self.0));
            // SAFETY: `self` owns the memory of the stack and is borrowed until `run` returns. `free` lies below all
            // frames on that stack: `new` or `leave` stored it, and the frames wait until this call returns.
            unsafe { self.0.free.get().run(work) }
        })
    }
}

impl StackMemory {
    /// Runs `work` on the thread's own stack. The caller runs on this stack.
    fn run_on_thread_stack<T>(&self, work: impl FnOnce() -> T) -> T {
        let _free = Restore::set(&self.free, FreeRegion::below_caller(self.memory.limit().get()));
        CURRENT_STACK.with(|current| {
            let _current = Restore::set(current, ptr::null());
            // SAFETY: a thread's stack stays allocated while the thread runs. `own` lies below all frames on that
            // stack: `run` stored it, and the frames wait until `leave` returns.
            unsafe { self.thread_free.get().run(work) }
        })
    }
}

/// Runs a host function on the thread's own stack. Fails where less than 64 KiB of that stack are left.
pub fn on_host_stack<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    // SAFETY: `OtherStack::run` sets the pointer from a reference, and resets it before that reference ends.
    match unsafe { CURRENT_STACK.get().as_ref() } {
        Some(other) => other.run_on_thread_stack(|| with_host_room(work)),
        None => with_host_room(work),
    }
}

/// Runs `work` if the thread's own stack has [`MIN_HOST_STACK`] bytes left.
fn with_host_room<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    if stacker::remaining_stack().is_some_and(|left| left < MIN_HOST_STACK) {
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
    fn on_a_small_thread_a_guest_gets_room_and_the_host_the_own_stack() {
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

    /// Nests guests and host functions `depth` times. Each guest runs on the other stack and each host function on the
    /// thread's own; the marks show that no frame overwrites another.
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
    fn both_stacks_grow_alternately() {
        on_small_thread(|| {
            let other = OtherStack::new(512 << 10).unwrap();
            for _ in 0..3 {
                assert_eq!(alternate(&other, 5), 6);
            }
        });
    }

    #[test]
    fn a_panic_crosses_switches_of_stacks() {
        on_small_thread(|| {
            let other = OtherStack::new(512 << 10).unwrap();
            let nested = || on_host_stack(|| other.run(|| -> Result<()> { panic!("on purpose") }));
            assert!(catch_unwind(AssertUnwindSafe(|| other.run(nested))).is_err());
            assert!(CURRENT_STACK.get().is_null());
            assert_eq!(alternate(&other, 3), 4);
        });
    }
}
