//! The standard streams of a guest. A standard stream is empty, or is connected to bytes, to a file of the process, or
//! to a [`Stream`] of the host.

use crate::wasi::guest::Guest;
use crate::wasi::{Errno, Result};
use parking_lot::Mutex;
use std::fs::File;
use std::io::{Cursor, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};

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
    File(File),
    /// A stream of the host.
    Stream(Box<dyn Stream>),
}

impl Input {
    /// Reads up to `len` bytes and writes the bytes to the address `ptr` of the guest. Returns the number of bytes. 0
    /// means the end of the input.
    pub fn read(&self, guest: &Guest<'_>, ptr: u32, len: u32) -> Result<usize> {
        match self {
            Self::Empty => Ok(0),
            Self::Bytes(bytes) => guest.fill(ptr, len, |buffer| Ok(bytes.lock().read(buffer)?)),
            Self::File(file) => guest.fill(ptr, len, |buffer| Ok((&*file).read(buffer)?)),
            Self::Stream(stream) => {
                let mut buffer = vec![0; len.min(MAX_STREAM_READ) as usize];
                let count = stream.transfer(&mut buffer)?;
                guest.write(ptr, &buffer[..count])?;
                Ok(count)
            }
        }
    }

    /// Returns the file descriptor of a file, so that `poll` can wait for it. Returns `None` for all other kinds of
    /// stream, because they are always ready.
    pub fn pollable(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::File(file) => Some(file.as_fd()),
            _ => None,
        }
    }
}

/// The destination of standard output or error.
pub enum Output {
    /// An output that discards all bytes.
    Null,
    /// A file, pipe or terminal of the process.
    File(File),
    /// A stream of the host.
    Stream(Box<dyn Stream>),
}

impl Output {
    /// Writes the contents of the guest's buffers. Each buffer is an address and a length. Returns the number of
    /// written bytes. This number can be less than the total length of the buffers.
    pub fn write(&self, guest: &Guest<'_>, buffers: &[(u32, u32)]) -> Result<usize> {
        match self {
            Self::Null => Ok(buffers.iter().map(|(_, len)| *len as usize).sum()),
            Self::File(file) => match buffers {
                [(ptr, len)] => guest.with_bytes(*ptr, *len, |bytes| Ok((&*file).write(bytes)?)),
                _ => Ok((&*file).write(&guest.gather(buffers)?)?),
            },
            Self::Stream(stream) => stream.transfer(&mut guest.gather(buffers)?),
        }
    }

    /// Returns the file descriptor of a file, so that `poll` can wait for it. Returns `None` for all other kinds of
    /// stream, because they are always ready.
    pub fn pollable(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::File(file) => Some(file.as_fd()),
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
        let guest = Guest::new(&memory);
        let bytes = Input::Bytes(Mutex::new(Cursor::new(b"abc".to_vec())));
        assert_eq!([2, 2, 2].map(|len| bytes.read(&guest, 0, len).unwrap()), [2, 1, 0]);
        assert_eq!(memory().read(0, 3).unwrap(), b"cb\0");
        assert_eq!(Input::Empty.read(&guest, 0, 8).unwrap(), 0);
        assert_eq!(Input::Stream(Box::new(Pairs::default())).read(&guest, 4, 4).unwrap(), 2);
        assert_eq!(memory().read(3, 5).unwrap(), b"\0xx\0\0");
        assert!(bytes.pollable().is_none());
    }

    #[test]
    fn output_is_a_copy_of_the_guests_buffers() {
        let test = TestMemory::new(8, false);
        let memory = || test.memory();
        memory().write(0, b"abcdefgh").unwrap();
        let guest = Guest::new(&memory);
        let written = Arc::default();
        let stream = Output::Stream(Box::new(Pairs(Arc::clone(&written))));
        assert_eq!(stream.write(&guest, &[(7, 1), (0, 3)]).unwrap(), 2);
        assert_eq!(*written.lock(), b"ha");
        assert_eq!(memory().read(0, 8).unwrap(), b"abcdefgh", "the stream cannot change the guest's memory");
        assert_eq!(Output::Null.write(&guest, &[(7, 1), (0, 3)]).unwrap(), 4);
    }
}
