//! The guest's memory, as system calls see it: every access is checked, and finds the memory anew.
//!
//! A call may run Python (a stream that is a Python object), which may run the guest, which may grow its memory, which
//! may move. So nothing is borrowed from the memory for longer than one access.

use crate::wasi::{Errno, Result};

/// As much as one step of a copy through memory of ours takes.
const CHUNK: usize = 1 << 16;

/// As much as is copied for one write: buffers may overlap, so that their sum says nothing about what memory there is.
const MOST_AT_ONCE: usize = 1 << 24;

/// Where a memory is at this moment.
#[derive(Clone, Copy)]
pub struct Block {
    /// Its first byte.
    pub data: *mut u8,
    /// How many there are.
    pub len: usize,
    /// Whether other threads may write to it meanwhile.
    pub shared: bool,
}

/// The memory of the guest that makes a call.
pub struct Guest<'a> {
    block: &'a dyn Fn() -> Block,
}

impl<'a> Guest<'a> {
    /// # Safety
    /// `block` tells where the memory is right now; it stays there until WebAssembly or Python runs again, and unless
    /// it is shared, nobody else writes to it till then.
    pub unsafe fn new(block: &'a dyn Fn() -> Block) -> Self {
        Self { block }
    }

    /// The range, if it is inside the memory.
    fn range(&self, ptr: u32, len: usize) -> Result<Block> {
        let block = (self.block)();
        match (ptr as usize).checked_add(len) {
            Some(end) if end <= block.len => {
                // SAFETY: the range is inside the memory, as just checked.
                Ok(Block { data: unsafe { block.data.add(ptr as usize) }, len, ..block })
            }
            _ => Err(Errno::FAULT.into()),
        }
    }

    /// Fails unless all of the range is in the memory.
    pub fn check(&self, ptr: u32, len: usize) -> Result<()> {
        self.range(ptr, len).map(drop)
    }

    /// The bytes where they are, for the time of `work`, which must not run the guest.
    pub fn with_bytes<T>(&self, ptr: u32, len: u32, work: impl FnOnce(&[u8]) -> Result<T>) -> Result<T> {
        let range = self.range(ptr, len as usize)?;
        if range.shared {
            return work(&self.copy(ptr, len)?);
        }
        // SAFETY: inside the memory, which does not change meanwhile, by the promise of `new`.
        work(unsafe { slice(range) })
    }

    /// The bytes where they are, to be filled by `work`, which must not run the guest and says how many it wrote.
    pub fn fill(&self, ptr: u32, len: u32, work: impl FnOnce(&mut [u8]) -> Result<usize>) -> Result<usize> {
        let range = self.range(ptr, len as usize)?;
        if range.shared {
            let mut buffer = vec![0; range.len.min(CHUNK)];
            let count = work(&mut buffer)?;
            self.write(ptr, &buffer[..count])?;
            return Ok(count);
        }
        // An empty slice must not have a null address.
        if range.len == 0 {
            return work(&mut []);
        }
        // SAFETY: inside the memory, which nobody else reads or writes meanwhile, by the promise of `new`.
        work(unsafe { std::slice::from_raw_parts_mut(range.data, range.len) })
    }

    /// A copy of the bytes.
    pub fn copy(&self, ptr: u32, len: u32) -> Result<Vec<u8>> {
        let range = self.range(ptr, len as usize)?;
        let mut copied = vec![0; range.len];
        if range.len > 0 {
            // SAFETY: inside the memory; the target is ours and as long.
            unsafe { range.data.copy_to_nonoverlapping(copied.as_mut_ptr(), range.len) }
        }
        Ok(copied)
    }

    /// A path. Longer ones than any system takes are not even copied.
    pub fn path(&self, ptr: u32, len: u32) -> Result<String> {
        self.check(ptr, len as usize)?;
        if len as usize > CHUNK {
            return Err(Errno::NAMETOOLONG.into());
        }
        String::from_utf8(self.copy(ptr, len)?).map_err(|_| Errno::ILSEQ.into())
    }

    /// Writes all of the bytes.
    pub fn write(&self, ptr: u32, bytes: &[u8]) -> Result<()> {
        let range = self.range(ptr, bytes.len())?;
        if !bytes.is_empty() {
            // SAFETY: inside the memory; the source is ours.
            unsafe { range.data.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) }
        }
        Ok(())
    }

    /// Writes a 32-bit integer.
    pub fn write_u32(&self, ptr: u32, value: u32) -> Result<()> {
        self.write(ptr, &value.to_le_bytes())
    }

    /// Writes a 64-bit integer.
    pub fn write_u64(&self, ptr: u32, value: u64) -> Result<()> {
        self.write(ptr, &value.to_le_bytes())
    }

    /// Reads a structure of a known size.
    pub fn read<const N: usize>(&self, ptr: u32) -> Result<[u8; N]> {
        self.with_bytes(ptr, N as u32, |bytes| Ok(bytes.try_into().expect("as many as asked for")))
    }

    /// The place and length of the buffers in an array of them (`iovec`, `ciovec`); at most as many as POSIX's
    /// `IOV_MAX`, as reading or writing fewer bytes than asked is always allowed.
    pub fn buffers(&self, array: u32, count: u32) -> Result<Vec<(u32, u32)>> {
        self.check(array, count as usize * 8)?;
        (0..count.min(1024))
            .map(|index| {
                let raw = self.read::<8>(array + index * 8)?;
                let (ptr, len) = (u32_at(&raw, 0), u32_at(&raw, 4));
                self.check(ptr, len as usize)?;
                Ok((ptr, len))
            })
            .collect()
    }

    /// What is in the buffers, one after another: all of it, or as much as is reasonable to take at once.
    pub fn gather(&self, buffers: &[(u32, u32)]) -> Result<Vec<u8>> {
        let mut all = Vec::new();
        for (ptr, len) in buffers {
            let len = (*len as usize).min(MOST_AT_ONCE - all.len());
            self.with_bytes(*ptr, len as u32, |bytes| {
                all.extend_from_slice(bytes);
                Ok(())
            })?;
        }
        Ok(all)
    }
}

/// # Safety
/// The block is inside a memory that does not change while the slice lives.
unsafe fn slice<'a>(block: Block) -> &'a [u8] {
    // An empty slice must not have a null address.
    if block.len == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(block.data, block.len) }
}

/// The 32-bit integer at an offset of a structure.
pub fn u32_at(bytes: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes(bytes[offset..offset + 4].try_into().expect("four bytes"))
}

/// The 64-bit integer at an offset of a structure.
pub fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    u64::from_le_bytes(bytes[offset..offset + 8].try_into().expect("eight bytes"))
}
