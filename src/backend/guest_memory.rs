//! The bytes of a guest's linear memory. Every access is checked against the memory's length.
//!
//! The `unsafe` code of these accesses is in this file, so that the WASI functions need no `unsafe` code.

/// An access to a range that is not completely inside the memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutOfBounds;

/// The current address and length of a linear memory.
///
/// A memory can move to another address when it grows. A value of this type would keep the old address. Create a new
/// value for each access, and drop the value before guest code runs again.
pub struct GuestMemory {
    data: *mut u8,
    len: usize,
    shared: bool,
}

impl Default for GuestMemory {
    /// Returns a memory of 0 bytes.
    fn default() -> Self {
        Self { data: std::ptr::null_mut(), len: 0, shared: false }
    }
}

impl GuestMemory {
    /// Maximum number of bytes of a shared memory that one call of [`GuestMemory::fill`] or [`GuestMemory::with_bytes`]
    /// copies.
    pub const MAX_SHARED_COPY: usize = 1 << 16;

    /// Wraps the `len` bytes at `data`. `shared` is true if other threads may access the memory at any time.
    ///
    /// # Safety
    /// For as long as the returned value exists:
    /// * `data` is valid for reads and writes of `len` bytes. `data` may be null if `len` is 0.
    /// * Unless `shared` is true, no other code accesses these bytes. No thread runs guest code that can reach the
    ///   memory, and no other `GuestMemory` for the same memory is in use.
    pub unsafe fn new(data: *mut u8, len: usize, shared: bool) -> Self {
        Self { data, len, shared }
    }

    /// Returns the address of the `len` bytes at `offset`. Fails unless all these bytes are inside the memory.
    fn address(&self, offset: usize, len: usize) -> Result<*mut u8, OutOfBounds> {
        match offset.checked_add(len) {
            // An empty memory may have a null address. Slices and copies of 0 bytes still need an address that is not
            // null.
            Some(end) if end <= self.len && len == 0 => Ok(std::ptr::dangling_mut()),
            // SAFETY: `offset` is inside the memory, and the creator of this value guarantees that all `self.len` bytes
            // at `self.data` belong to one valid allocation (see `new`).
            Some(end) if end <= self.len => Ok(unsafe { self.data.add(offset) }),
            _ => Err(OutOfBounds),
        }
    }

    /// Fails unless all `len` bytes at `offset` are inside the memory.
    pub fn check(&self, offset: usize, len: usize) -> Result<(), OutOfBounds> {
        self.address(offset, len).map(drop)
    }

    /// Fills `out` with the bytes at `offset`.
    pub fn read_into(&self, offset: usize, out: &mut [u8]) -> Result<(), OutOfBounds> {
        let source = self.address(offset, out.len())?;
        // SAFETY: `address` has checked that the source range is inside the memory. `out` is as long as the range.
        // `out` is memory of the host, so `out` and the range cannot overlap. In a shared memory, guest threads may
        // write to the range during the copy. This is no data race between Rust threads, because guest threads run
        // compiled WebAssembly. If a guest thread writes, `out` holds a mixture of old and new bytes. WebAssembly's
        // threads proposal allows that.
        unsafe { source.copy_to_nonoverlapping(out.as_mut_ptr(), out.len()) }
        Ok(())
    }

    /// Returns a copy of the `len` bytes at `offset`.
    pub fn read(&self, offset: usize, len: usize) -> Result<Vec<u8>, OutOfBounds> {
        // The check comes first, so that the function does not allocate memory for an invalid length.
        self.check(offset, len)?;
        let mut bytes = vec![0; len];
        self.read_into(offset, &mut bytes)?;
        Ok(bytes)
    }

    /// Copies all of `bytes` to `offset`.
    pub fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), OutOfBounds> {
        let target = self.address(offset, bytes.len())?;
        // SAFETY: `address` has checked that the target range is inside the memory. The range is as long as `bytes`.
        // `bytes` is memory of the host, so `bytes` and the range cannot overlap. In a shared memory, guest threads may
        // access the range during the copy. Guest threads run compiled WebAssembly, not Rust. They may see a mixture of
        // old and new bytes, which WebAssembly's threads proposal allows.
        unsafe { target.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) }
        Ok(())
    }

    /// Calls `work` with the `len` bytes at `offset`. The bytes of an unshared memory are not copied. The bytes of a
    /// shared memory are copied first, because other threads may write to the memory during `work`. `work` then gets
    /// only the first [`GuestMemory::MAX_SHARED_COPY`] bytes.
    ///
    /// `work` must not run guest code in the store of the memory, nor access the memory in another way.
    pub fn with_bytes<T>(&self, offset: usize, len: usize, work: impl FnOnce(&[u8]) -> T) -> Result<T, OutOfBounds> {
        if self.shared {
            self.check(offset, len)?;
            return Ok(work(&self.read(offset, len.min(Self::MAX_SHARED_COPY))?));
        }
        let start = self.address(offset, len)?;
        // SAFETY: `address` has checked that the range is inside the memory. The memory is not shared, so the creator
        // of this value guarantees that nothing else writes to the range while the value exists (see `new`).
        Ok(work(unsafe { std::slice::from_raw_parts(start, len) }))
    }

    /// Calls `work` with a buffer for up to `len` bytes at `offset`. `work` writes to the start of the buffer and
    /// returns the number of bytes that it wrote. `fill` returns the same number.
    ///
    /// In an unshared memory, the buffer is the memory itself.
    ///
    /// For a shared memory, the buffer is memory of the host, with at most [`GuestMemory::MAX_SHARED_COPY`] bytes.
    /// `fill` then copies the written bytes to the shared memory. A Rust reference to the shared memory is not
    /// possible, because other threads may access the bytes.
    ///
    /// `work` must not run guest code in the store of the memory, nor access the memory in another way.
    pub fn fill<E: From<OutOfBounds>>(
        &self,
        offset: usize,
        len: usize,
        work: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<usize, E> {
        let start = self.address(offset, len)?;
        if self.shared {
            let mut buffer = vec![0; len.min(Self::MAX_SHARED_COPY)];
            let count = work(&mut buffer)?;
            self.write(offset, &buffer[..count])?;
            return Ok(count);
        }
        // SAFETY: `address` has checked that the range is inside the memory. The memory is not shared, so the creator
        // of this value guarantees that nothing else accesses the range while the value exists (see `new`).
        work(unsafe { std::slice::from_raw_parts_mut(start, len) })
    }
}

