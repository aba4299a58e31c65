//! The table of system calls. Each row has the name and the parameters of a call, and the first version of WASI with
//! the call.
//!
//! To add a call, add a row to [`ROWS`] and a method of the same name to [`Call`].

use crate::base::types::{ExternType, FuncType, ValType};
use crate::base::value::Value;
use crate::wasi::guest::Guest;
use crate::wasi::wait::Interrupts;
use crate::wasi::{Errno, Failure, Result, Stop, WasiContext};
use std::io::SeekFrom;
use std::sync::LazyLock;

/// A version of WASI. The order is from the oldest version to the newest. A call has the same type in all versions, but
/// some structures and numbers differ.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Version {
    /// `wasi_unstable`, also called snapshot 0.
    Unstable,
    /// `wasi_snapshot_preview1`.
    Preview1,
}

impl Version {
    /// Returns the module name in the imports of guests.
    pub fn module(self) -> &'static str {
        match self {
            Self::Unstable => "wasi_unstable",
            Self::Preview1 => "wasi_snapshot_preview1",
        }
    }

    /// Returns the number of bits that `rights` defines. All higher bits are invalid.
    pub fn rights_count(self) -> u32 {
        match self {
            Self::Unstable => 29,
            Self::Preview1 => 30,
        }
    }

    /// Converts a number of the WASI type `whence`, the start of a seek, to a [`SeekFrom`] with offset 0. The numbers
    /// depend on the version.
    pub fn whence(self, whence: u32) -> Result<SeekFrom> {
        let (start, current, end) = (SeekFrom::Start(0), SeekFrom::Current(0), SeekFrom::End(0));
        let positions = match self {
            Self::Unstable => [current, end, start],
            Self::Preview1 => [start, current, end],
        };
        positions.get(whence as usize).copied().ok_or(Errno::INVAL.into())
    }
}

/// One system call in progress. Each method with the name of a system call implements this system call.
pub struct Call<'a> {
    /// The WASI context of the guest: its arguments, environment variables and open descriptors.
    pub wasi: &'a WasiContext,
    /// The memory of the guest.
    pub guest: Guest<'a>,
    /// The version of WASI from which the guest has imported the call.
    pub version: Version,
    /// Ends a call that waits or takes long, if the guest must end.
    pub interrupts: Interrupts<'a>,
}

