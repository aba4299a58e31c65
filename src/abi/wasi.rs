//! C functions for WASI contexts, which hold what WASI guests can use (arguments, environment variables, open
//! descriptors), and for host functions that perform the system calls of WASI.

use crate::abi::func::{Environment, Finalizer};
use crate::abi::store::CStore;
use crate::abi::types::{CExternType, Str};
use crate::abi::wasi_stream::{CStream, StreamCallback};
use crate::abi::{box_for_c, catch_errors, delete};
use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::base::pointer::{self, Handle, non_null};
use crate::store::host;
use crate::store::object::{Extern, Instance};
use crate::wasi::caller::Caller;
use crate::wasi::{self, Dir, HostFile, Input, Output, Perms, Place, Root, Stream, Version, WasiContext, WasiFunc};
use parking_lot::Mutex;
use rustix::fs::{Mode, OFlags, openat};
use std::ffi::c_void;
use std::fs::File;
use std::io::Cursor;
use std::mem::MaybeUninit;
use std::os::fd::BorrowedFd;
use std::sync::Arc;

/// Right to a preopened directory: guests may list and open its entries.
pub const AW_WASI_LIST: u32 = 1;
/// Right to a preopened directory: guests may create, remove and rename its entries.
pub const AW_WASI_CHANGE: u32 = 2;
/// Right to a preopened directory: guests may read its files.
pub const AW_WASI_READ: u32 = 4;
/// Right to a preopened directory: guests may write its files.
pub const AW_WASI_WRITE: u32 = 8;

/// A WASI context: arguments, environment variables and open descriptors. Several instances may share a context. C owns
/// the struct; functions that use the context share the `Arc`.
pub struct CWasi(pub Arc<WasiContext>);

/// A virtual root directory of a WASI context. The root contains preopened directories.
pub struct CWasiRoot(pub Arc<Root>);

impl Handle for CWasi {}
impl Handle for CWasiRoot {}

/// Returns a new WASI context without arguments, environment variables and directories. Standard input is empty, and
/// standard output and error discard all data. The caller deletes the context. The context itself lives until no
/// function uses the context.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_new() -> Option<Box<CWasi>> {
    catch_errors(|| box_for_c(CWasi(WasiContext::new())))
}

/// Returns a new WASI context whose system calls all fail until `aw_wasi_take_over` sets its contents. The caller
/// deletes the context.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_new_unset() -> Option<Box<CWasi>> {
    catch_errors(|| box_for_c(CWasi(WasiContext::unset())))
}

/// Deletes a WASI context. Has no effect if the pointer is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_delete(wasi: Option<Box<CWasi>>) {
    delete(wasi);
}

/// Moves the contents of `other` to `wasi`. Functions that were made with `wasi` use the new contents from the next
/// call on. The old descriptors of `wasi` are closed when the system calls that still use them have ended. `other`
/// becomes like a new context.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_take_over(wasi: Option<&CWasi>, other: Option<&CWasi>) -> bool {
    catch_errors(|| {
        non_null_context(wasi)?.take_over(non_null_context(other)?);
        Ok(true)
    })
}

/// Returns whether all system calls have ended that use a descriptor from before the last `aw_wasi_take_over`. While
/// the result is false, the old streams still need the environments of their callbacks, so the caller keeps these
/// environments alive.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_is_idle(wasi: Option<&CWasi>) -> bool {
    catch_errors(|| Ok(non_null_context(wasi)?.is_idle()))
}

/// Adds an argument. The first argument is the program's name. Fails if the argument contains a null byte.
///
/// # Safety
/// The caller guarantees that `arg` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_arg(wasi: Option<&CWasi>, arg: *const u8, len: usize) -> bool {
    catch_errors(|| {
        // SAFETY: the caller guarantees that `arg` points to `len` bytes. The call only reads the bytes.
        let arg = unsafe { pointer::slice(arg, len, "the argument") }?;
        non_null_context(wasi)?.arg(arg)?;
        Ok(true)
    })
}

/// Adds an environment variable. Fails if the name or the value contains a null byte.
///
/// # Safety
/// The caller guarantees that `name` points to `name_len` bytes, and `value` to `value_len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_env(
    wasi: Option<&CWasi>,
    name: *const u8,
    name_len: usize,
    value: *const u8,
    value_len: usize,
) -> bool {
    catch_errors(|| {
        // SAFETY: the caller guarantees that `name` points to `name_len` bytes, and `value` to `value_len` bytes. The
        // call only reads these bytes.
        let (name, value) =
            unsafe { (pointer::slice(name, name_len, "the name")?, pointer::slice(value, value_len, "the value")?) };
        non_null_context(wasi)?.env(name, value)?;
        Ok(true)
    })
}

