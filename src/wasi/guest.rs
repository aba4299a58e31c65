//! Access to the memory of a guest for system calls. Addresses and lengths have 32 bits. An access outside the memory
//! fails with `EFAULT`.
//!
//! The memory can move during a system call: if a stream of the guest is a Python object, the call runs Python code.
//! The Python code can run the guest, and the guest can grow its memory. Each access therefore looks up the memory
//! again. No reference to the bytes of the memory exists after an access.

use crate::backend::guest_memory::{GuestMemory, OutOfBounds};
use crate::wasi::{Errno, Result};

/// Maximum length of a path in bytes. The maximum of every operating system is lower.
const MAX_PATH: u32 = 1 << 16;

/// Maximum number of bytes that one write copies from the guest. Without this limit, a guest could make the host
/// allocate much more than the size of the guest's memory, because the buffers of a write may overlap.
const MAX_GATHERED: usize = 1 << 24;

/// Maximum number of buffers that one read or write uses. The value is `IOV_MAX` of Linux.
const MAX_BUFFERS: u32 = 1024;

/// Size of an `iovec` or `ciovec` in bytes: the address and the length of a buffer.
const IOVEC_SIZE: u32 = 8;

/// The memory of the guest that makes a system call.
pub struct Guest<'a> {
    /// Returns the current address and length of the memory.
    memory: &'a dyn Fn() -> GuestMemory,
}

impl From<OutOfBounds> for Errno {
    fn from(_: OutOfBounds) -> Self {
        Self::FAULT
    }
}

impl<'a> Guest<'a> {
    /// Returns a value that accesses the guest's memory. Each access calls `memory` to look up the current memory of
    /// the guest.
    pub fn new(memory: &'a dyn Fn() -> GuestMemory) -> Self {
        Self { memory }
    }

    /// Checks that all `len` bytes at `ptr` are inside the memory. Fails with `EFAULT` if one of them is outside.
    pub fn check(&self, ptr: u32, len: usize) -> Result<()> {
        Ok((self.memory)().check(ptr as usize, len)?)
    }

    /// Calls `work` with the `len` bytes at `ptr` and returns the result of `work`. Copies the bytes only if the memory
    /// is shared. `work` must not run the guest, because the memory could then move.
    pub fn with_bytes<T>(&self, ptr: u32, len: u32, work: impl FnOnce(&[u8]) -> Result<T>) -> Result<T> {
        (self.memory)().with_bytes(ptr as usize, len as usize, work)?
    }

    /// Calls `work` with the `len` bytes at `ptr`, so that `work` can write to them. Returns the number of bytes that
    /// `work` has written. `work` must not run the guest.
    ///
    /// If the memory is shared, `work` writes to a buffer of the host. The written bytes are then copied to the memory.
    /// The buffer has at most [`GuestMemory::MAX_SHARED_FILL`] bytes.
    pub fn fill(&self, ptr: u32, len: u32, work: impl FnOnce(&mut [u8]) -> Result<usize>) -> Result<usize> {
        (self.memory)().fill(ptr as usize, len as usize, work)
    }

    /// Returns the path that the `len` bytes at `ptr` encode in UTF-8. Fails with `EILSEQ` if the bytes are not UTF-8.
    pub fn path(&self, ptr: u32, len: u32) -> Result<String> {
        self.check(ptr, len as usize)?;
        if len > MAX_PATH {
            return Err(Errno::NAMETOOLONG.into());
        }
        let bytes = (self.memory)().read(ptr as usize, len as usize)?;
        String::from_utf8(bytes).map_err(|_| Errno::ILSEQ.into())
    }

    /// Writes `bytes` to the memory at `ptr`.
    pub fn write(&self, ptr: u32, bytes: &[u8]) -> Result<()> {
        Ok((self.memory)().write(ptr as usize, bytes)?)
    }

    /// Writes a little-endian 32-bit integer to the memory at `ptr`.
    pub fn write_u32(&self, ptr: u32, value: u32) -> Result<()> {
        self.write(ptr, &value.to_le_bytes())
    }

    /// Writes a little-endian 64-bit integer to the memory at `ptr`.
    pub fn write_u64(&self, ptr: u32, value: u64) -> Result<()> {
        self.write(ptr, &value.to_le_bytes())
    }

    /// Returns a copy of the structure of `N` bytes at `ptr`.
    pub fn read<const N: usize>(&self, ptr: u32) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        (self.memory)().read_into(ptr as usize, &mut bytes)?;
        Ok(bytes)
    }

    /// Returns the address and length of each buffer that the array at `array_ptr` lists. The array has `count`
    /// elements of the type `iovec` or `ciovec`.
    ///
    /// Returns at most [`MAX_BUFFERS`] buffers. That is allowed because POSIX programs must expect that a read or write
    /// transfers fewer bytes than requested.
    pub fn buffers(&self, array_ptr: u32, count: u32) -> Result<Vec<(u32, u32)>> {
        self.check(array_ptr, count as usize * IOVEC_SIZE as usize)?;
        (0..count.min(MAX_BUFFERS))
            .map(|index| {
                let raw = self.read::<{ IOVEC_SIZE as usize }>(array_ptr + index * IOVEC_SIZE)?;
                let (ptr, len) = (u32_at(&raw, 0), u32_at(&raw, 4));
                self.check(ptr, len as usize)?;
                Ok((ptr, len))
            })
            .collect()
    }

    /// Returns the concatenated contents of the buffers, at most [`MAX_GATHERED`] bytes.
    pub fn gather(&self, buffers: &[(u32, u32)]) -> Result<Vec<u8>> {
        let mut gathered = Vec::new();
        for (ptr, len) in buffers {
            let len = (*len as usize).min(MAX_GATHERED - gathered.len());
            self.with_bytes(*ptr, len as u32, |bytes| {
                gathered.extend_from_slice(bytes);
                Ok(())
            })?;
        }
        Ok(gathered)
    }
}

