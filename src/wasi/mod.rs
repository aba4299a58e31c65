//! WASI preview 1 and its predecessor `wasi_unstable` (snapshot 0), for guests on any engine.
//!
//! A system call is one host function, without Python on its way: it finds the memory of the instance that calls
//! ([`crate::wasi::caller`]), does its work through the operating system, and writes what the specification says
//! (`wasi_snapshot_preview1.witx`). What the specification leaves open is as in wasmtime's own implementation of
//! preview 1, which programs have been tried on most; where that one traps on a pointer outside the memory, here the
//! call fails with `EFAULT`.
//!
//! Paths are kept inside the preopened directories by cap-std: nothing here opens a file in another way.

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

pub use calls::{Version, of as calls};
pub use descriptor::Descriptor;
pub use dir::{Dir, Perms, Place, Root};
pub use errno::Errno;
pub use func::WasiFunc;
pub use guest::Block;
pub use stdio::{Input, Output, Stream, StreamCallback};

use crate::base::error::{Error, ErrorKind};
use descriptor::Table;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Instant;

/// What ends a guest instead of returning to it.
#[derive(Debug)]
pub enum Stop {
    /// `proc_exit`.
    Exit(u32),
    /// A stream of the host failed, and this is its token.
    Host(u64),
}

/// Why a call did not succeed.
#[derive(Debug)]
pub enum Failure {
    /// The guest is told.
    Errno(Errno),
    /// The guest ends.
    Stop(Stop),
}

/// The result of a system call, and of its parts.
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

/// What a program finds: arguments, environment, open descriptors. Several instances may share one.
pub struct WasiContext {
    /// Nobody has said yet what it is: its calls fail.
    unset: AtomicBool,
    state: Mutex<State>,
    /// What was open before another was taken over, as far as calls were still at work on it then.
    former: Mutex<Vec<Weak<Descriptor>>>,
    started: Instant,
}

struct State {
    args: Vec<Vec<u8>>,
    /// `name=value`
    env: Vec<Vec<u8>>,
    table: Table,
}

impl State {
    fn new() -> Self {
        Self { args: Vec::new(), env: Vec::new(), table: Table::new() }
    }
}

impl WasiContext {
    /// No arguments, no environment, nothing to read, output that goes nowhere, and no directories.
    pub fn new() -> Arc<Self> {
        Self::made(false)
    }

    /// As [`WasiContext::new`], but no call succeeds until it [takes over](WasiContext::take_over) another.
    pub fn unset() -> Arc<Self> {
        Self::made(true)
    }

    fn made(unset: bool) -> Arc<Self> {
        let (unset, state, former) = (unset.into(), Mutex::new(State::new()), Mutex::default());
        Arc::new(Self { unset, state, former, started: Instant::now() })
    }

    /// Takes over what another has, which is then as new; what was here is closed.
    pub fn take_over(&self, other: &Self) {
        self.unset.store(false, Ordering::Relaxed);
        let taken = std::mem::replace(&mut *other.state.lock(), State::new());
        let former = std::mem::replace(&mut *self.state.lock(), taken);
        self.former.lock().extend(former.table.all().map(Arc::downgrade));
        drop(former);
    }

    /// Whether no call is at work any more on what was here before another was taken over.
    pub fn is_idle(&self) -> bool {
        let mut former = self.former.lock();
        former.retain(|descriptor| descriptor.strong_count() > 0);
        former.is_empty()
    }

    /// Adds an argument, the first of which is the program's name.
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

    /// Sets what the guest reads from descriptor 0.
    pub fn set_input(&self, input: Input) {
        self.state.lock().table.replace(0, Descriptor::Input(input));
    }

    /// Sets where the guest writes with descriptor 1 or 2.
    pub fn set_output(&self, fd: u32, output: Output) {
        self.state.lock().table.replace(fd, Descriptor::Output(output));
    }

    /// Gives the guest a descriptor: the lowest that was never used, where none was closed.
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

fn without_nul(text: &[u8], what: &str) -> crate::base::error::Result<Vec<u8>> {
    if text.contains(&0) {
        let shown = String::from_utf8_lossy(text).escape_debug().to_string();
        return Err(Error::new(ErrorKind::Invalid, format!("{what} contains a null byte: `{shown}`")));
    }
    Ok(text.to_vec())
}