/// Preopens a directory of the host as the next descriptor. `dir` is a file descriptor of this process for the
/// directory, open for reading; the function opens the directory again, so the caller may close `dir`. `name` is the
/// path by which guests open the directory. `perms` is the sum of rights `AW_WASI_*`. If `root` is not NULL, guests can
/// also open the directory through this virtual root directory.
///
/// # Safety
/// The caller guarantees that nobody closes `dir` before the function returns, and that `name` points to `name_len`
/// bytes. The name is UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_preopen(
    wasi: Option<&CWasi>,
    root: Option<&CWasiRoot>,
    dir: i32,
    name: *const u8,
    name_len: usize,
    perms: u32,
) -> bool {
    catch_errors(|| {
        let wasi = non_null_context(wasi)?;
        // SAFETY: the caller guarantees that `name` points to `name_len` bytes. The call only reads these bytes.
        let name = unsafe { pointer::slice(name, name_len, "the name") }?;
        let Ok(name) = std::str::from_utf8(name) else { fail!(Invalid, "the directory's name is not UTF-8") };
        if dir < 0 {
            fail!(Invalid, "{dir} is not a descriptor");
        }
        // SAFETY: the function has checked that `dir` is not -1. The caller guarantees that nobody closes `dir` during
        // the call.
        let (dir, perms) = (open_host_dir(unsafe { BorrowedFd::borrow_raw(dir) })?, perms_from_bits(perms));
        if let Some(root) = root {
            root.0.add(name, dir.clone(), perms);
        }
        push_preopened(wasi, Place::Host(dir, perms), name)
    })
}

/// Opens the directory of a descriptor again. The new descriptor has its own position in the listing of the directory.
fn open_host_dir(dir: BorrowedFd<'_>) -> Result<Arc<cap_std::fs::Dir>> {
    let opened = openat(dir, ".", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
    let opened = opened.map(|opened| Arc::new(cap_std::fs::Dir::from_std_file(File::from(opened))));
    opened.map_err(|error| Error::new(ErrorKind::Invalid, format!("cannot open the directory: {error}")))
}

fn perms_from_bits(bits: u32) -> Perms {
    let has = |bit| bits & bit != 0;
    Perms { list: has(AW_WASI_LIST), change: has(AW_WASI_CHANGE), read: has(AW_WASI_READ), write: has(AW_WASI_WRITE) }
}

/// Preopens a new virtual root directory as the next descriptor, with the name `/`. `aw_wasi_preopen` can add
/// directories to the root. Guests open these directories by absolute paths. The caller deletes the root.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_root_new(wasi: Option<&CWasi>) -> Option<Box<CWasiRoot>> {
    catch_errors(|| {
        let root = Arc::new(Root::default());
        push_preopened(non_null_context(wasi)?, Place::Root(root.clone()), "/")?;
        box_for_c(CWasiRoot(root))
    })
}

/// Deletes the caller's `aw_wasi_root`. Has no effect if the pointer is NULL. The descriptor of the root stays open in
/// the context.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_root_delete(root: Option<Box<CWasiRoot>>) {
    delete(root);
}

/// Opens a preopened directory as the next descriptor.
fn push_preopened(wasi: &WasiContext, place: Place, name: &str) -> Result<bool> {
    match wasi.preopen(Dir::preopened(place, name)) {
        Ok(_) => Ok(true),
        Err(_) => fail!(Invalid, "there are too many directories"),
    }
}

/// Sets the maximum number of files and directories that guests may have open, in addition to the standard streams and
/// the preopened directories. The default is 512.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_set_max_opened(wasi: Option<&CWasi>, max: usize) -> bool {
    catch_errors(|| {
        non_null_context(wasi)?.set_max_opened(max);
        Ok(true)
    })
}

/// Connects standard input (0), output (1) or error (2) to a duplicate of a file descriptor of this process.
///
/// If `fd` equals `which` and is not open, this process was started without this stream. Standard input is then empty,
/// and standard output and error discard all data, as in a new context.
///
/// # Safety
/// The caller guarantees that nobody closes `fd` before the function returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_stdio_fd(wasi: Option<&CWasi>, which: u32, fd: i32) -> bool {
    catch_errors(|| {
        let wasi = non_null_context(wasi)?;
        if fd < 0 {
            fail!(Invalid, "{fd} is not a descriptor");
        }
        // SAFETY: the function has checked that `fd` is not -1. The caller guarantees that nobody closes `fd` during
        // the call. If `fd` is not open, the operating system refuses to duplicate it.
        let duplicate = unsafe { BorrowedFd::borrow_raw(fd) }.try_clone_to_owned();
        let is_closed = |error: &std::io::Error| error.raw_os_error() == Some(rustix::io::Errno::BADF.raw_os_error());
        if which < 3 && fd == which as i32 && duplicate.as_ref().is_err_and(is_closed) {
            return Ok(true);
        }
        let file = duplicate.and_then(|duplicate| Ok(HostFile::new(File::from(duplicate))?));
        let file = file.map_err(|e| Error::new(ErrorKind::Invalid, format!("the descriptor {fd}: {e}")))?;
        connect_stdio(wasi, which, Input::File, Output::File, file)
    })
}

