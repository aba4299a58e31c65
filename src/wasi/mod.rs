//! WASI preview 1 and its predecessor `wasi_unstable` (snapshot 0), for guests on any engine.
//!
//! Each system call is a host function in Rust; no Python code runs unless a stream is a Python object. A call gets the
//! memory of the calling instance ([`caller`]), does its work through the operating system, and writes its results to
//! the memory, as `wasi_snapshot_preview1.witx` specifies.
//!
//! Where the specification leaves a choice, the calls do the same as wasmtime's implementation of preview 1, because
//! most programs have been tested with wasmtime. There is one difference: wasmtime traps on a pointer outside the
//! memory, and these calls return `EFAULT`.
//!
//! Guests open files only through cap-std, which keeps every path inside its preopened directory.

pub mod caller;
mod calls;
mod descriptor;
mod dir;
mod errno;
mod fd;
mod file;
mod func;
mod guest;
mod path;
mod poll;
mod process;
mod stat;
mod stdio;
#[cfg(test)]
mod testing;

pub use calls::{Version, of as calls};
pub use descriptor::Descriptor;
pub use dir::{Dir, Perms, Place, Root};
pub use errno::Errno;
pub use func::WasiFunc;
pub use stdio::{Input, Output, Stream};

use crate::base::error::{Error, ErrorKind};
use descriptor::Table;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Instant;

/// The reason why a system call ends the guest instead of returning to it.
#[derive(Debug)]
pub enum Stop {
    /// The guest has called `proc_exit` with this exit code.
    Exit(u32),
    /// A stream of the host has failed. The token identifies the host's error.
    Host(u64),
}

/// The failure of a system call.
#[derive(Debug)]
pub enum Failure {
    /// The call returns this error number to the guest.
    Errno(Errno),
    /// The call ends the guest.
    Stop(Stop),
}

/// The result of a system call or of a step of one.
pub type Result<T> = std::result::Result<T, Failure>;

impl<E: Into<Errno>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Errno(error.into())
    }
}

impl From<Stop> for Error {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Exit(code) => Self::exit(code),
            Stop::Host(token) => Self::host(token),
        }
    }
}

/// The WASI context of a program: arguments, environment variables and open descriptors. Several instances may share a
/// context.
pub struct WasiContext {
    /// True until the context is configured. All system calls fail until then.
    unset: AtomicBool,
    state: Mutex<State>,
    /// Descriptors that [`WasiContext::take_over`] has replaced. A call that was in progress may still use them.
    replaced: Mutex<Vec<Weak<Descriptor>>>,
    /// The zero of the monotonic clock.
    started: Instant,
}

struct State {
    args: Vec<Vec<u8>>,
    /// Each has the form `name=value`.
    env: Vec<Vec<u8>>,
    table: Table,
}

impl State {
    fn new() -> Self {
        Self { args: Vec::new(), env: Vec::new(), table: Table::new() }
    }
}

impl WasiContext {
    /// Returns a context without arguments, environment variables and directories. Its standard input is empty, and its
    /// output is discarded.
    pub fn new() -> Arc<Self> {
        Self::with_unset(false)
    }

    /// Returns a context like [`WasiContext::new`], but unset: all system calls fail until [`WasiContext::take_over`].
    pub fn unset() -> Arc<Self> {
        Self::with_unset(true)
    }

    fn with_unset(unset: bool) -> Arc<Self> {
        let (unset, state, replaced) = (unset.into(), Mutex::new(State::new()), Mutex::default());
        Arc::new(Self { unset, state, replaced, started: Instant::now() })
    }

    /// Moves the arguments, environment variables and descriptors of `other` to this context. `other` is then like a
    /// new context. The former descriptors of this context are closed, at the end of the calls that still use them.
    pub fn take_over(&self, other: &Self) {
        self.unset.store(false, Ordering::Relaxed);
        let taken = std::mem::replace(&mut *other.state.lock(), State::new());
        let former = std::mem::replace(&mut *self.state.lock(), taken);
        self.replaced.lock().extend(former.table.descriptors().map(Arc::downgrade));
        drop(former);
    }

    /// Returns whether no system call uses a descriptor any more that [`WasiContext::take_over`] has replaced.
    pub fn is_idle(&self) -> bool {
        let mut replaced = self.replaced.lock();
        replaced.retain(|descriptor| descriptor.strong_count() > 0);
        replaced.is_empty()
    }

    /// Adds an argument. The first argument is the program's name.
    pub fn arg(&self, arg: &[u8]) -> crate::base::error::Result<()> {
        self.state.lock().args.push(without_nul(arg, "the argument")?);
        Ok(())
    }

    /// Adds an environment variable.
    pub fn env(&self, name: &[u8], value: &[u8]) -> crate::base::error::Result<()> {
        let text = [name, value].join(&b'=');
        self.state.lock().env.push(without_nul(&text, "the environment variable")?);
        Ok(())
    }

    /// Sets standard input, descriptor 0.
    pub fn set_input(&self, input: Input) {
        self.state.lock().table.replace(0, Descriptor::Input(input));
    }

    /// Sets standard output, descriptor 1, or standard error, descriptor 2.
    pub fn set_output(&self, fd: u32, output: Output) {
        self.state.lock().table.replace(fd, Descriptor::Output(output));
    }

    /// Adds a descriptor to the table and returns its number. `Table::push` chooses the number.
    pub fn push(&self, descriptor: Descriptor) -> Result<u32> {
        self.state.lock().table.push(descriptor)
    }

    fn is_unset(&self) -> bool {
        self.unset.load(Ordering::Relaxed)
    }

    fn get(&self, fd: u32) -> Result<Arc<Descriptor>> {
        self.state.lock().table.get(fd)
    }
}

/// Returns a copy of `text`, which must not contain a null byte. `subject` names the text in the error.
fn without_nul(text: &[u8], subject: &str) -> crate::base::error::Result<Vec<u8>> {
    if text.contains(&0) {
        let shown = String::from_utf8_lossy(text).escape_debug().to_string();
        return Err(Error::new(ErrorKind::Invalid, format!("{subject} contains a null byte: `{shown}`")));
    }
    Ok(text.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_bytes_are_refused() {
        let wasi = WasiContext::new();
        assert_eq!(wasi.arg(b"a\0").unwrap_err().message, "the argument contains a null byte: `a\\0`");
        assert_eq!(
            wasi.env(b"a", b"\0").unwrap_err().message,
            "the environment variable contains a null byte: `a=\\0`"
        );
        assert!(wasi.state.lock().args.is_empty() && wasi.state.lock().env.is_empty());
    }

    #[test]
    fn take_over_moves_the_state_and_waits_for_calls_in_progress() {
        let (wasi, other) = (WasiContext::unset(), WasiContext::new());
        other.arg(b"program").unwrap();
        let in_use = wasi.get(0).unwrap();
        assert!(wasi.is_unset() && wasi.is_idle());
        wasi.take_over(&other);
        assert!(!wasi.is_unset() && !wasi.is_idle());
        assert_eq!((wasi.state.lock().args.len(), other.state.lock().args.len()), (1, 0));
        drop(in_use);
        assert!(wasi.is_idle());
    }
}
