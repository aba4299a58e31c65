//! Access to a memory's bytes without waiting for the store. A caller that holds a lock, such as Python's global
//! interpreter lock, would deadlock by waiting for a thread in the store that waits for the same lock.

use crate::abi::entry;
use crate::abi::memory::as_memory;
use crate::backend::{LinkedBackend, MemoryOps};
use crate::base::error::Result;
use crate::base::pointer::{check_len, non_null};
use crate::store::object::Extern;
use std::mem::MaybeUninit;

/// Outcome: the access failed, and left an error.
pub const AW_FAILED: u8 = 0;
/// Outcome: the access succeeded.
pub const AW_DONE: u8 = 1;
/// Outcome: nothing happened, because another thread is in the store. A function that waits for the store can do the
/// access.
pub const AW_BUSY: u8 = 2;
/// Outcome: nothing happened, because the range is outside the memory. The access left no error.
pub const AW_OUTSIDE: u8 = 3;

/// Writes the size in bytes to `out`. Returns `AW_FAILED`, `AW_DONE` or `AW_BUSY`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_memory_try_size(memory: Option<&Extern>, out: Option<&mut MaybeUninit<u64>>) -> u8 {
    entry(|| {
        let out = non_null(out, "the place for the size")?;
        access(memory, 0, 0, |_, size| {
            out.write(size);
        })
    })
}

/// Copies `len` bytes at the address `offset` to `out`, without waiting. Returns `AW_FAILED`, `AW_DONE`, `AW_BUSY` or
/// `AW_OUTSIDE`.
///
/// # Safety
/// The caller guarantees that `out` has room for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_memory_try_read(memory: Option<&Extern>, offset: u64, out: *mut u8, len: usize) -> u8 {
    entry(|| {
        check_len(out, len, "the place for the bytes")?;
        // SAFETY: `access` passes the address of `len` bytes inside the memory, and the caller guarantees that `out`
        // has room for them. The ranges may overlap.
        access(memory, offset, len, |data, _| unsafe { data.copy_to(out, len) })
    })
}

/// Copies `len` bytes from `from` to the address `offset`, without waiting. Returns `AW_FAILED`, `AW_DONE`, `AW_BUSY`
/// or `AW_OUTSIDE`.
///
/// # Safety
/// The caller guarantees that `from` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_memory_try_write(memory: Option<&Extern>, offset: u64, from: *const u8, len: usize) -> u8 {
    entry(|| {
        check_len(from, len, "the bytes")?;
        // SAFETY: `access` passes the address of `len` bytes inside the memory, and the caller guarantees that `from`
        // points to as many. The ranges may overlap.
        access(memory, offset, len, |data, _| unsafe { data.copy_from(from, len) })
    })
}

/// Calls `work` with the address of the `len` bytes at `offset` and with the memory's size, while this thread is in the
/// store. Returns the outcome.
fn access(memory: Option<&Extern>, offset: u64, len: usize, work: impl FnOnce(*mut u8, u64)) -> Result<u8> {
    let (memory, _) = as_memory(memory)?;
    let Some(entered) = memory.store.try_enter()? else {
        return Ok(AW_BUSY);
    };
    let (data, size) = LinkedBackend::memory_data(entered.raw, memory.raw);
    if offset.checked_add(len as u64).is_none_or(|end| end > size as u64) {
        return Ok(AW_OUTSIDE);
    }
    // SAFETY: `data` points to `size` bytes, which do not move while this thread is in the store, and `offset` is at
    // most `size`.
    work(unsafe { data.add(offset as usize) }, size as u64);
    Ok(AW_DONE)
}