/// Connects standard input to a copy of these bytes.
///
/// # Safety
/// The caller guarantees that `data` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_stdin_bytes(wasi: Option<&CWasi>, data: *const u8, len: usize) -> bool {
    catch_errors(|| {
        // SAFETY: the caller guarantees that `data` points to `len` bytes. The call only reads the bytes.
        let data = unsafe { pointer::slice(data, len, "the input") }?;
        non_null_context(wasi)?.set_input(Input::Bytes(Mutex::new(Cursor::new(data.to_vec()))));
        Ok(true)
    })
}

/// Connects standard input (0), output (1) or error (2) to a callback.
///
/// `finalizer` may be NULL. A finalizer that is not NULL is called once with `env`, when the context no longer uses the
/// stream. If `aw_wasi_stdio_stream` fails, `aw_wasi_stdio_stream` calls the finalizer before it returns.
///
/// # Safety
/// The caller guarantees that `callback` and `finalizer` may be called with `env` from any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_stdio_stream(
    wasi: Option<&CWasi>,
    which: u32,
    callback: StreamCallback,
    env: *mut c_void,
    finalizer: Finalizer,
) -> bool {
    // The `Environment` is created before anything can fail, because its `drop` calls the finalizer, also if this
    // function fails.
    // SAFETY: the caller guarantees that the finalizer may be called with `env` from any thread.
    let env = unsafe { Environment::new(env, finalizer) };
    catch_errors(|| {
        let (callback, wasi) = (non_null(callback, "the callback")?, non_null_context(wasi)?);
        // SAFETY: the caller guarantees that the callback may be called with `env`, from any thread.
        let stream: Box<dyn Stream> = Box::new(unsafe { CStream::new(callback, env) });
        connect_stdio(wasi, which, Input::Stream, Output::Stream, stream)
    })
}

/// Connects the standard stream `which` (0, 1 or 2) to `stream`. `input` and `output` wrap `stream` for the role that
/// it gets: standard input, or standard output or error.
fn connect_stdio<T>(
    wasi: &WasiContext,
    which: u32,
    input: fn(T) -> Input,
    output: fn(T) -> Output,
    stream: T,
) -> Result<bool> {
    match which {
        0 => wasi.set_input(input(stream)),
        1 | 2 => wasi.set_output(which, output(stream)),
        _ => fail!(Invalid, "{which} is not a standard stream: 0, 1 or 2"),
    }
    Ok(true)
}

/// Returns the name of the system call at `index`, or no text if `index` is beyond the last system call. `version` is 0
/// for `wasi_unstable` and 1 for `wasi_snapshot_preview1`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_call_name(version: u32, index: usize) -> Str {
    catch_errors(|| {
        let definition = version_with_number(version).and_then(|version| wasi::calls(version).get(index));
        Ok(Str::from_option(definition.map(|definition| definition.name)))
    })
}

/// Writes the type of the system call at `index` to `out`. `version` has the same meaning as for `aw_wasi_call_name`.
/// Fails if `index` is beyond the last system call.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_call_type(version: u32, index: usize, out: Option<&mut MaybeUninit<CExternType>>) -> bool {
    catch_errors(|| {
        let definition = version_with_number(version).and_then(|version| wasi::calls(version).get(index));
        let Some(definition) = definition else {
            fail!(Bounds, "there is no call {index} in version {version} of WASI")
        };
        non_null(out, "the place for the type")?.write(CExternType::new(Some(&definition.extern_type)));
        Ok(true)
    })
}

/// Returns a new host function for the system call at `index`. `version` has the same meaning as for
/// `aw_wasi_call_name`. Only one instance may import the function, and `aw_wasi_bind` binds the function to this
/// instance. The function reads and writes the memory that the instance exports as `memory`. A call of the function
/// traps if the function is not bound. The caller deletes the extern.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_func(
    store: Option<&CStore>,
    wasi: Option<&CWasi>,
    version: u32,
    index: usize,
) -> Option<Box<Extern>> {
    catch_errors(|| {
        let (store, wasi) = (non_null(store, "the store")?.0.clone(), non_null(wasi, "the WASI")?.0.clone());
        let entered = store.enter()?;
        let caller = Arc::new(Caller::default());
        let func = version_with_number(version).and_then(|version| WasiFunc::new(wasi, version, index, caller.clone()));
        let Some(func) = func else { fail!(Bounds, "there is no call {index} in version {version} of WASI") };
        let ty = func.ty();
        let mut func = host::new_func(&store, &entered, ty, func)?;
        func.caller = Some(caller);
        box_for_c(func)
    })
}

/// Binds a function that `aw_wasi_func` returned to the instance that imports the function. The caller binds the
/// function before WebAssembly runs in the instance.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_bind(func: Option<&Extern>, instance: Option<&Instance>) -> bool {
    catch_errors(|| {
        let (func, instance) = (non_null(func, "the function")?, non_null(instance, "the instance")?);
        func.bind(instance)?;
        Ok(true)
    })
}

fn version_with_number(number: u32) -> Option<Version> {
    [Version::Unstable, Version::Preview1].get(number as usize).copied()
}

fn non_null_context(wasi: Option<&CWasi>) -> Result<&WasiContext> {
    Ok(&non_null(wasi, "the WASI")?.0)
}
