//! The global allocator of wasmi's build. This allocator does not free a block while a Python buffer exposes the block.
//!
//! wasmi stores a WebAssembly memory in a vector. The vector moves to another block when the memory grows, so a Python
//! buffer over the memory would dangle. If wasmi frees or reallocates a pinned block, this allocator therefore keeps
//! the block until its last pin is removed.

use parking_lot::Mutex;
use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Size of a WebAssembly page in bytes. No memory is smaller than a page, so a smaller block is never pinned.
const PAGE_SIZE: usize = 1 << 16;

#[global_allocator]
static ALLOCATOR: Pinning = Pinning;

struct Pinning;

/// Number of pins of all blocks. While this number is 0, freeing a block costs one extra comparison.
static PIN_COUNT: AtomicUsize = AtomicUsize::new(0);

/// The pinned blocks. The keys are the addresses of the blocks.
static PINNED_BLOCKS: Mutex<BTreeMap<usize, PinnedBlock>> = Mutex::new(BTreeMap::new());

/// A block with at least one pin.
#[derive(Default)]
struct PinnedBlock {
    /// Number of pins of this block.
    pin_count: usize,
    /// The layout with which the engine freed the block. `None` while the engine uses the block.
    freed_layout: Option<Layout>,
}

// SAFETY: the system's allocator does all allocation. A freed block returns to the system's allocator at once. A pinned
// block returns later, in `unpin`, with the same layout.
unsafe impl GlobalAlloc for Pinning {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller guarantees a valid layout, as `GlobalAlloc::alloc` requires.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller guarantees a valid layout, as `GlobalAlloc::alloc_zeroed` requires.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if !defer_free(block, layout) {
            // SAFETY: the caller guarantees that this allocator returned the block with this layout. This allocator
            // passes each request to the system's allocator, so the system's allocator returned the block.
            unsafe { System.dealloc(block, layout) }
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !is_pinned(block, layout) {
            // SAFETY: the caller guarantees what `GlobalAlloc::realloc` requires of block, layout and size.
            return unsafe { System.realloc(block, layout, size) };
        }
        // SAFETY: the caller guarantees that `size` makes a valid layout. The copied bytes fit both blocks, and the
        // blocks do not overlap. The old block is freed, and not used again.
        unsafe {
            let moved = System.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(block, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

fn may_be_pinned(layout: Layout) -> bool {
    PIN_COUNT.load(Ordering::Acquire) != 0 && layout.size() >= PAGE_SIZE
}

fn is_pinned(block: *mut u8, layout: Layout) -> bool {
    may_be_pinned(layout) && PINNED_BLOCKS.lock().contains_key(&(block as usize))
}

/// Records that a pinned block is freed, so that `unpin` frees the block later. Returns whether the block is pinned.
fn defer_free(block: *mut u8, layout: Layout) -> bool {
    if !may_be_pinned(layout) {
        return false;
    }
    match PINNED_BLOCKS.lock().get_mut(&(block as usize)) {
        Some(pinned) => {
            pinned.freed_layout = Some(layout);
            true
        }
        None => false,
    }
}

/// Pins the block at this address. The block stays allocated until [`unpin`] has been called as often as this function.
pub fn pin(block: *mut u8) {
    PINNED_BLOCKS.lock().entry(block as usize).or_default().pin_count += 1;
    PIN_COUNT.fetch_add(1, Ordering::Release);
}

/// Removes one pin of a block. Frees the block if no pin is left and the engine has already freed the block.
pub fn unpin(block: *mut u8) {
    let mut blocks = PINNED_BLOCKS.lock();
    let Some(pinned) = blocks.get_mut(&(block as usize)) else { return };
    pinned.pin_count -= 1;
    PIN_COUNT.fetch_sub(1, Ordering::Release);
    if pinned.pin_count > 0 {
        return;
    }
    let freed_layout = pinned.freed_layout;
    blocks.remove(&(block as usize));
    drop(blocks);
    if let Some(layout) = freed_layout {
        // SAFETY: the engine freed the block with this layout. `defer_free` did not return the block to the system's
        // allocator, so the block is still allocated.
        unsafe { System.dealloc(block, layout) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pinned_block_outlives_its_vector() {
        let mut vec = vec![7u8; PAGE_SIZE];
        let block = vec.as_mut_ptr();
        pin(block);
        vec.resize(64 * PAGE_SIZE, 0);
        assert_ne!(vec.as_ptr(), block.cast_const());
        // SAFETY: the block is pinned, so the block is still allocated.
        assert_eq!(unsafe { block.read() }, 7);
        drop(vec);
        unpin(block);
    }
}
