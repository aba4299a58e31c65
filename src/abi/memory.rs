//! Memories.

use crate::abi::types::{self, CExternType};
use crate::abi::{entry, pointer};
use crate::backend::{Active, Backend, MemoryOps, SharedMemoryOps};
use crate::base::capabilities::{self, Capabilities};
use crate::base::error::{Result, fail};
use crate::base::types::{ExternType, MemoryType};
use crate::store::Store;
use crate::store::object::{self, Extern};
use crate::store::pin::Pin;

/// A memory of this type. The caller deletes the extern.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_memory_new(store: *const Store, ty: *const CExternType) -> *mut Extern {
    entry(|| {
        // SAFETY: the module's rules.
        let (store, ty) = unsafe { (pointer::share(store, "the store")?, pointer::borrow(ty, "the type")?.memory()?) };
        require(store.engine.capabilities, &ty)?;
        let entered = store.enter()?;
        let raw = if ty.shared {
            Active::shared_memory_extern(&Active::shared_memory_new(&store.engine.raw, &ty)?)
        } else {
            Active::memory_new(entered.raw, &ty)?
        };
        Ok(pointer::give(Extern::new(&store, &entered, raw, Some(ExternType::Memory(ty)))))
    })
}

/// Refuses kinds of memory that the engine cannot make.
pub fn require(has: Capabilities, ty: &MemoryType) -> Result<()> {
    require_if(has, ty.memory64, capabilities::MEMORY64, "a memory with 64-bit addresses")?;
    require_if(has, ty.shared, capabilities::SHARED_MEMORY, "a shared memory")?;
    require_if(has, ty.page_size_log2 != 16, capabilities::CUSTOM_PAGE_SIZES, "a memory with small pages")
}

fn require_if(has: Capabilities, asked: bool, capability: Capabilities, what: &str) -> Result<()> {
    if asked { has.require(capability, Active::NAME, what) } else { Ok(()) }
}

pub(super) unsafe fn memory<'a>(memory: *const Extern) -> Result<(&'a Extern, &'a MemoryType)> {
    // SAFETY: the module's rules.
    let object = unsafe { pointer::borrow(memory, "the memory") }?;
    match &object.ty {
        Some(ExternType::Memory(ty)) => Ok((object, ty)),
        _ => Err(object::wrong_kind("memory", object)),
    }
}

unsafe fn data(object: *const Extern) -> Result<(*mut u8, usize)> {
    // SAFETY: the module's rules.
    let (object, _) = unsafe { memory(object) }?;
    Ok(Active::memory_data(object.store.enter()?.raw, object.raw))
}

/// The size in bytes.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_memory_size(memory: *const Extern) -> u64 {
    // SAFETY: the module's rules.
    entry(|| Ok(unsafe { data(memory) }?.1 as u64))
}

/// The address of the first byte. It changes when the memory grows, unless the engine has the capability
/// `stable_memory` and the memory's addresses are 32 bits wide.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_memory_data(memory: *const Extern) -> *mut u8 {
    // SAFETY: the module's rules.
    entry(|| Ok(unsafe { data(memory) }?.0))
}

/// Copies `len` bytes at `offset` to `out`.
///
/// # Safety
/// See the module's rules; `out` has room for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_memory_read(memory: *const Extern, offset: u64, out: *mut u8, len: usize) -> bool {
    // SAFETY: the module's rules; `copy` checks the range.
    entry(|| unsafe { copy(memory, offset, len, |data| data.copy_to(out, len)) })
}

/// Copies `len` bytes from `from` to `offset`.
///
/// # Safety
/// See the module's rules; `from` has `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_memory_write(memory: *const Extern, offset: u64, from: *const u8, len: usize) -> bool {
    // SAFETY: the module's rules; `copy` checks the range.
    entry(|| unsafe { copy(memory, offset, len, |data| data.copy_from(from, len)) })
}

unsafe fn copy(object: *const Extern, offset: u64, len: usize, copy: impl FnOnce(*mut u8)) -> Result<bool> {
    // SAFETY: the module's rules.
    let (object, _) = unsafe { memory(object) }?;
    let entered = object.store.enter()?;
    let (data, size) = Active::memory_data(entered.raw, object.raw);
    if offset.checked_add(len as u64).is_none_or(|end| end > size as u64) {
        fail!(Bounds, "{len} bytes at {offset:#x} are outside the memory, which has {size:#x} bytes");
    }
    // SAFETY: the range is inside the memory, which does not move while the store is entered.
    copy(unsafe { data.add(offset as usize) });
    Ok(true)
}

/// Grows by `delta` pages. Returns the former size in pages, or all bits set where it cannot.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_memory_grow(memory_: *const Extern, delta: u64) -> u64 {
    entry(|| {
        // SAFETY: the module's rules.
        let (object, ty) = unsafe { memory(memory_) }?;
        let entered = object.store.enter()?;
        let pages = Active::memory_data(entered.raw, object.raw).1 as u64 >> ty.page_size_log2;
        let most = ty.limits.max.unwrap_or(types::most_pages(ty.memory64, ty.page_size_log2));
        // Asked of the engine only where the type allows it: one of them reports success beyond.
        let fits = pages.checked_add(delta).is_some_and(|pages| pages <= most);
        if !fits || !Active::memory_grow(entered.raw, object.raw, delta) {
            fail!(Bounds, "the memory cannot grow by {delta} pages: it has {pages}, and at most {most} are allowed");
        }
        Ok(pages)
    })
}

/// Keeps a memory's bytes readable and writable at `data` until `aw_pin_delete`, even when the memory moves or the store
/// is closed; they are then those of before. `len` is how many there are.
///
/// # Safety
/// See the module's rules; `data` and `len` can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_memory_pin(memory_: *const Extern, data_: *mut *mut u8, len: *mut usize) -> *mut Pin {
    entry(|| {
        // SAFETY: the module's rules.
        let (object, ty) = unsafe { memory(memory_) }?;
        Active::CAPABILITIES.require(capabilities::VIEWS, Active::NAME, "a buffer over a memory")?;
        if may_move(object.store.engine.capabilities, ty) {
            fail!(Unsupported, "this memory may move when it grows, which a buffer over it must not: copy its bytes");
        }
        let entered = object.store.enter()?;
        let pin = Pin::new(&object.store, &entered, object.raw);
        // SAFETY: the caller's promise.
        unsafe { (*data_, *len) = (pin.data, pin.len) };
        Ok(pointer::give(pin))
    })
}

/// Whether a memory of this type may move without its bytes being kept, on an engine made with these capabilities.
fn may_move(has: Capabilities, ty: &MemoryType) -> bool {
    if !Active::CAPABILITIES.has(capabilities::STABLE_MEMORY) {
        return false; // Then a pin keeps them.
    }
    let most = u128::from(ty.limits.max.unwrap_or(u64::MAX)) << ty.page_size_log2;
    let reserved = has.has(capabilities::STABLE_MEMORY) && (!ty.memory64 || most <= RESERVED);
    !reserved && ty.limits.max != Some(ty.limits.min)
}

/// What engines with stable memories reserve for each, in bytes: all that 32 bits reach.
const RESERVED: u128 = 1 << 32;

/// Ends a pin. NULL is nothing; never waits, on any thread.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_pin_delete(pin: *mut Pin) {
    // SAFETY: the module's rules.
    unsafe { pointer::take(pin) };
}
