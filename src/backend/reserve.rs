//! A trial whether there is memory for an operation.
//!
//! Rust's standard library ends the process if an allocation fails, and so do the engines. Before an operation that
//! needs much memory, the shim therefore maps as much as the operation is likely to need, and unmaps it at once. It does
//! not use the allocator for this, because a large allocation changes how the allocator works later. The operation may
//! still end the process if other threads take the memory meanwhile, or if it needs more than estimated.

use crate::base::error::{Result, fail};
use std::fmt::Display;
use std::ptr;

/// Bytes that an operation may need in addition to its estimate.
const MARGIN: usize = 1 << 20;

/// Estimated memory of an engine for the compilation of a module, in bytes.
pub struct CompileMemory {
    /// For each function with a body.
    pub per_function: usize,
    /// For each byte of the module.
    pub per_byte: usize,
}

impl CompileMemory {
    /// Returns the estimate for a module of `len` bytes with `functions` function bodies.
    pub fn of(&self, functions: usize, len: usize) -> usize {
        functions.saturating_mul(self.per_function).saturating_add(len.saturating_mul(self.per_byte))
    }
}

/// Fails if there are no `bytes` of memory, and a margin. `purpose` says in the error's message what needs the memory.
pub fn require_memory(bytes: usize, purpose: impl Display) -> Result<()> {
    if !can_map(bytes.saturating_add(MARGIN)) {
        fail!(Memory, "there is not enough memory: {purpose} needs about {} MiB", bytes.div_ceil(1 << 20).max(1));
    }
    Ok(())
}

/// Returns whether the system can map this number of bytes.
fn can_map(bytes: usize) -> bool {
    let (protection, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: the call maps new memory at an address that the system chooses, so it changes no memory in use.
    let trial = unsafe { libc::mmap(ptr::null_mut(), bytes, protection, flags, -1, 0) };
    if trial == libc::MAP_FAILED {
        return false;
    }
    // SAFETY: the memory has just been mapped, and nothing uses it.
    unsafe { libc::munmap(trial, bytes) == 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::error::ErrorKind;

    #[test]
    fn too_much_memory_is_an_error() {
        require_memory(1 << 20, "a test").unwrap();
        let error = require_memory(usize::MAX, "a test").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Memory);
        assert!(error.message.starts_with("there is not enough memory: a test needs about"), "{}", error.message);
    }
}
