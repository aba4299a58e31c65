//! WASI preview 1 and its predecessor `wasi_unstable` (snapshot 0), for guests on any engine.
//!
//! Each system call is a host function in Rust. A system call runs Python code only if a standard stream is a Python
//! object. A call looks up the memory of the calling instance ([`caller`]), does its work through the operating system,
//! and writes its results to the memory. `wasi_snapshot_preview1.witx` specifies the calls.
//!
//! If the specification leaves the behaviour of a call open, the call behaves like wasmtime's implementation of preview
//! 1, because most programs have been tested with wasmtime. There is one difference. If a pointer is outside the
//! memory, wasmtime traps, but these calls return `EFAULT`.
//!
//! The calls open files only through cap-std. cap-std refuses each path that leads out of its preopened directory.

pub mod caller;
mod calls;
mod descriptor;
mod dir;
mod errno;
mod fd;
mod file;
mod func;
mod guest;
mod host_file;
mod listing;
mod lookup;
mod path;
mod poll;
mod process;
mod stat;
mod stdio;
#[cfg(test)]
mod testing;
mod wait;

pub use calls::{Version, definitions as calls};
pub use descriptor::Descriptor;
pub use dir::{Dir, Perms, Place, Root};
pub use errno::Errno;
pub use func::WasiFunc;
pub use host_file::HostFile;
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
    /// The guest must end, because the deadline of its store has passed or because of an exception of a signal handler.
    Ended(Error),
    /// The guest has called `proc_exit` with this exit code.
    Exit(u32),
    /// A stream of the host has raised an exception. Python has stored the exception under this number, the token.
    Host(u64),
}

/// The failure of a system call.
#[derive(Debug)]
pub enum Failure {
    /// The call returns this error number to the guest.
    Errno(Errno),
    /// A signal has interrupted a call of the operating system, which has done nothing (`EINTR`). The system call starts
    /// again.
    Interrupted,
    /// The call ends the guest.
    Stop(Stop),
}

/// The result of a system call, or of a function that a system call uses.
pub type Result<T> = std::result::Result<T, Failure>;

impl<E: Into<Errno>> From<E> for Failure {
    fn from(error: E) -> Self {
        match error.into() {
            Errno::INTR => Self::Interrupted,
            errno => Self::Errno(errno),
        }
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<Stop> for Error {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Ended(error) => error,
            Stop::Exit(code) => Self::exit(code),
            Stop::Host(token) => Self::host(token),
        }
    }
}

/// The WASI context of a program: its arguments, environment variables and open descriptors. Several instances may
/// share one context.
pub struct WasiContext {
    /// True for an unset context, until [`WasiContext::take_over`] sets its contents. While this is true, all system
    /// calls fail.
    unset: AtomicBool,
    state: Mutex<State>,
    /// The old descriptors that [`WasiContext::take_over`] has replaced. A call in progress may still use a descriptor.
    replaced: Mutex<Vec<Weak<Descriptor>>>,
    /// The time at which the monotonic clock of the guest is 0.
    started: Instant,
}

struct State {
    args: Vec<Vec<u8>>,
    /// Environment variables, each as `name=value`.
    env: Vec<Vec<u8>>,
    table: Table,
}

impl State {
    fn new() -> Self {
        Self { args: Vec::new(), env: Vec::new(), table: Table::new() }
    }
}

impl WasiContext {
    /// Returns a context without arguments, environment variables and directories. Standard input is empty. Standard
    /// output and error discard all bytes.
    pub fn new() -> Arc<Self> {
        Self::with_unset(false)
    }

    /// Returns an unset context, for a host that provides the contents later. All system calls fail until
    /// [`WasiContext::take_over`] is called.
    pub fn unset() -> Arc<Self> {
        Self::with_unset(true)
    }

    fn with_unset(unset: bool) -> Arc<Self> {
        let (unset, state, replaced) = (unset.into(), Mutex::new(State::new()), Mutex::default());
        Arc::new(Self { unset, state, replaced, started: Instant::now() })
    }

    /// Moves the arguments, environment variables and descriptors of `other` to this context. After the call, `other`
    /// is like a new context. The old descriptors of this context are closed. If a call in progress uses an old
    /// descriptor, the end of the call closes the descriptor.
    pub fn take_over(&self, other: &Self) {
        self.unset.store(false, Ordering::Relaxed);
        let new_state = std::mem::replace(&mut *other.state.lock(), State::new());
        let old_state = std::mem::replace(&mut *self.state.lock(), new_state);
        self.replaced.lock().extend(old_state.table.descriptors().map(Arc::downgrade));
        drop(old_state);
    }

    /// Returns true if all descriptors that [`WasiContext::take_over`] has replaced are closed. Returns false while a
    /// system call still uses a replaced descriptor.
    pub fn is_idle(&self) -> bool {
        let mut replaced = self.replaced.lock();
        replaced.retain(|descriptor| descriptor.strong_count() > 0);
        replaced.is_empty()
    }

    /// Adds an argument of the program. The first argument is the program's name.
    pub fn arg(&self, arg: &[u8]) -> crate::base::error::Result<()> {
        self.state.lock().args.push(copy_without_nul(arg, "the argument")?);
        Ok(())
    }

    /// Adds an environment variable.
    pub fn env(&self, name: &[u8], value: &[u8]) -> crate::base::error::Result<()> {
        let text = [name, value].join(&b'=');
        self.state.lock().env.push(copy_without_nul(&text, "the environment variable")?);
        Ok(())
    }

    /// Connects standard input, which is descriptor 0.
    pub fn set_input(&self, input: Input) {
        self.state.lock().table.replace(0, Descriptor::Input(input));
    }

    /// Connects standard output (`fd` is 1) or standard error (`fd` is 2).
    pub fn set_output(&self, fd: u32, output: Output) {
        self.state.lock().table.replace(fd, Descriptor::Output(output));
    }

    /// Adds a preopened directory and returns the number of its descriptor. [`Table::push`] chooses the number.
    pub fn preopen(&self, dir: Dir) -> Result<u32> {
        self.state.lock().table.preopen(Descriptor::Dir(dir))
    }

    /// Sets the maximum number of files and directories that guests may have open, in addition to the standard streams
    /// and the preopened directories.
    pub fn set_max_opened(&self, max: usize) {
        self.state.lock().table.set_max_opened(max);
    }

    fn is_unset(&self) -> bool {
        self.unset.load(Ordering::Relaxed)
    }

    /// Returns the open descriptor with the number `fd`. Fails with `EBADF` if there is none.
    fn get(&self, fd: u32) -> Result<Arc<Descriptor>> {
        self.state.lock().table.get(fd)
    }
}

/// Returns a copy of `text`. Fails if `text` contains a null byte. `subject` describes the text in the error message.
fn copy_without_nul(text: &[u8], subject: &str) -> crate::base::error::Result<Vec<u8>> {
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
