//! The standard streams of a guest. A standard stream is empty, or is connected to bytes, to a file of the process, or
//! to a [`Stream`] of the host.

use crate::wasi::guest::Guest;
use crate::wasi::host_file::HostFile;
use crate::wasi::wait::{Interrupts, MAX_PIECE};
use crate::wasi::{Errno, Result};
use parking_lot::Mutex;
use rustix::fs::{OFlags, fcntl_getfl};
use std::fs::File;
use std::io::{Cursor, Read, Write};
use std::os::fd::BorrowedFd;

/// A standard stream that the host implements, for example with a Python object.
pub trait Stream: Send + Sync {
    /// Fills `buffer` with bytes, if the stream is standard input. Writes the bytes in `buffer`, if the stream is
    /// standard output or error. Returns the number of bytes, at most the length of `buffer`.
    ///
    /// `buffer` must not be part of the guest's memory, because the implementation may run the guest.
    fn transfer(&self, buffer: &mut [u8]) -> Result<usize>;
}

/// Maximum number of bytes that one call reads from a [`Stream`]. The value is the usual size of a pipe's buffer.
const MAX_STREAM_READ: u32 = 1 << 16;

/// The source of standard input.
pub enum Input {
    /// An empty input. Each read returns the end of the file.
    Empty,
    /// Bytes that the host has set, with the position of the next read.
    Bytes(Mutex<Cursor<Vec<u8>>>),
    /// A file, pipe or terminal of the process.
    File(HostFile),
    /// A stream of the host.
    Stream(Box<dyn Stream>),
}

/// Returns whether a read or write of this file of the process waits. It does not wait if the process has set
/// `O_NONBLOCK`.
fn waits(file: &File) -> Result<bool> {
    Ok(!fcntl_getfl(file)?.contains(OFlags::NONBLOCK))
}

impl Input {
    /// Reads bytes into the guest's buffers. Each buffer is an address and a length. Returns the number of bytes. 0
    /// means the end of the input.
    pub fn read(&self, guest: &Guest<'_>, interrupts: &Interrupts<'_>, buffers: &[(u32, u32)]) -> Result<usize> {
        // Only the first buffer is filled. A second read could block, and the guest would have to wait for the bytes of
        // the first read.
        let Some((ptr, len)) = buffers.first() else { return Ok(0) };
        match self {
            Self::Empty => Ok(0),
            Self::Bytes(bytes) => guest.fill(*ptr, *len, |buffer| Ok(bytes.lock().read(buffer)?)),
            Self::File(file) => {
                file.read(guest, interrupts, buffers, waits(&file.file)?, |buffer, _| (&file.file).read(buffer))
            }
            Self::Stream(stream) => {
                let mut buffer = vec![0; (*len).min(MAX_STREAM_READ) as usize];
                let count = stream.transfer(&mut buffer)?;
                guest.write(*ptr, &buffer[..count])?;
                Ok(count)
            }
        }
    }

    /// Returns the file descriptor of a file that can block, so that `poll` can wait for it. Returns `None` for all other
    /// kinds of stream, because they are always ready.
    pub fn pollable(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::File(file) => file.pollable(),
            _ => None,
        }
    }
}

/// The destination of standard output or error.
pub enum Output {
    /// An output that discards all bytes.
    Null,
    /// A file, pipe or terminal of the process.
    File(HostFile),
    /// A stream of the host.
    Stream(Box<dyn Stream>),
}

impl Output {
    /// Writes the contents of the guest's buffers. Each buffer is an address and a length. Returns the number of
    /// written bytes. This number can be less than the total length of the buffers.
    pub fn write(&self, guest: &Guest<'_>, interrupts: &Interrupts<'_>, buffers: &[(u32, u32)]) -> Result<usize> {
        match self {
            Self::Null => Ok(buffers.iter().map(|(_, len)| *len as usize).sum()),
            Self::File(file) => {
                file.write(guest, interrupts, buffers, waits(&file.file)?, |bytes, _| (&file.file).write(bytes))
            }
            Self::Stream(stream) => guest.drain(buffers, |unwritten, _| {
                interrupts.check_if_due()?;
                let mut piece = guest.gather(unwritten, MAX_PIECE)?;
                Ok((stream.transfer(&mut piece)?, piece.len()))
            }),
        }
    }

    /// Returns the file descriptor of a file that can block, so that `poll` can wait for it. Returns `None` for all other
    /// kinds of stream, because they are always ready.
    pub fn pollable(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::File(file) => file.pollable(),
            _ => None,
        }
    }
}

/// Returns whether `fd` is a terminal. Programs use this information to choose colours and buffering.
pub fn is_terminal(fd: Option<BorrowedFd<'_>>) -> bool {
    fd.is_some_and(|fd| std::io::IsTerminal::is_terminal(&fd))
}

/// Converts a number of bytes to the type `size` of WASI, which has 32 bits. Fails with `EOVERFLOW` if the number is
/// larger.
pub fn to_size(count: usize) -> Result<u32> {
    u32::try_from(count).map_err(|_| Errno::OVERFLOW.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::guest_memory::TestMemory;
    use std::sync::Arc;

    /// A stream that transfers at most two bytes at a time. Records the bytes in the buffer and replaces each byte by
    /// `x`.
    #[derive(Default)]
    struct Pairs(Arc<Mutex<Vec<u8>>>);

    impl Stream for Pairs {
        fn transfer(&self, buffer: &mut [u8]) -> Result<usize> {
            let count = buffer.len().min(2);
            self.0.lock().extend_from_slice(&buffer[..count]);
            buffer[..count].fill(b'x');
            Ok(count)
        }
    }

    #[test]
    fn input_is_copied_to_the_guest() {
        let test = TestMemory::new(8, false);
        let memory = || test.memory();
        let (guest, interrupts) = (Guest::new(&memory), Interrupts::new(&|| Ok(())));
        let read = |input: &Input, ptr, len| input.read(&guest, &interrupts, &[(ptr, len)]).unwrap();
        let bytes = Input::Bytes(Mutex::new(Cursor::new(b"abc".to_vec())));
        assert_eq!([2, 2, 2].map(|len| read(&bytes, 0, len)), [2, 1, 0]);
        assert_eq!(memory().read(0, 3).unwrap(), b"cb\0");
        assert_eq!(read(&Input::Empty, 0, 8), 0);
        assert_eq!(read(&Input::Stream(Box::new(Pairs::default())), 4, 4), 2);
        assert_eq!(memory().read(3, 5).unwrap(), b"\0xx\0\0");
        assert!(bytes.pollable().is_none());
    }

    #[test]
    fn output_is_a_copy_of_the_guests_buffers() {
        let test = TestMemory::new(8, false);
        let memory = || test.memory();
        memory().write(0, b"abcdefgh").unwrap();
        let (guest, interrupts) = (Guest::new(&memory), Interrupts::new(&|| Ok(())));
        let written = Arc::default();
        let stream = Output::Stream(Box::new(Pairs(Arc::clone(&written))));
        assert_eq!(stream.write(&guest, &interrupts, &[(7, 1), (0, 3)]).unwrap(), 2);
        assert_eq!(*written.lock(), b"ha");
        assert_eq!(memory().read(0, 8).unwrap(), b"abcdefgh", "the stream cannot change the guest's memory");
        assert_eq!(Output::Null.write(&guest, &interrupts, &[(7, 1), (0, 3)]).unwrap(), 4);
    }
}
