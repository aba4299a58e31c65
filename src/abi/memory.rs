//! Memories.

use crate::abi::store::CStore;
use crate::abi::types::{self, CExternType};
use crate::abi::{delete, entry, give};
use crate::backend::{Backend, LinkedBackend, MemoryOps, SharedMemoryOps};
use crate::base::capabilities::{self, Capabilities};
use crate::base::error::{Result, fail};
use crate::base::pointer::{Handle, check_len, non_null};
use crate::base::types::{ExternType, MemoryType};
use crate::store::object::{self, Extern};
use crate::store::pin::Pin;
use std::mem::MaybeUninit;

impl Handle for Pin {}

/// Returns a new memory of this type. The caller deletes the extern.
#[unsafe(no_mangle)]
pub extern "C" fn aw_memory_new(store: Option<&CStore>, ty: Option<&CExternType>) -> Option<Box<Extern>> {
    entry(|| {
        let (store, ty) = (&non_null(store, "the store")?.0, non_null(ty, "the type")?.memory()?);
        require(store.engine.capabilities, &ty)?;
        let entered = store.enter()?;
        let raw = if ty.shared {
            LinkedBackend::shared_memory_extern(&LinkedBackend::shared_memory_new(&store.engine.raw, &ty)?)
        } else {
            LinkedBackend::memory_new(entered.raw, &ty)?
        };
        give(Extern::new(store, &entered, raw, Some(ExternType::Memory(ty))))
    })
}

/// Fails if the engine cannot make a memory of this type.
pub fn require(has: Capabilities, ty: &MemoryType) -> Result<()> {
    require_if(ty.memory64, has, capabilities::MEMORY64, "a memory with 64-bit addresses")?;
    require_if(ty.shared, has, capabilities::SHARED_MEMORY, "a shared memory")?;
    require_if(ty.page_size_log2 != 16, has, capabilities::CUSTOM_PAGE_SIZES, "a memory with small pages")
}

fn require_if(condition: bool, has: Capabilities, capability: Capabilities, what: &str) -> Result<()> {
    if condition { has.require(capability, LinkedBackend::NAME, what) } else { Ok(()) }
}

/// Returns the extern with its type. Fails if the extern is NULL or not a memory.
pub(super) fn as_memory(object: Option<&Extern>) -> Result<(&Extern, &MemoryType)> {
    let object = non_null(object, "the memory")?;
    match &object.ty {
        Some(ExternType::Memory(ty)) => Ok((object, ty)),
        _ => Err(object::wrong_kind("memory", object)),
    }
}

/// Returns the size in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn aw_memory_size(memory: Option<&Extern>) -> u64 {
    entry(|| {
        let (memory, _) = as_memory(memory)?;
        Ok(LinkedBackend::memory_data(memory.store.enter()?.raw, memory.raw).1 as u64)
    })
}

/// Copies `len` bytes at the address `offset` to `out`.
///
/// # Safety
/// The caller guarantees that `out` has room for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_memory_read(memory: Option<&Extern>, offset: u64, out: *mut u8, len: usize) -> bool {
    entry(|| {
        check_len(out, len, "the place for the bytes")?;
        // SAFETY: `copy` passes the address of `len` bytes inside the memory, and the caller guarantees that `out` has
        // room for them. The ranges may overlap.
        copy(memory, offset, len, |data| unsafe { data.copy_to(out, len) })
    })
}

/// Copies `len` bytes from `from` to the address `offset`.
///
/// # Safety
/// The caller guarantees that `from` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_memory_write(memory: Option<&Extern>, offset: u64, from: *const u8, len: usize) -> bool {
    entry(|| {
        check_len(from, len, "the bytes")?;
        // SAFETY: `copy` passes the address of `len` bytes inside the memory, and the caller guarantees that `from`
        // points to as many. The ranges may overlap.
        copy(memory, offset, len, |data| unsafe { data.copy_from(from, len) })
    })
}

