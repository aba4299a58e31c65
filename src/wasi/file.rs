//! Open files. The position is kept here, not by the operating system, so that `fd_pread` and its like need no care.

use crate::wasi::guest::Guest;
use crate::wasi::{self, Result};
use rustix::io::{Errno, ReadWriteFlags, pwritev2};
use std::fs;
use std::io::{ErrorKind, IoSlice, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What was asked for when it was opened.
#[derive(Clone, Copy)]
pub struct Access {
    /// Reading, or neither.
    pub read: bool,
    /// Writing.
    pub write: bool,
    /// Whether the directory it came from lets it be changed.
    pub mutable: bool,
}

/// An open file.
pub struct File {
    /// The operating system's.
    pub file: fs::File,
    /// What may be done with it.
    pub access: Access,
    /// `fdflags::append`: every write goes to the end.
    pub append: AtomicBool,
    /// `fdflags::nonblock`, which means nothing for a file; it is only remembered.
    pub nonblock: AtomicBool,
    position: AtomicU64,
}

impl File {
    /// A file just opened.
    pub fn new(file: fs::File, access: Access, append: bool, nonblock: bool) -> Self {
        let (append, nonblock) = (AtomicBool::new(append), AtomicBool::new(nonblock));
        Self { file, access, append, nonblock, position: AtomicU64::new(0) }
    }

    /// Where the next read or write is.
    pub fn position(&self) -> u64 {
        self.position.load(Ordering::Relaxed)
    }

    /// Moves there; past the end is allowed.
    pub fn seek(&self, to: SeekFrom) -> Result<u64> {
        let (start, offset) = match to {
            SeekFrom::Start(position) => (position, 0),
            SeekFrom::Current(offset) => (self.position(), offset),
            SeekFrom::End(offset) => (self.file.metadata()?.len(), offset),
        };
        let position = start.checked_add_signed(offset).ok_or(wasi::Errno::INVAL)?;
        self.position.store(position, Ordering::Relaxed);
        Ok(position)
    }

    /// Reads where the position is, and moves it.
    pub fn read(&self, guest: &Guest<'_>, buffers: &[(u32, u32)]) -> Result<usize> {
        let position = self.position();
        let count = self.read_at(guest, buffers, position)?;
        self.position.store(position.saturating_add(count as u64), Ordering::Relaxed);
        Ok(count)
    }

    /// Reads at an offset: fills one buffer after the other, until there is no more.
    pub fn read_at(&self, guest: &Guest<'_>, buffers: &[(u32, u32)], offset: u64) -> Result<usize> {
        let mut total = 0;
        for (ptr, len) in buffers {
            let at = offset.saturating_add(total as u64);
            let count = match guest.fill(*ptr, *len, |buffer| Ok(self.read_some(buffer, at)?)) {
                // What was read is not lost; the next read meets the error again.
                Err(_) if total > 0 => break,
                count => count?,
            };
            total += count;
            if count < *len as usize {
                break;
            }
        }
        Ok(total)
    }

    fn read_some(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        match self.file.read_at(buffer, offset) {
            // A pipe has no offsets.
            Err(error) if error.kind() == ErrorKind::NotSeekable => (&self.file).read(buffer),
            count => count,
        }
    }

    /// Writes where the position is, or at the end, and moves it.
    pub fn write(&self, guest: &Guest<'_>, buffers: &[(u32, u32)]) -> Result<usize> {
        let position = self.position();
        let count = self.write_at(guest, buffers, position)?;
        let moved = if self.append.load(Ordering::Relaxed) {
            self.file.metadata()?.len()
        } else {
            position.saturating_add(count as u64)
        };
        self.position.store(moved, Ordering::Relaxed);
        Ok(count)
    }

    /// Writes at an offset, or, as Linux does, at the end where the file was opened to append.
    pub fn write_at(&self, guest: &Guest<'_>, buffers: &[(u32, u32)], offset: u64) -> Result<usize> {
        match buffers {
            [(ptr, len)] => guest.with_bytes(*ptr, *len, |bytes| Ok(self.write_some(bytes, offset)?)),
            _ => Ok(self.write_some(&guest.gather(buffers)?, offset)?),
        }
    }

    fn write_some(&self, bytes: &[u8], offset: u64) -> std::io::Result<usize> {
        if self.append.load(Ordering::Relaxed) {
            // Asked for at each write: the descriptor itself does not append, as the guest can change its mind.
            return match pwritev2(&self.file, &[IoSlice::new(bytes)], 0, ReadWriteFlags::APPEND) {
                Err(Errno::NOTSUP | Errno::NOSYS) => {
                    (&self.file).seek(SeekFrom::End(0))?;
                    (&self.file).write(bytes)
                }
                count => Ok(count?),
            };
        }
        match self.file.write_at(bytes, offset) {
            Err(error) if error.kind() == ErrorKind::NotSeekable => (&self.file).write(bytes),
            count => count,
        }
    }
}
