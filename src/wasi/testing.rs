//! Helpers for the unit tests of WASI, such as a guest that makes system calls without an engine.

use crate::backend::guest_memory::{GuestMemory, TestMemory};
use crate::base::error::fail;
use crate::base::value::Value;
use crate::wasi::calls::Call;
use crate::wasi::guest::Guest;
use crate::wasi::wait::Interrupts;
use crate::wasi::{Dir, Errno, Failure, Perms, Place, Result, Version, WasiContext, calls};
use std::cell::Cell;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Returns the error number of a failed call. Returns `None` if the call has succeeded or has ended the guest.
pub fn errno<T>(result: Result<T>) -> Option<Errno> {
    match result {
        Err(Failure::Errno(errno)) => Some(errno),
        _ => None,
    }
}

/// Opens a directory of the host.
pub fn open_dir(path: &Path) -> Arc<cap_std::fs::Dir> {
    Arc::new(cap_std::fs::Dir::from_std_file(std::fs::File::open(path).expect("an existing directory")))
}

/// A temporary directory. The drop of this value deletes the directory.
pub struct ScratchDir(PathBuf);

impl ScratchDir {
    /// Creates an empty directory with a unique name.
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("anywasm-wasi-{}-{number}", std::process::id()));
        std::fs::create_dir(&path).expect("the temporary folder can be written");
        Self(path)
    }
}

impl Deref for ScratchDir {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for ScratchDir {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).expect("the directory can be deleted");
    }
}

/// A guest with a memory of 64 KiB.
pub struct TestGuest {
    /// The WASI context of the guest.
    pub wasi: Arc<WasiContext>,
    /// The version of WASI that the guest uses.
    pub version: Version,
    /// Whether the guest must end. A call that waits then fails.
    pub ends: Cell<bool>,
    memory: TestMemory,
}

impl TestGuest {
    /// Returns a guest that uses preview 1.
    pub fn new(wasi: Arc<WasiContext>) -> Self {
        Self::with_memory(wasi, TestMemory::new(1 << 16, false))
    }

    /// Returns a guest that uses preview 1 and this memory.
    pub fn with_memory(wasi: Arc<WasiContext>, memory: TestMemory) -> Self {
        Self { wasi, version: Version::Preview1, ends: Cell::new(false), memory }
    }

    /// Returns the memory of the guest.
    pub fn memory(&self) -> GuestMemory {
        self.memory.memory()
    }

    /// Makes the system call `name` with the arguments `arguments`.
    pub fn call(&self, name: &str, arguments: &[u64]) -> Result<()> {
        let definition = calls(self.version).iter().find(|definition| definition.name == name).expect("a known call");
        let slot = |bits: &u64| Value { i64: bits.cast_signed() };
        let memory = || self.memory();
        let check = || match self.ends.get() {
            true => fail!(Trap, "wasm trap: interrupt"),
            false => Ok(()),
        };
        let (guest, interrupts) = (Guest::new(&memory), Interrupts::new(&check));
        let mut call = Call { wasi: &self.wasi, guest, version: self.version, interrupts };
        match definition.call(&mut call, &arguments.iter().map(slot).collect::<Vec<_>>()) {
            Ok(Errno::SUCCESS) => Ok(()),
            Ok(errno) => Err(Failure::Errno(errno)),
            Err(stop) => Err(Failure::Stop(stop)),
        }
    }

    /// Writes `path` to the address 0 of the memory and returns the length of the path in bytes.
    pub fn write_path(&self, path: &str) -> u64 {
        self.memory().write(0, path.as_bytes()).expect("the path fits");
        path.len() as u64
    }
}

/// Returns a guest. Its descriptor 3 is the preopened directory `dir`, with all permissions.
pub fn preopened(dir: &Path) -> TestGuest {
    let wasi = WasiContext::new();
    let perms = Perms { list: true, change: true, read: true, write: true };
    assert_eq!(wasi.preopen(Dir::preopened(Place::Host(open_dir(dir), perms), "/data")).ok(), Some(3));
    TestGuest::new(wasi)
}
