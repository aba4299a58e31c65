//! Files of the host that guests read and write. A guest may have to wait for a pipe, a terminal or a socket. The wait
//! ends when the guest must end.

use crate::wasi::guest::{Guest, Unwritten};
use crate::wasi::wait::{Interrupts, MAX_PIECE};
use crate::wasi::{Errno, Failure, Result};
use rustix::event::PollFlags;
use rustix::fs::{FileType, fstat, major};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

/// Maximum number of bytes in one write to a file that can block. A write of this size to a pipe that is ready does not
/// block. The value is `PIPE_BUF` of Linux.
const MAX_PIPE_WRITE: usize = 4096;

/// The major number of the devices that are always ready, such as `/dev/null`. The value is `MEM_MAJOR` of Linux.
const MEMORY_DEVICE: u32 = 1;

/// An open file of the host.
pub struct HostFile {
    /// The file of the operating system.
    pub file: File,
    /// Whether a read or write can block until another process acts. False for a regular file.
    can_block: bool,
}

impl HostFile {
    /// Wraps an open file. Fails if the operating system does not return the type of the file.
    pub fn new(file: File) -> rustix::io::Result<Self> {
        let stat = fstat(&file)?;
        let can_block = match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile | FileType::Directory | FileType::BlockDevice => false,
            FileType::CharacterDevice => major(stat.st_rdev) != MEMORY_DEVICE,
            _ => true,
        };
        Ok(Self { file, can_block })
    }

    /// Returns the file descriptor of the file, so that `poll` can wait for it. Returns `None` for a file that is always
    /// ready.
    pub fn pollable(&self) -> Option<BorrowedFd<'_>> {
        self.can_block.then(|| self.file.as_fd())
    }

    /// Reads into the guest's buffers with `read` and returns the number of bytes. 0 means the end of the file. The
    /// second argument of `read` is the number of bytes that earlier calls of `read` have read.
    ///
    /// If the file can block, fills only the first buffer: a second read could wait, and the guest would not get the
    /// bytes of the first read. With `waits`, waits until the file has bytes to read.
    pub fn read(
        &self,
        guest: &Guest<'_>,
        interrupts: &Interrupts<'_>,
        buffers: &[(u32, u32)],
        waits: bool,
        read: impl Fn(&mut [u8], usize) -> io::Result<usize>,
    ) -> Result<usize> {
        if !self.can_block {
            return read_all(guest, interrupts, buffers, read);
        }
        let Some((ptr, len)) = buffers.first() else { return Ok(0) };
        loop {
            if waits {
                interrupts.wait(self.file.as_fd(), PollFlags::IN)?;
            }
            match guest.fill(*ptr, (*len).min(MAX_PIECE as u32), |buffer| Ok(read(buffer, 0)?)) {
                // Another process has read the bytes first.
                Err(Failure::Errno(Errno::AGAIN)) if waits => interrupts.check_if_due()?,
                count => return count,
            }
        }
    }

    /// Writes the contents of the guest's buffers with `write` and returns the number of bytes. The second argument of
    /// `write` is the number of bytes that earlier calls of `write` have written. With `waits`, waits until the file
    /// accepts bytes.
    pub fn write(
        &self,
        guest: &Guest<'_>,
        interrupts: &Interrupts<'_>,
        buffers: &[(u32, u32)],
        waits: bool,
        write: impl Fn(&[u8], usize) -> io::Result<usize>,
    ) -> Result<usize> {
        let waits = waits && self.can_block;
        let max_piece = if waits { MAX_PIPE_WRITE } else { MAX_PIECE };
        let write_piece = |unwritten: &Unwritten<'_>, total| {
            if waits {
                interrupts.wait(self.file.as_fd(), PollFlags::OUT)?;
            } else {
                interrupts.check_if_due()?;
            }
            guest.with_piece(unwritten, max_piece, |piece| Ok((write(piece, total)?, piece.len())))
        };
        loop {
            match guest.drain(buffers, write_piece) {
                // Another process has filled the pipe first.
                Err(Failure::Errno(Errno::AGAIN)) if waits => interrupts.check_if_due()?,
                count => return count,
            }
        }
    }
}

/// Fills one of the guest's buffers after the other with `read`. Stops when `read` returns fewer bytes than requested.
fn read_all(
    guest: &Guest<'_>,
    interrupts: &Interrupts<'_>,
    buffers: &[(u32, u32)],
    read: impl Fn(&mut [u8], usize) -> io::Result<usize>,
) -> Result<usize> {
    let mut total = 0;
    for (ptr, len) in buffers {
        let mut done = 0;
        while done < *len {
            interrupts.check_if_due()?;
            let mut requested = 0;
            let piece = (len - done).min(MAX_PIECE as u32);
            let count = guest.fill(ptr + done, piece, |buffer| {
                requested = buffer.len();
                Ok(read(buffer, total)?)
            });
            let count = match count {
                // The error is dropped, so that the guest gets the earlier bytes. The guest's next read then fails with
                // the same error.
                Err(_) if total > 0 => return Ok(total),
                count => count?,
            };
            total += count;
            done += count as u32;
            if count < requested {
                return Ok(total);
            }
        }
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_memory_devices_do_not_block() {
        let open = |path: &str| HostFile::new(File::open(path).unwrap()).unwrap();
        for path in ["/dev/null", "/dev/zero", "/", "/proc/self/exe"] {
            assert!(open(path).pollable().is_none(), "{path}");
        }
        let (read_end, write_end) = std::io::pipe().unwrap();
        for end in [std::os::fd::OwnedFd::from(read_end), write_end.into()] {
            assert!(HostFile::new(end.into()).unwrap().pollable().is_some());
        }
    }
}
