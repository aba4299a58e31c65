//! The alternate stack of a thread, on which the handlers of faults run.
//!
//! A guest that overflows its stack leaves no room for a handler on that stack. Each engine therefore gives a thread an
//! alternate stack (sigaltstack(2)) at the thread's first call, but only then. If another library replaces this stack
//! by a small one, or removes it, the handler would write beyond a stack, or could not run.

use crate::base::error::{Error, ErrorKind, Result};
use corosensei::stack::{DefaultStack, Stack};
use std::cell::RefCell;
use std::{io, mem, ptr};

/// Size in bytes from which an alternate stack is large enough. wasmer's handlers need the most: they ask for 64 KiB.
const MIN_SIZE: usize = 64 << 10;

/// Size in bytes of an alternate stack that the shim allocates. wasmtime replaces a smaller one.
const NEW_SIZE: usize = 256 << 10;

thread_local! {
    /// The alternate stack that the shim has allocated for this thread.
    static OWN: RefCell<Option<AlternateStack>> = const { RefCell::new(None) };
}

/// The memory of an alternate stack, with a guard page at its low end.
struct AlternateStack {
    memory: DefaultStack,
}

impl AlternateStack {
    fn new() -> io::Result<Self> {
        Ok(Self { memory: DefaultStack::new(NEW_SIZE)? })
    }

    /// Returns the part of the memory above the guard page.
    fn region(&self) -> libc::stack_t {
        let (limit, base) = (self.memory.limit().get(), self.memory.base().get());
        libc::stack_t { ss_sp: (base - NEW_SIZE) as *mut _, ss_flags: 0, ss_size: NEW_SIZE.min(base - limit) }
    }
}

impl Drop for AlternateStack {
    fn drop(&mut self) {
        if current().is_ok_and(|now| now.ss_sp == self.region().ss_sp) {
            let none = libc::stack_t { ss_sp: ptr::null_mut(), ss_flags: libc::SS_DISABLE, ss_size: NEW_SIZE };
            // SAFETY: the call only takes the alternate stack away from this thread. A thread that drops its
            // thread-local values runs no handler on that stack.
            unsafe { libc::sigaltstack(&none, ptr::null_mut()) };
        }
    }
}

/// Returns this thread's alternate stack.
fn current() -> io::Result<libc::stack_t> {
    // SAFETY: `stack_t` is a struct of integers and a pointer, so zeros are a valid value.
    let mut stack: libc::stack_t = unsafe { mem::zeroed() };
    // SAFETY: the call only writes to `stack`, which lives until the call returns.
    match unsafe { libc::sigaltstack(ptr::null(), &mut stack) } {
        0 => Ok(stack),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Gives this thread an alternate stack if it has none that is large enough.
pub fn ensure() -> Result<()> {
    install().map_err(|e| {
        Error::new(ErrorKind::Engine, format!("this thread cannot get an alternate stack for handlers of faults: {e}"))
    })
}

fn install() -> io::Result<()> {
    let now = current()?;
    let is_enabled = now.ss_flags & libc::SS_DISABLE == 0;
    // A thread that runs on its alternate stack cannot replace it.
    if is_enabled && (now.ss_size >= MIN_SIZE || now.ss_flags & libc::SS_ONSTACK != 0) {
        return Ok(());
    }
    OWN.with_borrow_mut(|own| {
        if own.is_none() {
            *own = Some(AlternateStack::new()?);
        }
        let region = own.as_ref().map(AlternateStack::region).expect("the stack has just been allocated");
        // SAFETY: the region is allocated, and nothing else uses it. It stays allocated until the thread ends, and the
        // drop of `AlternateStack` takes the region away from the thread first.
        match unsafe { libc::sigaltstack(&region, ptr::null_mut()) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(stack: libc::stack_t) {
        // SAFETY: the test passes regions that stay allocated, or a stack that is disabled.
        assert_eq!(unsafe { libc::sigaltstack(&stack, ptr::null_mut()) }, 0);
    }

    #[test]
    fn a_missing_or_small_stack_is_replaced_and_a_large_one_stays() {
        std::thread::spawn(|| {
            let large = AlternateStack::new().unwrap();
            set(large.region());
            ensure().unwrap();
            assert_eq!(current().unwrap().ss_sp, large.region().ss_sp);
            set(libc::stack_t { ss_size: 16 << 10, ..large.region() });
            ensure().unwrap();
            let own = current().unwrap();
            assert_ne!(own.ss_sp, large.region().ss_sp);
            assert!(own.ss_size >= MIN_SIZE);
            set(libc::stack_t { ss_sp: ptr::null_mut(), ss_flags: libc::SS_DISABLE, ss_size: 0 });
            ensure().unwrap();
            assert_eq!(current().unwrap().ss_sp, own.ss_sp);
        })
        .join()
        .unwrap();
    }
}