/// Calls `copy` with the address of the `len` bytes at `offset`, while this thread is in the store. Fails if the bytes
/// are not inside the memory.
fn copy(memory: Option<&Extern>, offset: u64, len: usize, copy: impl FnOnce(*mut u8)) -> Result<bool> {
    let (memory, _) = as_memory(memory)?;
    let entered = memory.store.enter()?;
    let (data, size) = LinkedBackend::memory_data(entered.raw, memory.raw);
    if offset.checked_add(len as u64).is_none_or(|end| end > size as u64) {
        fail!(Bounds, "{len} bytes at {offset:#x} are outside the memory, which has {size:#x} bytes");
    }
    // SAFETY: `data` points to `size` bytes, which do not move while this thread is in the store, and `offset` is at
    // most `size`.
    copy(unsafe { data.add(offset as usize) });
    Ok(true)
}

/// Grows the memory by `delta` pages. Returns the former size in pages, or all bits set on failure.
#[unsafe(no_mangle)]
pub extern "C" fn aw_memory_grow(memory: Option<&Extern>, delta: u64) -> u64 {
    entry(|| {
        let (memory, ty) = as_memory(memory)?;
        let entered = memory.store.enter()?;
        let pages = LinkedBackend::memory_data(entered.raw, memory.raw).1 as u64 >> ty.page_size_log2;
        let max = ty.limits.max.unwrap_or(types::max_pages(ty.memory64, ty.page_size_log2));
        // The engine decides only within the type's maximum: one engine reports success beyond it.
        let fits = pages.checked_add(delta).is_some_and(|pages| pages <= max);
        if !fits || !LinkedBackend::memory_grow(entered.raw, memory.raw, delta) {
            fail!(Bounds, "the memory cannot grow by {delta} pages: it has {pages}, and at most {max} are allowed");
        }
        Ok(pages)
    })
}

/// Pins the memory's bytes: until `aw_pin_delete`, the bytes stay readable and writable at their current address, even
/// if the memory moves or the store is closed. After a move, the pinned bytes no longer belong to the memory. Writes
/// the address to `data`, and the number of bytes to `len`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_memory_pin(
    memory: Option<&Extern>,
    data: Option<&mut MaybeUninit<*mut u8>>,
    len: Option<&mut MaybeUninit<usize>>,
) -> Option<Box<Pin>> {
    entry(|| {
        let (data, len) = (non_null(data, "the place for the address")?, non_null(len, "the place for the length")?);
        let (memory, ty) = as_memory(memory)?;
        LinkedBackend::CAPABILITIES.require(capabilities::VIEWS, LinkedBackend::NAME, "a buffer over a memory")?;
        if may_move(memory.store.engine.capabilities, ty) {
            fail!(Unsupported, "this memory may move when it grows, which a buffer over it must not: copy its bytes");
        }
        let pin = Pin::new(&memory.store, &memory.store.enter()?, memory.raw);
        data.write(pin.data);
        len.write(pin.len);
        give(pin)
    })
}

/// Returns whether a memory of this type may move without its pinned bytes staying valid. `has` are the capabilities of
/// the memory's engine with its options.
fn may_move(has: Capabilities, ty: &MemoryType) -> bool {
    if !LinkedBackend::CAPABILITIES.has(capabilities::STABLE_MEMORY) {
        // On such an engine, a pin keeps the former bytes of a memory that moved.
        return false;
    }
    let max = u128::from(ty.limits.max.unwrap_or(u64::MAX)) << ty.page_size_log2;
    let reserved = has.has(capabilities::STABLE_MEMORY) && (!ty.memory64 || max <= RESERVED);
    !reserved && ty.limits.max != Some(ty.limits.min)
}

/// Address space in bytes that engines with stable memories reserve for each memory: all that 32-bit addresses can
/// reach.
const RESERVED: u128 = 1 << 32;

/// Deletes a pin; NULL is allowed. Never waits.
#[unsafe(no_mangle)]
pub extern "C" fn aw_pin_delete(pin: Option<Box<Pin>>) {
    delete(pin);
}
