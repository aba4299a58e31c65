//! An allocator that does not free what Python still looks at.
//!
//! wasmi keeps a memory in a vector, which moves when it grows: a Python buffer over it would dangle. A pinned block
//! that is freed or reallocated is kept until its last pin goes.

use parking_lot::Mutex;
use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// No memory is smaller than a page, so no smaller block is looked up.
const PAGE: usize = 1 << 16;

#[global_allocator]
static ALLOCATOR: Pinning = Pinning;

struct Pinning;

/// How many blocks are pinned: while it is 0, freeing costs one comparison more than without us.
static PINNED: AtomicUsize = AtomicUsize::new(0);

/// Each pinned block by its address: how many pins it has, and its layout once the engine has freed it.
static BLOCKS: Mutex<BTreeMap<usize, (usize, Option<Layout>)>> = Mutex::new(BTreeMap::new());

// SAFETY: allocation is the system's. A block is passed on to be freed unless it is pinned; then `unpin` does it, with
// the layout that came with the freeing.
unsafe impl GlobalAlloc for Pinning {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise, passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if !keep(block, layout) {
            // SAFETY: the caller's promise, passed on.
            unsafe { System.dealloc(block, layout) }
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !is_pinned(block, layout) {
            // SAFETY: the caller's promise, passed on.
            return unsafe { System.realloc(block, layout, size) };
        }
        // SAFETY: the new layout is valid, as the caller promises for realloc; both blocks are as large as what is
        // copied; the old one is given up.
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
    PINNED.load(Ordering::Acquire) != 0 && layout.size() >= PAGE
}

fn is_pinned(block: *mut u8, layout: Layout) -> bool {
    may_be_pinned(layout) && BLOCKS.lock().contains_key(&(block as usize))
}

/// Whether the block is pinned, and so will be freed later.
fn keep(block: *mut u8, layout: Layout) -> bool {
    if !may_be_pinned(layout) {
        return false;
    }
    match BLOCKS.lock().get_mut(&(block as usize)) {
        Some((_, freed)) => {
            *freed = Some(layout);
            true
        }
        None => false,
    }
}

/// Keeps the block at this address until as many [`unpin`]s.
pub fn pin(block: *mut u8) {
    BLOCKS.lock().entry(block as usize).or_insert((0, None)).0 += 1;
    PINNED.fetch_add(1, Ordering::Release);
}

/// Ends a [`pin`]; frees the block where it was the last and the engine has given the block up.
pub fn unpin(block: *mut u8) {
    let mut blocks = BLOCKS.lock();
    let Some((pins, freed)) = blocks.get_mut(&(block as usize)) else { return };
    *pins -= 1;
    PINNED.fetch_sub(1, Ordering::Release);
    if *pins > 0 {
        return;
    }
    let freed = *freed;
    blocks.remove(&(block as usize));
    drop(blocks);
    if let Some(layout) = freed {
        // SAFETY: the engine freed the block with this layout, and nobody has freed it since.
        unsafe { System.dealloc(block, layout) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pinned_block_outlives_its_vector() {
        let mut vec = vec![7u8; PAGE];
        let block = vec.as_mut_ptr();
        pin(block);
        vec.resize(64 * PAGE, 0);
        assert_ne!(vec.as_ptr(), block.cast_const());
        // SAFETY: pinned, so still there.
        assert_eq!(unsafe { block.read() }, 7);
        drop(vec);
        unpin(block);
    }
}
