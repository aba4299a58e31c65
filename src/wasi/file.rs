//! Open files. `File` stores the position and passes the position to the operating system with each read or write.
//! Calls with an offset, such as `fd_pread`, pass that offset instead and therefore do not change the position.

use crate::wasi::guest::Guest;
use crate::wasi::host_file::HostFile;
use crate::wasi::wait::Interrupts;
use crate::wasi::{self, Result};
use rustix::io::{Errno, ReadWriteFlags, pwritev2};
use std::fs;
use std::io::{self, ErrorKind, IoSlice, Read, Seek, SeekFrom, Write};
use std::os::fd::BorrowedFd;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The access that the guest has requested when it opened a file or directory.
#[derive(Clone, Copy)]
pub struct Access {
    /// The guest may read. This is also true if the guest has requested neither reading nor writing.
    pub read: bool,
    /// The guest may write.
    pub write: bool,
    /// The permissions of the preopened directory allow changes.
    pub mutable: bool,
}

/// An open file.
pub struct File {
    /// The file of the host. [`crate::wasi::dir::open`] has opened the file with `O_NONBLOCK`.
    host: HostFile,
    /// The access that the guest has requested.
    pub access: Access,
    /// The flag `fdflags::append`. While the flag is set, each write appends to the file.
    pub append: AtomicBool,
    /// The flag `fdflags::nonblock`. While the flag is set, a read or write of a pipe or terminal does not wait.
    pub nonblock: AtomicBool,
    /// The position of the next read or write, in bytes from the start of the file.
    position: AtomicU64,
}

impl File {
    /// Returns an open file with the position 0.
    pub fn new(file: fs::File, access: Access, append: bool, nonblock: bool) -> Result<Self> {
        let (append, nonblock) = (AtomicBool::new(append), AtomicBool::new(nonblock));
        Ok(Self { host: HostFile::new(file)?, access, append, nonblock, position: AtomicU64::new(0) })
    }

    /// Returns the file of the operating system.
    pub fn file(&self) -> &fs::File {
        &self.host.file
    }

