//! A list of argument or result values. A short list needs no heap allocation.

use wasm_c_api as c;

/// Maximum number of values in a list that needs no heap allocation.
const INLINE_CAPACITY: usize = 8;

/// A list of values with a fixed length.
pub enum Slots<T> {
    /// An array, and the number of values in use. The values in use are at the beginning of the array.
    Few([T; INLINE_CAPACITY], usize),
    /// The values of a list that is longer than [`INLINE_CAPACITY`].
    Many(Vec<T>),
}

impl<T: Copy> Slots<T> {
    /// Creates a list of `count` copies of `zero`.
    pub fn new(count: usize, zero: T) -> Self {
        if count <= INLINE_CAPACITY { Self::Few([zero; INLINE_CAPACITY], count) } else { Self::Many(vec![zero; count]) }
    }

    /// Returns the values in use.
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        match self {
            Self::Few(array, count) => &mut array[..*count],
            Self::Many(vec) => vec,
        }
    }
}

impl Slots<c::wasm_val_t> {
    /// Returns a vector of `wasm.h` that borrows the values in use.
    pub fn borrow(&mut self) -> c::wasm_val_vec_t {
        let values = self.as_mut_slice();
        c::wasm_val_vec_t { size: values.len(), data: values.as_mut_ptr() }
    }
}
