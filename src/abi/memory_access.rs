//! C functions that access a memory's bytes without waiting for the store's lock. A caller may hold another lock, such
//! as Python's global interpreter lock. If this caller waited for the store's lock, and the thread that holds the
//! store's lock waited for the caller's lock, both threads would wait forever.

use crate::abi::catch_errors;
use crate::abi::memory::as_memory;
use crate::backend::{LinkedBackend, MemoryOps};
use crate::base::error::Result;
use crate::base::pointer::{check_len, non_null};
use crate::store::object::Extern;
use std::mem::MaybeUninit;

/// Outcome: the access failed. `aw_error_take` returns the error.
pub const AW_FAILED: u8 = 0;
/// Outcome: the access succeeded.
pub const AW_DONE: u8 = 1;
/// Outcome: nothing was copied, because another thread holds the store's lock. The caller can use a function that waits
/// for the lock, such as `aw_memory_read`.
pub const AW_BUSY: u8 = 2;
/// Outcome: nothing was copied, because the range is outside the memory. No error is pending.
pub const AW_OUTSIDE: u8 = 3;

/// Writes the memory's size in bytes to `out`, without waiting. Returns `AW_FAILED`, `AW_DONE` or `AW_BUSY`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_memory_try_size(memory: Option<&Extern>, out: Option<&mut MaybeUninit<u64>>) -> u8 {
    catch_errors(|| {
        let out = non_null(out, "the place for the size")?;
        try_with_range(memory, 0, 0, |_, size| {
            out.write(size);
        })
    })
}

/// Copies `len` bytes from the memory to `out`, starting at the address `offset` in the memory, without waiting.
/// Returns `AW_FAILED`, `AW_DONE`, `AW_BUSY` or `AW_OUTSIDE`.
///
/// # Safety
/// The caller guarantees that `out` has room for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_memory_try_read(memory: Option<&Extern>, offset: u64, out: *mut u8, len: usize) -> u8 {
    catch_errors(|| {
        check_len(out, len, "the place for the bytes")?;
        // SAFETY: `data` points to `len` bytes inside the memory, because `try_with_range` has checked the range. The
        // caller guarantees that `out` has room for `len` bytes. `copy_to` allows overlapping ranges.
        try_with_range(memory, offset, len, |data, _| unsafe { data.copy_to(out, len) })
    })
}

/// Copies `len` bytes from `from` to the memory, starting at the address `offset` in the memory, without waiting.
/// Returns `AW_FAILED`, `AW_DONE`, `AW_BUSY` or `AW_OUTSIDE`.
///
/// # Safety
/// The caller guarantees that `from` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_memory_try_write(memory: Option<&Extern>, offset: u64, from: *const u8, len: usize) -> u8 {
    catch_errors(|| {
        check_len(from, len, "the bytes")?;
        // SAFETY: `data` points to `len` bytes inside the memory, because `try_with_range` has checked the range. The
        // caller guarantees that `from` points to `len` bytes. `copy_from` allows overlapping ranges.
        try_with_range(memory, offset, len, |data, _| unsafe { data.copy_from(from, len) })
    })
}

/// Calls `access` with a pointer to the `len` bytes at the address `offset`, and with the memory's size in bytes. This
/// thread holds the store's lock during the call. Returns the outcome, `AW_DONE`, `AW_BUSY` or `AW_OUTSIDE`.
fn try_with_range(memory: Option<&Extern>, offset: u64, len: usize, access: impl FnOnce(*mut u8, u64)) -> Result<u8> {
    let (memory, _) = as_memory(memory)?;
    let Some(entered) = memory.store.try_enter()? else {
        return Ok(AW_BUSY);
    };
    let (data, size) = LinkedBackend::memory_data(entered.raw, &memory.raw);
    if offset.checked_add(len as u64).is_none_or(|end| end > size as u64) {
        return Ok(AW_OUTSIDE);
    }
    // SAFETY: `data` points to `size` bytes, and `offset` is at most `size`. The bytes do not move while this thread
    // holds the store's lock.
    access(unsafe { data.add(offset as usize) }, size as u64);
    Ok(AW_DONE)
}