    /// Returns the file descriptor of a pipe, terminal or socket, so that `poll` can wait for it. Returns `None` for all
    /// other files, because they are always ready.
    pub fn pollable(&self) -> Option<BorrowedFd<'_>> {
        self.host.pollable()
    }

    /// Returns the position of the next read or write, in bytes from the start of the file.
    pub fn position(&self) -> u64 {
        self.position.load(Ordering::Relaxed)
    }

    /// Changes the position and returns the new position. A position after the end of the file is valid. Fails with
    /// `EINVAL` if the position would be negative.
    pub fn seek(&self, target: SeekFrom) -> Result<u64> {
        let (start, offset) = match target {
            SeekFrom::Start(position) => (position, 0),
            SeekFrom::Current(offset) => (self.position(), offset),
            SeekFrom::End(offset) => (self.file().metadata()?.len(), offset),
        };
        let position = start.checked_add_signed(offset).ok_or(wasi::Errno::INVAL)?;
        self.position.store(position, Ordering::Relaxed);
        Ok(position)
    }

    /// Reads at the position and advances the position. Returns the number of bytes that have been read.
    pub fn read(&self, guest: &Guest<'_>, interrupts: &Interrupts<'_>, buffers: &[(u32, u32)]) -> Result<usize> {
        let position = self.position();
        let count = self.read_at(guest, interrupts, buffers, position)?;
        self.position.store(position.saturating_add(count as u64), Ordering::Relaxed);
        Ok(count)
    }

    /// Reads at `offset` and fills one buffer after the other. Stops when a read returns fewer bytes than the length of
    /// its buffer. Returns the number of bytes that have been read.
    pub fn read_at(
        &self,
        guest: &Guest<'_>,
        interrupts: &Interrupts<'_>,
        buffers: &[(u32, u32)],
        offset: u64,
    ) -> Result<usize> {
        let waits = !self.nonblock.load(Ordering::Relaxed);
        self.host.read(guest, interrupts, buffers, waits, |buffer, total| {
            self.read_once(buffer, offset.saturating_add(total as u64))
        })
    }

    /// Reads at `offset` with one system call of the host's operating system. Returns the number of bytes.
    fn read_once(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self.file().read_at(buffer, offset) {
            // The file is a pipe or a terminal, which has no position.
            Err(error) if error.kind() == ErrorKind::NotSeekable => self.file().read(buffer),
            count => count,
        }
    }

    /// Writes at the position, or at the end of the file if `append` is set. Moves the position to the end of the
    /// written bytes. Returns the number of bytes that have been written.
    pub fn write(&self, guest: &Guest<'_>, interrupts: &Interrupts<'_>, buffers: &[(u32, u32)]) -> Result<usize> {
        let position = self.position();
        let count = self.write_at(guest, interrupts, buffers, position)?;
        let position = if self.append.load(Ordering::Relaxed) {
            self.file().metadata()?.len()
        } else {
            position.saturating_add(count as u64)
        };
        self.position.store(position, Ordering::Relaxed);
        Ok(count)
    }

    /// Writes at `offset`. If `append` is set, writes at the end of the file and ignores `offset`, like `pwrite` on
    /// Linux. Returns the number of bytes that have been written.
    pub fn write_at(
        &self,
        guest: &Guest<'_>,
        interrupts: &Interrupts<'_>,
        buffers: &[(u32, u32)],
        offset: u64,
    ) -> Result<usize> {
        let waits = !self.nonblock.load(Ordering::Relaxed);
        self.host.write(guest, interrupts, buffers, waits, |bytes, total| {
            self.write_once(bytes, offset.saturating_add(total as u64))
        })
    }

    /// Writes at `offset`, or at the end of the file if `append` is set, with one write of the host. Returns the number
    /// of bytes.
    fn write_once(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        if self.append.load(Ordering::Relaxed) {
            // Each write passes the flag `APPEND`. The file is not opened with `O_APPEND`, because the guest can change
            // `append` at any time.
            return match pwritev2(self.file(), &[IoSlice::new(bytes)], 0, ReadWriteFlags::APPEND) {
                Err(Errno::NOTSUP | Errno::NOSYS) => {
                    self.file().seek(SeekFrom::End(0))?;
                    self.file().write(bytes)
                }
                // A pipe or terminal has no position. It appends all bytes.
                Err(Errno::SPIPE) => self.file().write(bytes),
                count => Ok(count?),
            };
        }
        match self.file().write_at(bytes, offset) {
            Err(error) if error.kind() == ErrorKind::NotSeekable => self.file().write(bytes),
            count => count,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::guest_memory::TestMemory;
    use crate::wasi::testing::{ScratchDir, errno};

    /// Returns a new empty file.
    fn open() -> File {
        let dir = ScratchDir::new();
        // The open file stays usable after the directory is deleted.
        let file = fs::File::options().read(true).write(true).create_new(true).open(dir.join("file")).unwrap();
        File::new(file, Access { read: true, write: true, mutable: true }, false, false).unwrap()
    }

    #[test]
    fn reads_and_writes_with_an_offset_leave_the_position() {
        let test = TestMemory::new(64, false);
        let memory = || test.memory();
        let (guest, interrupts) = (Guest::new(&memory), Interrupts::new(&|| Ok(())));
        guest.write(0, b"hello world").unwrap();
        let file = open();
        assert_eq!(file.write(&guest, &interrupts, &[(0, 5), (5, 6)]).unwrap(), 11);
        assert_eq!(file.position(), 11);
        assert_eq!(file.write_at(&guest, &interrupts, &[(6, 5)], 0).unwrap(), 5);
        assert_eq!(file.read_at(&guest, &interrupts, &[(20, 5), (25, 20)], 0).unwrap(), 11);
        assert_eq!((file.position(), guest.read::<11>(20).unwrap().as_slice()), (11, b"world world".as_slice()));
        assert_eq!(file.read(&guest, &interrupts, &[(0, 1)]).unwrap(), 0, "the end of the file");
    }

    #[test]
    fn appended_bytes_are_at_the_end() {
        let test = TestMemory::new(64, false);
        let memory = || test.memory();
        let (guest, interrupts) = (Guest::new(&memory), Interrupts::new(&|| Ok(())));
        guest.write(0, b"abcdef").unwrap();
        let file = open();
        file.write(&guest, &interrupts, &[(0, 4)]).unwrap();
        file.seek(SeekFrom::Start(1)).unwrap();
        file.append.store(true, Ordering::Relaxed);
        file.write(&guest, &interrupts, &[(4, 1)]).unwrap();
        assert_eq!(file.position(), 5);
        file.write_at(&guest, &interrupts, &[(5, 1)], 0).unwrap();
        assert_eq!(file.read_at(&guest, &interrupts, &[(10, 10)], 0).unwrap(), 6);
        assert_eq!(&guest.read::<6>(10).unwrap(), b"abcdef");
    }

    #[test]
    fn a_position_is_not_negative_and_can_be_after_the_end() {
        let file = open();
        assert_eq!(file.seek(SeekFrom::End(5)).unwrap(), 5);
        assert_eq!(file.seek(SeekFrom::Current(-2)).unwrap(), 3);
        assert_eq!(errno(file.seek(SeekFrom::Current(-4))), Some(wasi::Errno::INVAL));
        assert_eq!(file.position(), 3);
    }
}
