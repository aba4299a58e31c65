//! Access to a memory's bytes that never waits: for callers that hold a lock which the thread in the store may want,
//! as Python's.

use crate::abi::{entry, memory};
use crate::backend::{Active, MemoryOps};
use crate::base::error::Result;
use crate::store::object::Extern;

/// Failed, with an error left.
pub const AW_FAILED: u8 = 0;
/// Done.
pub const AW_DONE: u8 = 1;
/// Nothing was done, since another thread is in the store: the function that waits does it.
pub const AW_BUSY: u8 = 2;
/// Nothing was done, since the range is not within the memory; no error is left.
pub const AW_OUTSIDE: u8 = 3;

/// Writes the size in bytes to `out`. Returns `AW_FAILED`, `AW_DONE` or `AW_BUSY`.
///
/// # Safety
/// See the module's rules; `out` can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_memory_try_size(memory: *const Extern, out: *mut u64) -> u8 {
    // SAFETY: the module's rules; the caller's promise about `out`.
    entry(|| unsafe { access(memory, 0, 0, |_, size| *out = size) })
}

/// As `aw_memory_read`, without waiting. Returns `AW_FAILED`, `AW_DONE`, `AW_BUSY` or `AW_OUTSIDE`.
///
/// # Safety
/// See the module's rules; `out` has room for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_memory_try_read(memory: *const Extern, offset: u64, out: *mut u8, len: usize) -> u8 {
    // SAFETY: the module's rules; `access` checks the range.
    entry(|| unsafe { access(memory, offset, len, |data, _| data.copy_to(out, len)) })
}

/// As `aw_memory_write`, without waiting. Returns `AW_FAILED`, `AW_DONE`, `AW_BUSY` or `AW_OUTSIDE`.
///
/// # Safety
/// See the module's rules; `from` has `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_memory_try_write(memory: *const Extern, offset: u64, from: *const u8, len: usize) -> u8 {
    // SAFETY: the module's rules; `access` checks the range.
    entry(|| unsafe { access(memory, offset, len, |data, _| data.copy_from(from, len)) })
}

unsafe fn access(object: *const Extern, offset: u64, len: usize, work: impl FnOnce(*mut u8, u64)) -> Result<u8> {
    // SAFETY: the module's rules.
    let (object, _) = unsafe { memory::memory(object) }?;
    let Some(entered) = object.store.try_enter()? else {
        return Ok(AW_BUSY);
    };
    let (data, size) = Active::memory_data(entered.raw, object.raw);
    if offset.checked_add(len as u64).is_none_or(|end| end > size as u64) {
        return Ok(AW_OUTSIDE);
    }
    // SAFETY: the range is inside the memory, which does not move while the store is entered.
    work(unsafe { data.add(offset as usize) }, size as u64);
    Ok(AW_DONE)
}
