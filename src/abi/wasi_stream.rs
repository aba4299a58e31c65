//! A WASI stream whose reads and writes are calls of a C function.

use crate::abi::func::Environment;
use crate::wasi::{Errno, Failure, Result, Stop, Stream};
use std::ffi::c_void;

/// Callback of a stream. The callback of standard input reads up to `len` bytes into `data`. The callback of standard
/// output or error writes up to `len` bytes from `data`. The callback returns the number of bytes that it has read or
/// written. If the operating system reports an error, the callback returns the negated `errno`. If the callback fails
/// in another way, it stores a token in `token`: a number by which the host finds its error. A token ends the guest,
/// and the error of the host's call into WebAssembly carries the token. If the callback stores a token, its return
/// value has no meaning.
pub type StreamCallback =
    Option<unsafe extern "C" fn(env: *mut c_void, data: *mut u8, len: usize, token: *mut u64) -> i64>;

/// Largest error number of the operating system: `MAX_ERRNO` in `include/linux/err.h` of Linux.
const MAX_ERRNO: i32 = 4095;

/// A stream that calls a C function.
pub struct CStream {
    callback: unsafe extern "C" fn(env: *mut c_void, data: *mut u8, len: usize, token: *mut u64) -> i64,
    env: Environment,
}

// SAFETY: only the callback and the finalizer use the environment. The caller of `CStream::new` guarantees that both
// may be called from any thread.
unsafe impl Send for CStream {}
// SAFETY: only the callback and the finalizer use the environment. The caller of `CStream::new` guarantees that the
// callback may be called from any thread, even by several threads at the same time. The finalizer runs in `drop`, after
// all calls of the callback.
unsafe impl Sync for CStream {}

impl CStream {
    /// Returns a stream that calls `callback` with the environment `env`.
    ///
    /// # Safety
    /// The callback may be called with this environment from any thread until the stream is dropped.
    pub unsafe fn new(
        callback: unsafe extern "C" fn(env: *mut c_void, data: *mut u8, len: usize, token: *mut u64) -> i64,
        env: Environment,
    ) -> Self {
        Self { callback, env }
    }
}

impl Stream for CStream {
    fn transfer(&self, buffer: &mut [u8]) -> Result<usize> {
        let mut token = 0;
        // SAFETY: the caller of `CStream::new` guarantees that the callback may be called with this environment.
        // `buffer` and `token` are borrowed mutably, so nothing else accesses `buffer` or `token` during the call.
        let count = unsafe { (self.callback)(self.env.data(), buffer.as_mut_ptr(), buffer.len(), &raw mut token) };
        if token != 0 {
            return Err(Failure::Stop(Stop::Host(token)));
        }
        match usize::try_from(count) {
            Ok(count) => Ok(count.min(buffer.len())),
            Err(_) => match i32::try_from(count.unsigned_abs()) {
                Ok(code @ 1..=MAX_ERRNO) => {
                    // The guest gets the number, also that of `EINTR`. The callback has returned the number on purpose.
                    Err(Failure::Errno(std::io::Error::from_raw_os_error(code).into()))
                }
                _ => Err(Errno::IO.into()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// Environment of the test's callback: the values that the callback returns, and the number of calls of the
    /// finalizer.
    struct Env {
        result: i64,
        token: u64,
        finalized: Cell<u32>,
    }

    unsafe extern "C" fn callback(env: *mut c_void, data: *mut u8, len: usize, token: *mut u64) -> i64 {
        // SAFETY: `transfer` passes the `Env` of the test, a buffer of `len` bytes and a valid pointer to a token. The
        // `Env` lives longer than the stream.
        unsafe {
            data.write_bytes(b'x', len);
            let env = &*env.cast::<Env>();
            *token = env.token;
            env.result
        }
    }

    unsafe extern "C" fn finalizer(env: *mut c_void) {
        // SAFETY: `drop` passes the `Env` of the test. The `Env` lives longer than the stream.
        let finalized = unsafe { &(*env.cast::<Env>()).finalized };
        finalized.set(finalized.get() + 1);
    }

    /// Reads up to four bytes from a stream whose callback returns `result` and `token`. Returns the outcome of the
    /// read.
    fn read(result: i64, token: u64) -> Result<usize> {
        let env = Env { result, token, finalized: Cell::new(0) };
        // SAFETY: callback and finalizer expect a pointer to an `Env`. `env` lives longer than the stream.
        let stream =
            unsafe { CStream::new(callback, Environment::new((&raw const env).cast_mut().cast(), Some(finalizer))) };
        let mut buffer = [0; 4];
        let outcome = stream.transfer(&mut buffer);
        assert_eq!((buffer, env.finalized.get()), (*b"xxxx", 0));
        drop(stream);
        assert_eq!(env.finalized.get(), 1);
        outcome
    }

    #[test]
    fn a_count_is_at_most_the_length_of_the_buffer() {
        assert_eq!([0, 3, 4, 5, i64::MAX].map(|count| read(count, 0).unwrap()), [0, 3, 4, 4, 4]);
    }

    #[test]
    fn a_negative_result_is_an_error_number() {
        let errno = |result| match read(result, 0) {
            Err(Failure::Errno(errno)) => errno,
            other => panic!("{other:?}"),
        };
        let pipe = i64::from(rustix::io::Errno::PIPE.raw_os_error());
        let interrupted = i64::from(rustix::io::Errno::INTR.raw_os_error());
        assert_eq!([-pipe, -interrupted, -4096, i64::MIN].map(errno), [Errno::PIPE, Errno::INTR, Errno::IO, Errno::IO]);
    }

    #[test]
    fn a_token_is_an_error_of_the_host() {
        assert!(matches!(read(4, 7), Err(Failure::Stop(Stop::Host(7)))));
    }
}
