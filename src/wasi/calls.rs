//! The calls by name: their types, and how each gets its arguments.

use crate::base::types::{FuncType, ValType};
use crate::base::value::Value;
use crate::wasi::guest::Guest;
use crate::wasi::{Errno, Result, WasiContext};
use std::io::SeekFrom;

/// A version of WASI. Their calls have the same types, but some structures and numbers differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Version {
    /// `wasi_unstable`, snapshot 0.
    Unstable,
    /// `wasi_snapshot_preview1`.
    Preview1,
}

impl Version {
    /// The module that guests import it from.
    pub fn module(self) -> &'static str {
        match self {
            Self::Unstable => "wasi_unstable",
            Self::Preview1 => "wasi_snapshot_preview1",
        }
    }

    /// How many rights there are.
    pub fn rights(self) -> u32 {
        match self {
            Self::Unstable => 29,
            Self::Preview1 => 30,
        }
    }

    /// Where `fd_seek` counts from.
    pub fn whence(self, whence: u32) -> Result<SeekFrom> {
        let kinds = [SeekFrom::Start(0), SeekFrom::Current(0), SeekFrom::End(0)];
        let order = match self {
            Self::Unstable => [1, 2, 0],
            Self::Preview1 => [0, 1, 2],
        };
        order.get(whence as usize).map(|index: &usize| kinds[*index]).ok_or(Errno::INVAL.into())
    }
}

/// One call of a guest.
pub struct Call<'a> {
    /// Whose.
    pub wasi: &'a WasiContext,
    /// Its memory.
    pub guest: Guest<'a>,
    /// Of which version.
    pub version: Version,
}

/// How a call is dispatched.
type Entry = fn(&mut Call<'_>, &[Value]) -> Result<()>;

/// A call: its name, its parameters, and what does it.
pub struct Definition {
    /// As guests import it.
    pub name: &'static str,
    params: &'static [ValType],
    entry: Entry,
}

impl Definition {
    /// All give an `errno`, but for the one that does not return.
    pub fn ty(&self) -> FuncType {
        let results: &[ValType] = if self.name == "proc_exit" { &[] } else { &[ValType::I32] };
        FuncType { params: self.params.into(), results: results.into() }
    }

    /// How many parameters it has.
    pub fn arity(&self) -> usize {
        self.params.len()
    }

    /// Does it. The values are as many as it has parameters.
    pub fn call(&self, call: &mut Call<'_>, values: &[Value]) -> Result<()> {
        (self.entry)(call, values)
    }
}

macro_rules! calls {
    ($($name:ident($($arg:ident: $ty:ident),*);)+) => {
        /// All of them. The last is not in `wasi_unstable`.
        pub const CALLS: &[Definition] = &[$(Definition {
            name: stringify!($name),
            params: &[$(calls!(@type $ty)),*],
            entry: |call, values| {
                let [$($arg),*] = values else { return Err(Errno::INVAL.into()) };
                call.$name($($arg.bits() as $ty),*)
            },
        }),+];
    };
    (@type u32) => { ValType::I32 };
    (@type u64) => { ValType::I64 };
}

calls! {
    args_get(argv: u32, buffer: u32);
    args_sizes_get(count: u32, size: u32);
    environ_get(environ: u32, buffer: u32);
    environ_sizes_get(count: u32, size: u32);
    clock_res_get(id: u32, out: u32);
    clock_time_get(id: u32, precision: u64, out: u32);
    fd_advise(fd: u32, offset: u64, len: u64, advice: u32);
    fd_allocate(fd: u32, offset: u64, len: u64);
    fd_close(fd: u32);
    fd_datasync(fd: u32);
    fd_fdstat_get(fd: u32, out: u32);
    fd_fdstat_set_flags(fd: u32, flags: u32);
    fd_fdstat_set_rights(fd: u32, base: u64, inheriting: u64);
    fd_filestat_get(fd: u32, out: u32);
    fd_filestat_set_size(fd: u32, size: u64);
    fd_filestat_set_times(fd: u32, access: u64, modification: u64, which: u32);
    fd_pread(fd: u32, array: u32, len: u32, offset: u64, out: u32);
    fd_prestat_get(fd: u32, out: u32);
    fd_prestat_dir_name(fd: u32, ptr: u32, len: u32);
    fd_pwrite(fd: u32, array: u32, len: u32, offset: u64, out: u32);
    fd_read(fd: u32, array: u32, len: u32, out: u32);
    fd_readdir(fd: u32, ptr: u32, len: u32, cookie: u64, out: u32);
    fd_renumber(fd: u32, to: u32);
    fd_seek(fd: u32, offset: u64, whence: u32, out: u32);
    fd_sync(fd: u32);
    fd_tell(fd: u32, out: u32);
    fd_write(fd: u32, array: u32, len: u32, out: u32);
    path_create_directory(fd: u32, path: u32, len: u32);
    path_filestat_get(fd: u32, flags: u32, path: u32, len: u32, out: u32);
    path_filestat_set_times(fd: u32, flags: u32, path: u32, len: u32, access: u64, modification: u64, which: u32);
    path_link(fd: u32, flags: u32, path: u32, len: u32, new_fd: u32, new_path: u32, new_len: u32);
    path_open(fd: u32, flags: u32, path: u32, len: u32, oflags: u32, rights: u64, inheriting: u64, fdflags: u32,
              out: u32);
    path_readlink(fd: u32, path: u32, len: u32, buffer: u32, buffer_len: u32, out: u32);
    path_remove_directory(fd: u32, path: u32, len: u32);
    path_rename(fd: u32, path: u32, len: u32, new_fd: u32, new_path: u32, new_len: u32);
    path_symlink(contents: u32, contents_len: u32, fd: u32, path: u32, len: u32);
    path_unlink_file(fd: u32, path: u32, len: u32);
    poll_oneoff(subscriptions: u32, events: u32, count: u32, out: u32);
    proc_exit(code: u32);
    proc_raise(signal: u32);
    sched_yield();
    random_get(ptr: u32, len: u32);
    sock_recv(fd: u32, array: u32, len: u32, flags: u32, out: u32, out_flags: u32);
    sock_send(fd: u32, array: u32, len: u32, flags: u32, out: u32);
    sock_shutdown(fd: u32, how: u32);
    sock_accept(fd: u32, flags: u32, out: u32);
}

/// The calls of a version.
pub fn of(version: Version) -> &'static [Definition] {
    match version {
        Version::Preview1 => CALLS,
        Version::Unstable => &CALLS[..CALLS.len() - 1],
    }
}
