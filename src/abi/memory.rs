//! C functions for memories. These functions wait while another thread holds the store's lock.

use crate::abi::store::CStore;
use crate::abi::types::{self, CExternType};
use crate::abi::{box_for_c, catch_errors, delete};
use crate::backend::{Backend, LinkedBackend, MemoryOps, SharedMemoryOps};
use crate::base::capabilities::{self, Capabilities};
use crate::base::error::{Result, fail};
use crate::base::pointer::{Handle, check_len, non_null};
use crate::base::types::{ExternType, MemoryType};
use crate::store::memory_bytes::{self, Cost};
use crate::store::object::{self, Extern};
use crate::store::pin::Pin;
use std::mem::MaybeUninit;

impl Handle for Pin {}

/// Returns a new memory of this type. The caller deletes the extern.
#[unsafe(no_mangle)]
pub extern "C" fn aw_memory_new(store: Option<&CStore>, ty: Option<&CExternType>) -> Option<Box<Extern>> {
    catch_errors(|| {
        let (store, ty) = (&non_null(store, "the store")?.0, non_null(ty, "the type")?.memory()?);
        check_supported(store.engine.capabilities, &ty)?;
        let cost = Cost::take(&[ty], 0)?;
        let entered = store.enter()?;
        entered.limits().check_memory(&ty)?;
        let raw = if ty.shared {
            LinkedBackend::shared_memory_extern(&LinkedBackend::shared_memory_new(&store.engine.raw, &ty)?)
        } else {
            LinkedBackend::memory_new(entered.raw, &ty)?
        };
        entered.add_memories(cost);
        box_for_c(Extern::new(store, &entered, raw, Some(ExternType::Memory(ty))))
    })
}

/// Fails if an engine with these capabilities cannot create a memory of this type.
pub fn check_supported(capabilities: Capabilities, ty: &MemoryType) -> Result<()> {
    require_if(ty.memory64, capabilities, capabilities::MEMORY64, "a memory with 64-bit addresses")?;
    require_if(ty.shared, capabilities, capabilities::SHARED_MEMORY, "a shared memory")?;
    require_if(
        ty.page_size_log2 != MemoryType::DEFAULT_PAGE_SIZE_LOG2,
        capabilities,
        capabilities::CUSTOM_PAGE_SIZES,
        "a memory with small pages",
    )
}

fn require_if(condition: bool, capabilities: Capabilities, capability: Capabilities, feature: &str) -> Result<()> {
    if condition { capabilities.require(capability, LinkedBackend::NAME, feature) } else { Ok(()) }
}

/// Returns the extern and its memory type. Fails if the extern is NULL or not a memory.
pub(super) fn as_memory(object: Option<&Extern>) -> Result<(&Extern, &MemoryType)> {
    let object = non_null(object, "the memory")?;
    match &object.ty {
        Some(ExternType::Memory(ty)) => Ok((object, ty)),
        _ => Err(object::wrong_kind("memory", object)),
    }
}

/// Returns the memory's size in bytes, or all bits set on failure.
#[unsafe(no_mangle)]
pub extern "C" fn aw_memory_size(memory: Option<&Extern>) -> u64 {
    catch_errors(|| {
        let (memory, _) = as_memory(memory)?;
        Ok(LinkedBackend::memory_data(memory.store.enter()?.raw, &memory.raw).1 as u64)
    })
}

/// Copies `len` bytes from the memory to `out`, starting at the address `offset` in the memory.
///
/// # Safety
/// The caller guarantees that `out` has room for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_memory_read(memory: Option<&Extern>, offset: u64, out: *mut u8, len: usize) -> bool {
    catch_errors(|| {
        check_len(out, len, "the place for the bytes")?;
        // SAFETY: `data` points to `len` bytes inside the memory, because `with_range` has checked the range. The
        // caller guarantees that `out` has room for `len` bytes. `copy_to` allows overlapping ranges.
        with_range(memory, offset, len, |data| unsafe { data.copy_to(out, len) })
    })
}

/// Copies `len` bytes from `from` to the memory, starting at the address `offset` in the memory.
///
/// # Safety
/// The caller guarantees that `from` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_memory_write(memory: Option<&Extern>, offset: u64, from: *const u8, len: usize) -> bool {
    catch_errors(|| {
        check_len(from, len, "the bytes")?;
        // SAFETY: `data` points to `len` bytes inside the memory, because `with_range` has checked the range. The
        // caller guarantees that `from` points to `len` bytes. `copy_from` allows overlapping ranges.
        with_range(memory, offset, len, |data| unsafe { data.copy_from(from, len) })
    })
}