/// A function that calls the method of [`Call`] for a system call. The value slots hold the arguments.
type Entry = fn(&mut Call<'_>, &[Value]) -> Result<()>;

/// A row of the table of system calls.
struct Row {
    name: &'static str,
    /// The first version with the call. All later versions have the call too.
    since: Version,
    params: &'static [ValType],
    entry: Entry,
}

/// The definition of a system call in one version of WASI.
pub struct Definition {
    /// The name of the system call, and of its import in guests.
    pub name: &'static str,
    /// The type of the host function.
    pub ty: FuncType,
    /// The type `ty`, wrapped as the type of an import.
    pub extern_type: ExternType,
    entry: Entry,
}

impl Definition {
    fn new(row: &Row) -> Self {
        // `proc_exit` does not return. All other calls return an `errno`.
        let results: &[ValType] = if row.name == "proc_exit" { &[] } else { &[ValType::I32] };
        let ty = FuncType { params: row.params.into(), results: results.into() };
        Self { name: row.name, extern_type: ExternType::Func(ty.clone()), ty, entry: row.entry }
    }

    /// Returns the number of parameters.
    pub fn arity(&self) -> usize {
        self.ty.params.len()
    }

    /// Runs the system call and returns the error number for the guest, or the reason why the guest ends. `values`
    /// contains one argument for each parameter. A system call that a signal has interrupted starts again.
    pub fn call(&self, call: &mut Call<'_>, values: &[Value]) -> std::result::Result<Errno, Stop> {
        loop {
            match (self.entry)(call, values) {
                Ok(()) => return Ok(Errno::SUCCESS),
                Err(Failure::Errno(errno)) => return Ok(errno),
                Err(Failure::Stop(stop)) => return Err(stop),
                Err(Failure::Interrupted) => call.interrupts.check()?,
            }
        }
    }
}

macro_rules! calls {
    ($($name:ident($($arg:ident: $ty:ident),*) since $since:ident;)+) => {
        /// The system calls of all versions.
        const ROWS: &[Row] = &[$(Row {
            name: stringify!($name),
            since: Version::$since,
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
    args_get(pointers_ptr: u32, buffer_ptr: u32) since Unstable;
    args_sizes_get(count_ptr: u32, size_ptr: u32) since Unstable;
    environ_get(pointers_ptr: u32, buffer_ptr: u32) since Unstable;
    environ_sizes_get(count_ptr: u32, size_ptr: u32) since Unstable;
    clock_res_get(id: u32, out_ptr: u32) since Unstable;
    clock_time_get(id: u32, precision: u64, out_ptr: u32) since Unstable;
    fd_advise(fd: u32, offset: u64, len: u64, advice: u32) since Unstable;
    fd_allocate(fd: u32, offset: u64, len: u64) since Unstable;
    fd_close(fd: u32) since Unstable;
    fd_datasync(fd: u32) since Unstable;
    fd_fdstat_get(fd: u32, out_ptr: u32) since Unstable;
    fd_fdstat_set_flags(fd: u32, flags: u32) since Unstable;
    fd_fdstat_set_rights(fd: u32, base: u64, inheriting: u64) since Unstable;
    fd_filestat_get(fd: u32, out_ptr: u32) since Unstable;
    fd_filestat_set_size(fd: u32, size: u64) since Unstable;
    fd_filestat_set_times(fd: u32, atim: u64, mtim: u64, fst_flags: u32) since Unstable;
    fd_pread(fd: u32, iovs_ptr: u32, iovs_len: u32, offset: u64, out_ptr: u32) since Unstable;
    fd_prestat_get(fd: u32, out_ptr: u32) since Unstable;
    fd_prestat_dir_name(fd: u32, path_ptr: u32, path_len: u32) since Unstable;
    fd_pwrite(fd: u32, iovs_ptr: u32, iovs_len: u32, offset: u64, out_ptr: u32) since Unstable;
    fd_read(fd: u32, iovs_ptr: u32, iovs_len: u32, out_ptr: u32) since Unstable;
    fd_readdir(fd: u32, buffer_ptr: u32, buffer_len: u32, cookie: u64, out_ptr: u32) since Unstable;
    fd_renumber(from: u32, to: u32) since Unstable;
    fd_seek(fd: u32, offset: u64, whence: u32, out_ptr: u32) since Unstable;
    fd_sync(fd: u32) since Unstable;
    fd_tell(fd: u32, out_ptr: u32) since Unstable;
    fd_write(fd: u32, iovs_ptr: u32, iovs_len: u32, out_ptr: u32) since Unstable;
    path_create_directory(fd: u32, path_ptr: u32, path_len: u32) since Unstable;
    path_filestat_get(fd: u32, lookup_flags: u32, path_ptr: u32, path_len: u32, out_ptr: u32) since Unstable;
    path_filestat_set_times(fd: u32, lookup_flags: u32, path_ptr: u32, path_len: u32, atim: u64, mtim: u64,
                            fst_flags: u32) since Unstable;
    path_link(fd: u32, lookup_flags: u32, path_ptr: u32, path_len: u32, new_fd: u32, new_path_ptr: u32,
              new_path_len: u32) since Unstable;
    path_open(fd: u32, lookup_flags: u32, path_ptr: u32, path_len: u32, oflags: u32, rights: u64, inheriting: u64,
              fdflags: u32, out_ptr: u32) since Unstable;
    path_readlink(fd: u32, path_ptr: u32, path_len: u32, buffer_ptr: u32, buffer_len: u32, out_ptr: u32) since Unstable;
    path_remove_directory(fd: u32, path_ptr: u32, path_len: u32) since Unstable;
    path_rename(fd: u32, path_ptr: u32, path_len: u32, new_fd: u32, new_path_ptr: u32, new_path_len: u32)
        since Unstable;
    path_symlink(target_ptr: u32, target_len: u32, fd: u32, path_ptr: u32, path_len: u32) since Unstable;
    path_unlink_file(fd: u32, path_ptr: u32, path_len: u32) since Unstable;
    poll_oneoff(subscriptions_ptr: u32, events_ptr: u32, count: u32, out_ptr: u32) since Unstable;
    proc_exit(code: u32) since Unstable;
    proc_raise(signal: u32) since Unstable;
    sched_yield() since Unstable;
    random_get(ptr: u32, len: u32) since Unstable;
    sock_recv(fd: u32, iovs_ptr: u32, iovs_len: u32, flags: u32, out_ptr: u32, out_flags_ptr: u32) since Unstable;
    sock_send(fd: u32, iovs_ptr: u32, iovs_len: u32, flags: u32, out_ptr: u32) since Unstable;
    sock_shutdown(fd: u32, how: u32) since Unstable;
    sock_accept(fd: u32, flags: u32, out_ptr: u32) since Preview1;
}

/// Returns the definitions of the calls in `version`, in the order of `rows`.
fn definitions_from(rows: &[Row], version: Version) -> Vec<Definition> {
    rows.iter().filter(|row| row.since <= version).map(Definition::new).collect()
}

/// Returns the definitions of the system calls in `version`.
pub fn definitions(version: Version) -> &'static [Definition] {
    static UNSTABLE: LazyLock<Vec<Definition>> = LazyLock::new(|| definitions_from(ROWS, Version::Unstable));
    static PREVIEW1: LazyLock<Vec<Definition>> = LazyLock::new(|| definitions_from(ROWS, Version::Preview1));
    match version {
        Version::Unstable => &UNSTABLE,
        Version::Preview1 => &PREVIEW1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::guest_memory::GuestMemory;
    use crate::base::error::fail;
    use crate::wasi::testing::errno;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// The functions of `wasi_unstable.witx` (snapshot 0), sorted by name.
    const SNAPSHOT_0: [&str; 45] = [
        "args_get",
        "args_sizes_get",
        "clock_res_get",
        "clock_time_get",
        "environ_get",
        "environ_sizes_get",
        "fd_advise",
        "fd_allocate",
        "fd_close",
        "fd_datasync",
        "fd_fdstat_get",
        "fd_fdstat_set_flags",
        "fd_fdstat_set_rights",
        "fd_filestat_get",
        "fd_filestat_set_size",
        "fd_filestat_set_times",
        "fd_pread",
        "fd_prestat_dir_name",
        "fd_prestat_get",
        "fd_pwrite",
        "fd_read",
        "fd_readdir",
        "fd_renumber",
        "fd_seek",
        "fd_sync",
        "fd_tell",
        "fd_write",
        "path_create_directory",
        "path_filestat_get",
        "path_filestat_set_times",
        "path_link",
        "path_open",
        "path_readlink",
        "path_remove_directory",
        "path_rename",
        "path_symlink",
        "path_unlink_file",
        "poll_oneoff",
        "proc_exit",
        "proc_raise",
        "random_get",
        "sched_yield",
        "sock_recv",
        "sock_send",
        "sock_shutdown",
    ];

    /// Returns the sorted names of the system calls.
    fn names(definitions: &[Definition]) -> Vec<&'static str> {
        let mut names: Vec<_> = definitions.iter().map(|definition| definition.name).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn each_version_has_the_calls_of_its_specification() {
        assert_eq!(names(definitions(Version::Unstable)), SNAPSHOT_0);
        let mut preview1 = [SNAPSHOT_0.as_slice(), &["sock_accept"]].concat();
        preview1.sort_unstable();
        assert_eq!(names(definitions(Version::Preview1)), preview1);
    }

    #[test]
    fn a_new_row_is_added_to_its_version_and_later_ones_wherever_it_stands() {
        let row = |name, since| Row { name, since, params: &[ValType::I64], entry: |_, _| Ok(()) };
        let rows = [
            row("new_1", Version::Preview1),
            row("old_1", Version::Unstable),
            row("new_2", Version::Preview1),
            row("old_2", Version::Unstable),
            row("new_3", Version::Preview1),
        ];
        assert_eq!(names(&definitions_from(&rows, Version::Unstable)), ["old_1", "old_2"]);
        assert_eq!(names(&definitions_from(&rows, Version::Preview1)), ["new_1", "new_2", "new_3", "old_1", "old_2"]);
    }

    #[test]
    fn types_come_from_the_rows() {
        let ty = |name| {
            let definition = definitions(Version::Preview1).iter().find(|definition| definition.name == name).unwrap();
            assert_eq!(definition.extern_type, ExternType::Func(definition.ty.clone()));
            definition.ty.to_string()
        };
        assert_eq!(ty("fd_seek"), "(func (param i32 i64 i32 i32) (result i32))");
        assert_eq!(ty("sched_yield"), "(func (result i32))");
        assert_eq!(ty("proc_exit"), "(func (param i32))");
    }

    #[test]
    fn a_call_with_another_number_of_arguments_is_invalid() {
        let wasi = WasiContext::new();
        let memory = GuestMemory::default;
        let (guest, interrupts) = (Guest::new(&memory), Interrupts::new(&|| Ok(())));
        let mut call = Call { wasi: &wasi, guest, version: Version::Preview1, interrupts };
        for definition in definitions(Version::Preview1) {
            let values = vec![Value::default(); definition.arity() + 1];
            assert_eq!(definition.call(&mut call, &values).unwrap(), Errno::INVAL, "{}", definition.name);
        }
    }

    #[test]
    fn a_call_that_a_signal_has_interrupted_starts_again() {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let entry: Entry = |_, _| match COUNT.fetch_add(1, Ordering::Relaxed) {
            0..6 => Err(rustix::io::Errno::INTR.into()),
            _ => Err(Errno::BUSY.into()),
        };
        let row = Row { name: "call", since: Version::Unstable, params: &[], entry };
        let (wasi, memory, checks) = (WasiContext::new(), GuestMemory::default, std::cell::Cell::new(0));
        let check = || {
            checks.set(checks.get() + 1);
            if checks.get() == 8 { fail!(Trap, "the guest must end") } else { Ok(()) }
        };
        let (guest, interrupts) = (Guest::new(&memory), Interrupts::new(&check));
        let mut call = Call { wasi: &wasi, guest, version: Version::Preview1, interrupts };
        assert_eq!(Definition::new(&row).call(&mut call, &[]).unwrap(), Errno::BUSY);
        assert_eq!((COUNT.swap(0, Ordering::Relaxed), checks.get()), (7, 6));
        assert!(matches!(Definition::new(&row).call(&mut call, &[]), Err(Stop::Ended(_))));
    }

    #[test]
    fn whence_is_numbered_by_version() {
        let kinds = |version: Version| [0, 1, 2].map(|whence| version.whence(whence).unwrap());
        let (start, current, end) = (SeekFrom::Start(0), SeekFrom::Current(0), SeekFrom::End(0));
        assert_eq!(kinds(Version::Unstable), [current, end, start]);
        assert_eq!(kinds(Version::Preview1), [start, current, end]);
        assert_eq!(errno(Version::Preview1.whence(3)), Some(Errno::INVAL));
    }
}
