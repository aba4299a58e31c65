//! Access to the memory of a guest for system calls. Addresses and lengths have 32 bits. An access outside the memory
//! fails with `EFAULT`.
//!
//! The memory can move during a system call: if a stream of the guest is a Python object, the call runs Python code.
//! The Python code can run the guest, and the guest can grow its memory. Each access therefore looks up the memory
//! again. No reference to the bytes of the memory exists after an access.

use crate::backend::guest_memory::{GuestMemory, OutOfBounds};
use crate::wasi::{Errno, Failure, Result};

/// Maximum length of a path in bytes. The value is `PATH_MAX` of Linux, without the null byte.
const MAX_PATH: u32 = 4095;

/// Maximum number of bytes that one read or write transfers. The buffers of a call may overlap, so their total length
/// can be much larger than the memory. The value is `MAX_RW_COUNT` of Linux.
const MAX_TRANSFER: u32 = 0x7fff_f000;

/// Maximum number of bytes that are copied, so that the contents of several buffers are written at once.
const MAX_GATHERED: usize = 1 << 16;

/// Maximum number of buffers that one read or write uses. The value is `IOV_MAX` of Linux.
const MAX_BUFFERS: u32 = 1024;

/// Size of an `iovec` or `ciovec` in bytes: the address and the length of a buffer.
const IOVEC_SIZE: u32 = 8;

/// The part of the guest's buffers that a write has not yet written.
pub struct Unwritten<'a> {
    buffers: &'a [(u32, u32)],
    /// Number of bytes of the first buffer that have been written. Less than the length of the buffer.
    done: u32,
}

