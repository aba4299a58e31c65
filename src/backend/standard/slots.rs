//! A few values in place, or many on the heap.

use wasm_c_api as c;

/// Number of values that need no allocation.
const INLINE_CAPACITY: usize = 8;

/// A list of values whose length is fixed.
pub enum Slots<T> {
    /// The values, and how many of them are in use.
    Few([T; INLINE_CAPACITY], usize),
    /// More values than fit in place.
    Many(Vec<T>),
}

impl<T: Copy> Slots<T> {
    /// `count` copies of `zero`.
    pub fn new(count: usize, zero: T) -> Self {
        if count <= INLINE_CAPACITY { Self::Few([zero; INLINE_CAPACITY], count) } else { Self::Many(vec![zero; count]) }
    }

    /// The values.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        match self {
            Self::Few(array, count) => &mut array[..*count],
            Self::Many(vec) => vec,
        }
    }
}

impl Slots<c::wasm_val_t> {
    /// A vector of `wasm.h` that borrows the values.
    pub fn borrow(&mut self) -> c::wasm_val_vec_t {
        let values = self.as_mut_slice();
        c::wasm_val_vec_t { size: values.len(), data: values.as_mut_ptr() }
    }
}