/// A memory for tests, made of bytes of the host.
#[cfg(test)]
pub struct TestMemory {
    bytes: std::cell::UnsafeCell<Vec<u8>>,
    shared: bool,
}

#[cfg(test)]
impl TestMemory {
    /// Returns a memory of `len` zero bytes.
    pub fn new(len: usize, shared: bool) -> Self {
        Self { bytes: vec![0; len].into(), shared }
    }

    /// Returns a [`GuestMemory`] for one access to these bytes.
    pub fn memory(&self) -> GuestMemory {
        let bytes = self.bytes.get();
        // SAFETY: the vector lives as long as `self`. Only the values that this function returns access the vector's
        // bytes. A test uses one such value at a time. `self` is not `Sync`, so a test uses all these values on one
        // thread.
        unsafe { GuestMemory::new((*bytes).as_mut_ptr(), (*bytes).len(), self.shared) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(memory: &GuestMemory, offset: usize, len: usize, byte: u8) -> Result<usize, OutOfBounds> {
        memory.fill(offset, len, |buffer| {
            buffer.fill(byte);
            Ok(buffer.len())
        })
    }

    #[test]
    fn accesses_up_to_the_last_byte_succeed_and_those_beyond_fail() {
        for shared in [false, true] {
            let test = TestMemory::new(8, shared);
            let memory = test.memory();
            memory.write(5, b"abc").unwrap();
            assert_eq!(memory.read(4, 4).unwrap(), b"\0abc");
            assert_eq!(memory.with_bytes(6, 2, <[u8]>::to_vec).unwrap(), b"bc");
            assert_eq!(fill(&memory, 7, 1, b'x'), Ok(1));
            assert_eq!(memory.read(5, 3).unwrap(), b"abx");
            for (offset, len) in [(8, 1), (0, 9), (usize::MAX, 1), (1, usize::MAX), (9, 0)] {
                assert_eq!(memory.check(offset, len), Err(OutOfBounds), "{offset} {len}");
                assert_eq!(memory.read(offset, len), Err(OutOfBounds), "{offset} {len}");
                assert_eq!(memory.with_bytes(offset, len, |_| ()), Err(OutOfBounds), "{offset} {len}");
                assert_eq!(fill(&memory, offset, len, 0), Err(OutOfBounds), "{offset} {len}");
            }
            assert_eq!(memory.write(6, b"abc"), Err(OutOfBounds));
            assert_eq!(memory.read(0, 8).unwrap(), b"\0\0\0\0\0abx", "a failed access changes nothing");
        }
    }

    #[test]
    fn an_empty_memory_has_empty_ranges_only() {
        let memory = GuestMemory::default();
        assert_eq!(memory.read(0, 0), Ok(Vec::new()));
        assert_eq!(memory.write(0, b""), Ok(()));
        assert_eq!(memory.with_bytes(0, 0, <[u8]>::len), Ok(0));
        assert_eq!(fill(&memory, 0, 0, 1), Ok(0));
        assert_eq!(memory.check(0, 1), Err(OutOfBounds));
    }

    #[test]
    fn a_shared_memory_is_copied_in_steps() {
        let size = GuestMemory::MAX_SHARED_COPY + 10;
        let (unshared, shared) = (TestMemory::new(size, false), TestMemory::new(size, true));
        assert_eq!(fill(&unshared.memory(), 0, size, 1), Ok(size));
        assert_eq!(fill(&shared.memory(), 0, size, 1), Ok(GuestMemory::MAX_SHARED_COPY));
        assert_eq!(unshared.memory().with_bytes(0, size, <[u8]>::len), Ok(size));
        assert_eq!(shared.memory().with_bytes(0, size, <[u8]>::len), Ok(GuestMemory::MAX_SHARED_COPY));
        assert_eq!(shared.memory().read(GuestMemory::MAX_SHARED_COPY - 1, 2).unwrap(), [1, 0]);
    }

    #[test]
    fn only_the_written_bytes_reach_a_shared_memory() {
        let test = TestMemory::new(4, true);
        test.memory().write(0, b"abcd").unwrap();
        let count = test.memory().fill(0, 4, |buffer| {
            buffer.fill(b'x');
            Ok::<_, OutOfBounds>(2)
        });
        assert_eq!((count, test.memory().read(0, 4).unwrap().as_slice()), (Ok(2), b"xxcd".as_slice()));
    }
}