/// Returns the little-endian 32-bit integer at `offset` in the structure `bytes`.
pub fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes(bytes[offset..offset + 4].try_into().expect("four bytes"))
}

/// Returns the little-endian 64-bit integer at `offset` in the structure `bytes`.
pub fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    u64::from_le_bytes(bytes[offset..offset + 8].try_into().expect("eight bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::guest_memory::TestMemory;
    use crate::wasi::testing::errno;

    #[test]
    fn an_access_outside_the_memory_is_a_fault() {
        let test = TestMemory::new(64, false);
        let memory = || test.memory();
        let guest = Guest::new(&memory);
        guest.write_u64(56, u64::MAX).unwrap();
        assert_eq!(u64_at(&guest.read::<8>(56).unwrap(), 0), u64::MAX);
        assert_eq!(errno(guest.write_u64(57, 0)), Some(Errno::FAULT));
        assert_eq!(errno(guest.read::<8>(57)), Some(Errno::FAULT));
        assert_eq!(errno(guest.write_u32(u32::MAX, 0)), Some(Errno::FAULT));
        assert_eq!(errno(guest.path(60, 5)), Some(Errno::FAULT));
        assert_eq!(errno(guest.fill(60, 5, |buffer| Ok(buffer.len()))), Some(Errno::FAULT));
        assert_eq!(errno(guest.with_bytes(60, 5, |bytes| Ok(bytes.len()))), Some(Errno::FAULT));
    }

    #[test]
    fn the_memory_is_looked_up_for_each_access() {
        let (small, large) = (TestMemory::new(4, false), TestMemory::new(8, false));
        let grown = std::cell::Cell::new(false);
        let memory = || if grown.get() { large.memory() } else { small.memory() };
        let guest = Guest::new(&memory);
        assert_eq!(errno(guest.write_u32(4, 7)), Some(Errno::FAULT));
        grown.set(true);
        guest.write_u32(4, 7).unwrap();
        assert_eq!(large.memory().read(0, 8).unwrap(), [0, 0, 0, 0, 7, 0, 0, 0]);
    }

    #[test]
    fn a_path_is_utf8_and_not_too_long() {
        let test = TestMemory::new(MAX_PATH as usize + 1, false);
        let memory = || test.memory();
        let guest = Guest::new(&memory);
        guest.write(0, "é/b".as_bytes()).unwrap();
        assert_eq!(guest.path(0, 4).unwrap(), "é/b");
        assert_eq!(errno(guest.path(1, 3)), Some(Errno::ILSEQ));
        assert_eq!(guest.path(0, MAX_PATH).unwrap().len(), MAX_PATH as usize);
        assert_eq!(errno(guest.path(0, MAX_PATH + 1)), Some(Errno::NAMETOOLONG));
        assert_eq!(errno(guest.path(1, MAX_PATH + 1)), Some(Errno::FAULT));
    }

    #[test]
    fn buffers_are_checked_counted_and_gathered() {
        let test = TestMemory::new(1 << 16, false);
        let memory = || test.memory();
        let guest = Guest::new(&memory);
        guest.write(100, b"hello world").unwrap();
        for (index, value) in [106, 5, 100, 5].into_iter().enumerate() {
            guest.write_u32(index as u32 * 4, value).unwrap();
        }
        let buffers = guest.buffers(0, 2).unwrap();
        assert_eq!(buffers, [(106, 5), (100, 5)]);
        assert_eq!(guest.gather(&buffers).unwrap(), b"worldhello");
        assert_eq!(guest.buffers(1000, MAX_BUFFERS + 1).unwrap().len(), MAX_BUFFERS as usize);
        assert_eq!(errno(guest.buffers(65_528, 2)), Some(Errno::FAULT), "the array must be inside the memory");
        guest.write_u32(4, 1 << 16).unwrap();
        assert_eq!(errno(guest.buffers(0, 1)), Some(Errno::FAULT), "each buffer must be inside the memory");
    }

    #[test]
    fn overlapping_buffers_are_gathered_up_to_the_limit() {
        let len = 1 << 20;
        let test = TestMemory::new(len, false);
        let memory = || test.memory();
        let whole = (0, len as u32);
        let gathered = Guest::new(&memory).gather(&[whole; MAX_GATHERED / (1 << 20) + 1]).unwrap();
        assert_eq!(gathered.len(), MAX_GATHERED);
    }
}