impl Unwritten<'_> {
    /// Returns the address of the next byte, and the number of unwritten bytes of its buffer. Returns `None` if all
    /// bytes have been written.
    fn first(&self) -> Option<(u32, u32)> {
        self.buffers.first().map(|(ptr, len)| (ptr + self.done, len - self.done))
    }

    /// Skips `count` bytes.
    fn advance(&mut self, mut count: usize) {
        while let Some((_, len)) = self.first() {
            if count < len as usize {
                self.done += count as u32;
                return;
            }
            (self.buffers, self.done) = (&self.buffers[1..], 0);
            count -= len as usize;
        }
    }
}

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
    /// Leaves out empty buffers. Returns at most [`MAX_BUFFERS`] buffers with a total length of [`MAX_TRANSFER`] bytes.
    /// That is allowed because POSIX programs must expect that a read or write transfers fewer bytes than requested.
    pub fn buffers(&self, array_ptr: u32, count: u32) -> Result<Vec<(u32, u32)>> {
        self.check(array_ptr, count as usize * IOVEC_SIZE as usize)?;
        let mut buffers = Vec::new();
        let mut left = MAX_TRANSFER;
        for index in 0..count.min(MAX_BUFFERS) {
            let raw = self.read::<{ IOVEC_SIZE as usize }>(array_ptr + index * IOVEC_SIZE)?;
            let (ptr, len) = (u32_at(&raw, 0), u32_at(&raw, 4));
            self.check(ptr, len as usize)?;
            let len = len.min(left);
            left -= len;
            if len > 0 {
                buffers.push((ptr, len));
            }
        }
        Ok(buffers)
    }

    /// Calls `write` until all bytes of the buffers have been written. `write` gets the unwritten part of the buffers,
    /// and the number of bytes that have been written. It returns the number of bytes that it has written and the
    /// number of bytes that it has tried to write. If the first number is smaller, `drain` stops. Returns the total
    /// number of written bytes.
    pub fn drain(
        &self,
        buffers: &[(u32, u32)],
        mut write: impl FnMut(&Unwritten<'_>, usize) -> Result<(usize, usize)>,
    ) -> Result<usize> {
        let (mut unwritten, mut total) = (Unwritten { buffers, done: 0 }, 0);
        while unwritten.first().is_some() {
            match write(&unwritten, total) {
                Ok((count, requested)) => {
                    total += count;
                    unwritten.advance(count);
                    if count < requested {
                        break;
                    }
                }
                Err(Failure::Interrupted) if total > 0 => {}
                // The error is dropped, so that the guest learns the number of written bytes. The guest's next write
                // then fails with the same error.
                Err(Failure::Errno(_)) if total > 0 => break,
                Err(failure) => return Err(failure),
            }
        }
        Ok(total)
    }

    /// Calls `work` with the first unwritten bytes, at most `max` bytes, and returns the result of `work`. Copies the
    /// bytes only if they are in several buffers, or if the memory is shared. `work` must not run the guest, because
    /// the memory could then move.
    pub fn with_piece<T>(
        &self,
        unwritten: &Unwritten<'_>,
        max: usize,
        work: impl FnOnce(&[u8]) -> Result<T>,
    ) -> Result<T> {
        match unwritten.first() {
            Some((ptr, len)) if len as usize >= max || unwritten.buffers.len() == 1 => {
                (self.memory)().with_bytes(ptr as usize, (len as usize).min(max), work)?
            }
            _ => work(&self.gather(unwritten, max.min(MAX_GATHERED))?),
        }
    }

    /// Returns a copy of the first unwritten bytes, at most `max` bytes. Fails with `ENOMEM` if the host has no memory
    /// for the copy.
    pub fn gather(&self, unwritten: &Unwritten<'_>, max: usize) -> Result<Vec<u8>> {
        let mut gathered = Vec::new();
        let mut rest = Unwritten { ..*unwritten };
        while let Some((ptr, len)) = rest.first().filter(|_| gathered.len() < max) {
            let (start, len) = (gathered.len(), (len as usize).min(max - gathered.len()));
            gathered.try_reserve(len).map_err(|_| Errno::NOMEM)?;
            gathered.resize(start + len, 0);
            (self.memory)().read_into(ptr as usize, &mut gathered[start..])?;
            rest.advance(len);
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
        let outside = Unwritten { buffers: &[(60, 5)], done: 0 };
        assert_eq!(errno(guest.with_piece(&outside, 9, |bytes| Ok(bytes.len()))), Some(Errno::FAULT));
        assert_eq!(errno(guest.gather(&outside, 9)), Some(Errno::FAULT));
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
        for (index, value) in [106, 5, 7, 0, 100, 5].into_iter().enumerate() {
            guest.write_u32(index as u32 * 4, value).unwrap();
        }
        let buffers = guest.buffers(0, 3).unwrap();
        assert_eq!(buffers, [(106, 5), (100, 5)]);
        let all = Unwritten { buffers: &buffers, done: 0 };
        assert_eq!(guest.gather(&all, 100).unwrap(), b"worldhello");
        assert_eq!(guest.gather(&all, 7).unwrap(), b"worldhe");
        for index in 0..MAX_BUFFERS + 1 {
            guest.write_u32(1000 + index * 8, 1).unwrap();
            guest.write_u32(1004 + index * 8, 1).unwrap();
        }
        assert_eq!(guest.buffers(1000, MAX_BUFFERS + 1).unwrap().len(), MAX_BUFFERS as usize);
        assert_eq!(errno(guest.buffers(65_528, 2)), Some(Errno::FAULT), "the array must be inside the memory");
        guest.write_u32(4, 1 << 16).unwrap();
        assert_eq!(errno(guest.buffers(0, 1)), Some(Errno::FAULT), "each buffer must be inside the memory");
    }

    #[test]
    fn a_write_transfers_a_limited_number_of_bytes() {
        let len = 1 << 22;
        let test = TestMemory::new(len, false);
        let memory = || test.memory();
        let guest = Guest::new(&memory);
        for index in 0..MAX_BUFFERS {
            guest.write_u32(index * 8 + 4, len as u32).unwrap();
        }
        let buffers = guest.buffers(0, MAX_BUFFERS).unwrap();
        assert_eq!(buffers.iter().map(|(_, len)| *len).sum::<u32>(), MAX_TRANSFER);
    }

    /// Returns the pieces that a write to this memory gets, and the number of written bytes. `write` takes the length of
    /// a piece and the number of written bytes.
    fn pieces(
        test: &TestMemory,
        buffers: &[(u32, u32)],
        max: usize,
        write: impl Fn(usize, usize) -> Result<usize>,
    ) -> (Vec<Vec<u8>>, Result<usize>) {
        let memory = || test.memory();
        let (guest, mut pieces) = (Guest::new(&memory), Vec::new());
        let total = guest.drain(buffers, |unwritten, total| {
            guest.with_piece(unwritten, max, |piece| {
                pieces.push(piece.to_vec());
                Ok((write(piece.len(), total)?, piece.len()))
            })
        });
        (pieces, total)
    }

    #[test]
    fn buffers_are_written_in_pieces() {
        let test = TestMemory::new(16, false);
        test.memory().write(0, b"0123456789abcdef").unwrap();
        let all = |len, _| Ok(len);
        let (written, total) = pieces(&test, &[(0, 10), (10, 2), (12, 3)], 4, all);
        assert_eq!(written, [&b"0123"[..], b"4567", b"89ab", b"cde"]);
        assert_eq!(total.unwrap(), 15);
        let (written, total) = pieces(&test, &[(0, 10)], 4, |len, total| Ok(if total == 0 { len } else { 3 }));
        assert_eq!((written.len(), total.unwrap()), (2, 7));
        let (written, total) = pieces(&test, &[], 4, all);
        assert_eq!((written.len(), total.unwrap()), (0, 0));
    }

    #[test]
    fn an_error_keeps_the_bytes_before_it() {
        let test = TestMemory::new(16, false);
        let fail_from =
            |start, failure: fn() -> Failure| move |len, total| if total < start { Ok(len) } else { Err(failure()) };
        let full: fn() -> Failure = || Errno::NOSPC.into();
        assert_eq!(pieces(&test, &[(0, 10)], 4, fail_from(4, full)).1.unwrap(), 4);
        assert_eq!(errno(pieces(&test, &[(0, 10)], 4, fail_from(0, full)).1), Some(Errno::NOSPC));
        let signals = std::cell::Cell::new(2);
        let (_, total) = pieces(&test, &[(0, 10)], 4, |len, total| {
            if total > 0 && signals.replace(signals.get() - 1) > 0 { Err(Failure::Interrupted) } else { Ok(len) }
        });
        assert_eq!(total.unwrap(), 10);
    }

    #[test]
    fn a_shared_memory_is_written_in_small_copies() {
        let len = 3 * GuestMemory::MAX_SHARED_COPY;
        let test = TestMemory::new(len, true);
        let (written, total) = pieces(&test, &[(0, len as u32)], 1 << 20, |len, _| Ok(len));
        assert_eq!(written.iter().map(Vec::len).max(), Some(GuestMemory::MAX_SHARED_COPY));
        assert_eq!(total.unwrap(), len);
    }
}