/// Calls `copy` with a pointer to the `len` bytes at the address `offset`. This thread holds the store's lock during
/// the call. Fails if the bytes are not inside the memory.
fn with_range(memory: Option<&Extern>, offset: u64, len: usize, copy: impl FnOnce(*mut u8)) -> Result<bool> {
    let (memory, _) = as_memory(memory)?;
    let entered = memory.store.enter()?;
    let (data, size) = LinkedBackend::memory_data(entered.raw, &memory.raw);
    if offset.checked_add(len as u64).is_none_or(|end| end > size as u64) {
        fail!(Bounds, "{len} bytes at {offset:#x} are outside the memory, which has {size:#x} bytes");
    }
    // SAFETY: `data` points to `size` bytes, and `offset` is at most `size`. The bytes do not move while this thread
    // holds the store's lock.
    copy(unsafe { data.add(offset as usize) });
    Ok(true)
}

/// Grows the memory by `delta` pages. Returns the size before the growth in pages, or all bits set on failure.
#[unsafe(no_mangle)]
pub extern "C" fn aw_memory_grow(memory: Option<&Extern>, delta: u64) -> u64 {
    catch_errors(|| {
        let (memory, ty) = as_memory(memory)?;
        let entered = memory.store.enter()?;
        let pages = LinkedBackend::memory_data(entered.raw, &memory.raw).1 as u64 >> ty.page_size_log2;
        let max = ty.limits.max.unwrap_or(types::max_pages(ty.memory64, ty.page_size_log2));
        // Sizes above the type's maximum do not reach the engine, because one engine reports success for such a size.
        let fits = pages.checked_add(delta).is_some_and(|pages| pages <= max);
        let fits = fits && (delta == 0 || entered.limits().allows_memory((pages + delta) << ty.page_size_log2));
        if !fits || !LinkedBackend::memory_grow(entered.raw, &memory.raw, delta) {
            fail!(Bounds, "the memory cannot grow by {delta} pages: it has {pages}, and at most {max} are allowed");
        }
        Ok(pages)
    })
}

/// Pins the memory's bytes: until `aw_pin_delete`, the bytes stay readable and writable at their current address, even
/// if the memory moves or the store is closed. After a move, the pinned bytes no longer belong to the memory. Writes
/// the current address of the bytes to `data`, and the number of bytes to `len`. The caller deletes the pin.
#[unsafe(no_mangle)]
pub extern "C" fn aw_memory_pin(
    memory: Option<&Extern>,
    data: Option<&mut MaybeUninit<*mut u8>>,
    len: Option<&mut MaybeUninit<usize>>,
) -> Option<Box<Pin>> {
    catch_errors(|| {
        let (data, len) = (non_null(data, "the place for the address")?, non_null(len, "the place for the length")?);
        let (memory, ty) = as_memory(memory)?;
        LinkedBackend::CAPABILITIES.require(capabilities::VIEWS, LinkedBackend::NAME, "a buffer over a memory")?;
        if may_move(memory.store.engine.capabilities, ty) {
            fail!(Unsupported, "this memory may move when it grows, which a buffer over it must not: copy its bytes");
        }
        let pin = Pin::new(&memory.store, &memory.store.enter()?, memory.raw);
        data.write(pin.data);
        len.write(pin.len);
        box_for_c(pin)
    })
}

/// Returns whether a memory of this type may move in such a way that pinned bytes become invalid. `capabilities` are
/// the capabilities that the engine has with its options.
fn may_move(capabilities: Capabilities, ty: &MemoryType) -> bool {
    if !LinkedBackend::CAPABILITIES.has(capabilities::STABLE_MEMORY) {
        // If a memory moves on an engine without the capability `stable_memory`, a pin keeps the bytes at the old
        // address valid.
        return false;
    }
    let max = u128::from(ty.limits.max.unwrap_or(u64::MAX)) << ty.page_size_log2;
    let is_reserved = capabilities.has(capabilities::STABLE_MEMORY) && (!ty.memory64 || max <= RESERVED_SIZE);
    !is_reserved && ty.limits.max != Some(ty.limits.min)
}

/// Number of bytes of address space that an engine with stable memories reserves for each memory: the range of 32-bit
/// addresses.
const RESERVED_SIZE: u128 = 1 << 32;

/// Deletes a pin. Has no effect if the pointer is NULL. Never waits for another thread.
#[unsafe(no_mangle)]
pub extern "C" fn aw_pin_delete(pin: Option<Box<Pin>>) {
    delete(pin);
}

/// Returns whether the memories of all stores have become so large that the host should look for stores that it can
/// free. After the host has looked, it calls `aw_memories_collected`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_memories_are_many() -> bool {
    catch_errors(|| Ok(memory_bytes::are_many()))
}

/// Tells the shim that the host has freed all stores that it can free.
#[unsafe(no_mangle)]
pub extern "C" fn aw_memories_collected() -> bool {
    catch_errors(|| {
        memory_bytes::collected();
        Ok(true)
    })
}
