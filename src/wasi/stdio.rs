//! Standard streams: nothing, bytes, a descriptor of the process, or an object of the host.

use crate::wasi::guest::Guest;
use crate::wasi::{Errno, Failure, Result, Stop};
use parking_lot::Mutex;
use std::ffi::c_void;
use std::fs::File;
use std::io::{Cursor, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};

/// Reads into or writes from `len` bytes at `data`. Returns how many, a negated `errno` of the operating system, or,
/// after it has put the token of its failure into `token`, anything.
pub type StreamCallback = unsafe extern "C" fn(env: *mut c_void, data: *mut u8, len: usize, token: *mut u64) -> i64;

/// A stream of the host: what to call for each read or write.
pub struct Stream {
    /// What to call.
    pub callback: StreamCallback,
    /// Passed to the callback.
    pub env: *mut c_void,
    /// Frees the environment, once.
    pub finalizer: Option<unsafe extern "C" fn(env: *mut c_void)>,
}

// SAFETY: whoever made the stream promised that its callback and finalizer may be called from any thread.
unsafe impl Send for Stream {}
// SAFETY: as above.
unsafe impl Sync for Stream {}

impl Drop for Stream {
    fn drop(&mut self) {
        if let Some(finalizer) = self.finalizer {
            // SAFETY: whoever made the stream promised that they belong together; drop runs once.
            unsafe { finalizer(self.env) }
        }
    }
}

impl Stream {
    /// `buffer` is the shim's, not the guest's: the host may run the guest, whose memory may move.
    fn call(&self, buffer: &mut [u8]) -> Result<usize> {
        let mut token = 0;
        // SAFETY: callback and environment belong together, and the buffer is as long as said.
        let count = unsafe { (self.callback)(self.env, buffer.as_mut_ptr(), buffer.len(), &mut token) };
        if token != 0 {
            return Err(Failure::Stop(Stop::Host(token)));
        }
        match usize::try_from(count) {
            Ok(count) => Ok(count.min(buffer.len())),
            // Linux has no other numbers for errors.
            Err(_) => match i32::try_from(count.unsigned_abs()) {
                Ok(code @ 1..4096) => Err(std::io::Error::from_raw_os_error(code).into()),
                _ => Err(Errno::IO.into()),
            },
        }
    }
}

/// Something to read from.
pub enum Input {
    /// The end, at once.
    Empty,
    /// These bytes, then the end.
    Bytes(Mutex<Cursor<Vec<u8>>>),
    /// A file, pipe or terminal of the process.
    File(File),
    /// An object of the host.
    Stream(Stream),
}

impl Input {
    /// Reads what there is, up to the length; 0 at the end.
    pub fn read(&self, guest: &Guest<'_>, ptr: u32, len: u32) -> Result<usize> {
        match self {
            Self::Empty => Ok(0),
            Self::Bytes(bytes) => guest.fill(ptr, len, |buffer| Ok(bytes.lock().read(buffer)?)),
            Self::File(file) => guest.fill(ptr, len, |buffer| Ok((&*file).read(buffer)?)),
            Self::Stream(stream) => {
                // As much as the usual buffer of a pipe.
                let mut buffer = vec![0; len.min(1 << 16) as usize];
                let count = stream.call(&mut buffer)?;
                guest.write(ptr, &buffer[..count])?;
                Ok(count)
            }
        }
    }

    /// What can be waited for; the rest is always ready.
    pub fn pollable(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::File(file) => Some(file.as_fd()),
            _ => None,
        }
    }
}

/// Something to write to.
pub enum Output {
    /// Nowhere.
    Null,
    /// A file, pipe or terminal of the process.
    File(File),
    /// An object of the host.
    Stream(Stream),
}

impl Output {
    /// Writes what is in the buffers; says how much was taken.
    pub fn write(&self, guest: &Guest<'_>, buffers: &[(u32, u32)]) -> Result<usize> {
        match self {
            Self::Null => Ok(buffers.iter().map(|(_, len)| *len as usize).sum()),
            Self::File(file) => match buffers {
                [(ptr, len)] => guest.with_bytes(*ptr, *len, |bytes| Ok((&*file).write(bytes)?)),
                _ => Ok((&*file).write(&guest.gather(buffers)?)?),
            },
            Self::Stream(stream) => stream.call(&mut guest.gather(buffers)?),
        }
    }

    /// What can be waited for; the rest is always ready.
    pub fn pollable(&self) -> Option<BorrowedFd<'_>> {
        match self {
            Self::File(file) => Some(file.as_fd()),
            _ => None,
        }
    }
}

/// Whether it is a terminal, as a program asks to decide on colours and buffering.
pub fn is_terminal(fd: Option<BorrowedFd<'_>>) -> bool {
    fd.is_some_and(|fd| std::io::IsTerminal::is_terminal(&fd))
}

/// The sum of the lengths fits into what the guest gets it in.
pub fn count(count: usize) -> Result<u32> {
    u32::try_from(count).map_err(|_| Errno::OVERFLOW.into())
}
