//! Stack space for engines that run WebAssembly on the caller's stack, and for deep recursion through host functions.
//!
//! Such an engine limits how many bytes of stack WebAssembly uses, and assumes that the stack has this number of bytes.
//! A thread with a small stack may have fewer bytes, and then the stack overflow kills the process. If the thread's
//! stack is too small, the shim runs a call as follows:
//!
//! * The call runs on a second stack, an [`OtherStack`].
//! * Host functions run on the thread's own stack, because Python expects to run on this stack.
//! * A nested call from a host function into the same store runs on the same `OtherStack`, below the frames that are
//!   already on this stack. The nested call cannot use another stack, because the engine computes its stack limit only
//!   once, at the outermost call.
//!
//! The two stacks therefore grow alternately when calls are nested.

use crate::base::error::{Error, ErrorKind, Result};
use crate::base::trap::TrapCode;
use corosensei::stack::{DefaultStack, Stack};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::rc::Rc;

/// Bytes of stack that the shim and the engine need in addition to the bytes for WebAssembly.
const MARGIN_SIZE: usize = 192 << 10;

/// Bytes of stack that must be left when the shim calls a host function.
const MIN_HOST_STACK: usize = 64 << 10;

/// Bytes of stack for the frames between the code that reads the stack pointer and the code that switches stacks.
const SWITCH_FRAMES_SIZE: usize = 4 << 10;

/// Alignment of the top of a stack, in bytes. Enough for every target.
const STACK_ALIGN: usize = 64;

thread_local! {
    /// The memory of the [`OtherStack`] that this thread runs on. Null while the thread runs on its own stack.
    static CURRENT_STACK: Cell<*const StackMemory> = const { Cell::new(ptr::null()) };
}

/// A guard that restores the previous value of a cell when the guard is dropped, also during a panic.
struct Restore<'a, T: Copy>(&'a Cell<T>, T);

impl<'a, T: Copy> Restore<'a, T> {
    /// Sets the cell to `value` until the returned guard is dropped.
    fn set(cell: &'a Cell<T>, value: T) -> Self {
        Self(cell, cell.replace(value))
    }
}

impl<T: Copy> Drop for Restore<'_, T> {
    fn drop(&mut self) {
        self.0.set(self.1);
    }
}

/// Returns whether the current stack has `needed` bytes left for WebAssembly. `needed` is 0 for an engine that runs
/// WebAssembly on a separate stack.
pub fn has_room(needed: usize) -> bool {
    // `remaining_stack` measures only the thread's own stack. An `OtherStack` is always allocated with enough room.
    needed == 0
        || !CURRENT_STACK.get().is_null()
        || stacker::remaining_stack().is_none_or(|left| left >= needed + MARGIN_SIZE)
}

/// Runs `work` on a stack with at least `needed` bytes left for WebAssembly. Allocates a new stack if the current stack
/// has fewer bytes left.
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
    /// Returns the part of the current stack between address `limit` and the caller's frame.
    fn below_caller(limit: usize) -> Self {
        Self { limit, top: (psm::stack_pointer() as usize - SWITCH_FRAMES_SIZE) & !(STACK_ALIGN - 1) }
    }

    /// Runs `work` on this part of a stack.
    ///
    /// # Safety
    /// The part belongs to a stack. The stack stays allocated until this function returns. No other code uses the part
    /// until then.
    unsafe fn run<T>(self, work: impl FnOnce() -> T) -> T {
        let size = self.top.saturating_sub(self.limit);
        // A panic must not unwind across the switch of stacks. So the panic is caught on this stack, and continues
        // after the switch back.
        let work = || catch_unwind(AssertUnwindSafe(work));
        // SAFETY: the caller guarantees that this memory is the unused part of an allocated stack, and that no other
        // code uses the part. `top` has an alignment that is enough for every target (see [`STACK_ALIGN`]). The closure
        // catches panics, so no panic unwinds across the switch.
        let outcome = unsafe { psm::on_stack(self.limit as *mut u8, size, work) };
        outcome.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

/// A stack in addition to the thread's own stack. All clones refer to the same stack.
#[derive(Clone)]
pub struct OtherStack(Rc<StackMemory>);

// SAFETY: the store record, which owns the objects of a store, holds the stack only while one call runs. The thread
// that runs the call holds the store's lock, and drops every clone before releasing the lock. So no other thread can
// use a clone.
unsafe impl Send for OtherStack {}

/// The memory of a second stack, and the unused parts of both stacks.
struct StackMemory {
    /// The allocated memory of the second stack.
    memory: DefaultStack,
    /// The unused part of the second stack. The next call runs on this part.
    free: Cell<FreeRegion>,
    /// The unused part of the thread's own stack. Meaningful only while the thread runs on the second stack.
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

    /// Runs `work` on this stack. Does not switch stacks if the thread already runs on an `OtherStack`.
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        if !CURRENT_STACK.get().is_null() {
            return work();
        }
        let left = stacker::remaining_stack().unwrap_or(MIN_HOST_STACK);
        let _thread_free =
            Restore::set(&self.0.thread_free, FreeRegion::below_caller(psm::stack_pointer() as usize - left));
        CURRENT_STACK.with(|current| {
            let _current = Restore::set(current, Rc::as_ptr(&self.0));
            // SAFETY: `self` owns the stack's memory and is borrowed until `run` returns, so the memory stays
            // allocated. `free` lies below all frames on that stack, because `new` or `run_on_thread_stack` computed
            // `free`. No frame on that stack continues before this call returns.
            unsafe { self.0.free.get().run(work) }
        })
    }
}

impl StackMemory {
    /// Runs `work` on the thread's own stack. The caller runs on the second stack.
    fn run_on_thread_stack<T>(&self, work: impl FnOnce() -> T) -> T {
        let _free = Restore::set(&self.free, FreeRegion::below_caller(self.memory.limit().get()));
        CURRENT_STACK.with(|current| {
            let _current = Restore::set(current, ptr::null());
            // SAFETY: a thread's stack stays allocated while the thread runs. `thread_free` lies below all frames on
            // the thread's stack, because `run` computed `thread_free`. No frame on the thread's stack continues before
            // this call returns.
            unsafe { self.thread_free.get().run(work) }
        })
    }
}

/// Runs a host function on the thread's own stack. Fails if that stack has less than 64 KiB left.
pub fn on_host_stack<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    // SAFETY: the pointer is null, or `OtherStack::run` created the pointer from a reference. `run` resets the pointer
    // before that reference ends.
    match unsafe { CURRENT_STACK.get().as_ref() } {
        Some(other) => other.run_on_thread_stack(|| with_host_room(work)),
        None => with_host_room(work),
    }
}

/// Runs `work` if the thread's own stack has at least [`MIN_HOST_STACK`] bytes left. Fails if fewer bytes are left.
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

    /// Nests guests and host functions `depth` times. Each guest runs on the other stack, and each host function runs
    /// on the thread's own stack. The marks show that no frame overwrites another frame.
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
