//! WASI contexts, and the system calls of WASI as functions.

use crate::abi::func::{Environment, Finalizer};
use crate::abi::store::CStore;
use crate::abi::types::{CExternType, Str};
use crate::abi::wasi_stream::{CStream, StreamCallback};
use crate::abi::{delete, entry, give};
use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::base::pointer::{self, Handle, non_null};
use crate::store::host;
use crate::store::object::{Extern, Instance};
use crate::wasi::caller::Caller;
use crate::wasi::{self, Descriptor, Dir, Input, Output, Perms, Place, Root, Stream, Version, WasiContext, WasiFunc};
use parking_lot::Mutex;
use std::ffi::{OsStr, c_void};
use std::fs::File;
use std::io::Cursor;
use std::mem::MaybeUninit;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;

/// Right to a preopened directory: names may be listed and opened.
pub const AW_WASI_LIST: u32 = 1;
/// Right to a preopened directory: names may be created, removed and renamed.
pub const AW_WASI_CHANGE: u32 = 2;
/// Right to a preopened directory: files may be read.
pub const AW_WASI_READ: u32 = 4;
/// Right to a preopened directory: files may be written.
pub const AW_WASI_WRITE: u32 = 8;

/// A WASI context: arguments, environment variables and open descriptors. Several instances may share a context.
pub struct CWasi(pub Arc<WasiContext>);

/// A virtual root directory of a WASI context, which contains preopened directories.
pub struct CWasiRoot(pub Arc<Root>);

impl Handle for CWasi {}
impl Handle for CWasiRoot {}

/// Returns a new WASI context without arguments, environment variables and directories. Standard input is empty, and
/// standard output and error discard all data. The caller deletes the context. Functions that were made with the
/// context keep it alive.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_new() -> Option<Box<CWasi>> {
    entry(|| give(CWasi(WasiContext::new())))
}

/// Returns a new WASI context whose system calls all fail until `aw_wasi_take_over` sets its contents. The caller
/// deletes the context.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_new_unset() -> Option<Box<CWasi>> {
    entry(|| give(CWasi(WasiContext::unset())))
}

/// Deletes a WASI context; NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_delete(wasi: Option<Box<CWasi>>) {
    delete(wasi);
}

/// Moves the contents of `other` to `wasi`: functions that were made with `wasi` use the new contents from now on. The
/// former contents of `wasi` are closed. `other` is like a new context afterwards.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_take_over(wasi: Option<&CWasi>, other: Option<&CWasi>) -> bool {
    entry(|| {
        context(wasi)?.take_over(context(other)?);
        Ok(true)
    })
}

/// Returns true when no system call uses the contents any more that the context had before `aw_wasi_take_over`. Until
/// then the caller keeps the environments of the former streams alive.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_is_idle(wasi: Option<&CWasi>) -> bool {
    entry(|| Ok(context(wasi)?.is_idle()))
}

/// Adds an argument. The first argument is the program's name. Fails if the argument contains a null byte.
///
/// # Safety
/// The caller guarantees that `arg` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_arg(wasi: Option<&CWasi>, arg: *const u8, len: usize) -> bool {
    entry(|| {
        // SAFETY: the caller guarantees that `arg` points to `len` bytes, which the call only reads.
        let arg = unsafe { pointer::slice(arg, len, "the argument") }?;
        context(wasi)?.arg(arg)?;
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
    entry(|| {
        // SAFETY: the caller guarantees that both texts are as long as their lengths say; the call only reads them.
        let (name, value) =
            unsafe { (pointer::slice(name, name_len, "the name")?, pointer::slice(value, value_len, "the value")?) };
        context(wasi)?.env(name, value)?;
        Ok(true)
    })
}

/// Preopens a directory of the host as the next descriptor, under a name for the guest. `perms` is the sum of the
/// rights `AW_WASI_*`. If `root` is not NULL, guests reach the directory through the root too.
///
/// # Safety
/// The caller guarantees that `path` points to `path_len` bytes, and `name` to `name_len` bytes. The name is UTF-8.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_preopen(
    wasi: Option<&CWasi>,
    root: Option<&CWasiRoot>,
    path: *const u8,
    path_len: usize,
    name: *const u8,
    name_len: usize,
    perms: u32,
) -> bool {
    entry(|| {
        let wasi = context(wasi)?;
        // SAFETY: the caller guarantees that both texts are as long as their lengths say; the call only reads them.
        let (path, name) =
            unsafe { (pointer::slice(path, path_len, "the path")?, pointer::slice(name, name_len, "the name")?) };
        let Ok(name) = std::str::from_utf8(name) else { fail!(Invalid, "the directory's name is not UTF-8") };
        let (dir, perms) = (open_host_dir(path)?, perms_of(perms));
        if let Some(root) = root {
            root.0.add(name, dir.clone(), perms);
        }
        push(wasi, Place::Host(dir, perms), name)
    })
}

fn open_host_dir(path: &[u8]) -> Result<Arc<cap_std::fs::Dir>> {
    let dir = cap_std::fs::Dir::open_ambient_dir(OsStr::from_bytes(path), cap_std::ambient_authority());
    dir.map(Arc::new).map_err(|error| {
        let shown = String::from_utf8_lossy(path);
        Error::new(ErrorKind::Invalid, format!("cannot open the directory `{shown}`: {error}"))
    })
}

fn perms_of(bits: u32) -> Perms {
    let has = |bit| bits & bit != 0;
    Perms { list: has(AW_WASI_LIST), change: has(AW_WASI_CHANGE), read: has(AW_WASI_READ), write: has(AW_WASI_WRITE) }
}

/// Preopens a virtual root directory as the next descriptor, under the name `/`. Through the root, guests reach by
/// absolute paths the directories that `aw_wasi_preopen` adds to it. The caller deletes the root.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_root_new(wasi: Option<&CWasi>) -> Option<Box<CWasiRoot>> {
    entry(|| {
        let root = Arc::new(Root::default());
        push(context(wasi)?, Place::Root(root.clone()), "/")?;
        give(CWasiRoot(root))
    })
}

/// Deletes a root; NULL is allowed. The descriptor stays open.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_root_delete(root: Option<Box<CWasiRoot>>) {
    delete(root);
}

fn push(wasi: &WasiContext, place: Place, name: &str) -> Result<bool> {
    match wasi.push(Descriptor::Dir(Dir::preopened(place, name))) {
        Ok(_) => Ok(true),
        Err(_) => fail!(Invalid, "there are too many directories"),
    }
}

/// Connects standard input (0), output (1) or error (2) to a duplicate of a file descriptor of this process.
///
/// # Safety
/// The caller guarantees that nobody closes `fd` before the function returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_stdio_fd(wasi: Option<&CWasi>, which: u32, fd: i32) -> bool {
    entry(|| {
        if fd < 0 {
            fail!(Invalid, "{fd} is not a descriptor");
        }
        // SAFETY: the descriptor is not -1, and the caller guarantees that it stays open during the call.
        let duplicate = unsafe { BorrowedFd::borrow_raw(fd) }.try_clone_to_owned();
        let duplicate = duplicate.map_err(|e| Error::new(ErrorKind::Invalid, format!("the descriptor {fd}: {e}")))?;
        connect(context(wasi)?, which, Input::File, Output::File, File::from(duplicate))
    })
}

/// Connects standard input to a copy of these bytes.
///
/// # Safety
/// The caller guarantees that `data` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_stdin_bytes(wasi: Option<&CWasi>, data: *const u8, len: usize) -> bool {
    entry(|| {
        // SAFETY: the caller guarantees that `data` points to `len` bytes, which the call only reads.
        let data = unsafe { pointer::slice(data, len, "the input") }?;
        context(wasi)?.set_input(Input::Bytes(Mutex::new(Cursor::new(data.to_vec()))));
        Ok(true)
    })
}

/// Connects standard input (0), output (1) or error (2) to a callback.
///
/// `finalizer` may be NULL. Otherwise the context calls it once with `env`, when the context no longer uses the stream.
/// If `aw_wasi_stdio_stream` fails, it calls the finalizer before it returns.
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
    // The environment gets its owner first, so that every failure calls the finalizer.
    // SAFETY: the caller guarantees that the finalizer may be called with `env`.
    let env = unsafe { Environment::new(env, finalizer) };
    entry(|| {
        let (callback, wasi) = (non_null(callback, "the callback")?, context(wasi)?);
        // SAFETY: the caller guarantees that the callback may be called with `env`, from any thread.
        let stream: Box<dyn Stream> = Box::new(unsafe { CStream::new(callback, env) });
        connect(wasi, which, Input::Stream, Output::Stream, stream)
    })
}

fn connect<T>(
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

/// Returns the name of the system call at `index`, or no text beyond the last system call. `version` is 0 for
/// `wasi_unstable` and 1 for `wasi_snapshot_preview1`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_call_name(version: u32, index: usize) -> Str {
    entry(|| {
        let definition = version_of(version).and_then(|version| wasi::calls(version).get(index));
        Ok(Str::of_option(definition.map(|definition| definition.name)))
    })
}

/// Writes the type of the system call at `index` to `out`. Fails beyond the last system call.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_call_type(version: u32, index: usize, out: Option<&mut MaybeUninit<CExternType>>) -> bool {
    entry(|| {
        let definition = version_of(version).and_then(|version| wasi::calls(version).get(index));
        let Some(definition) = definition else {
            fail!(Bounds, "there is no call {index} in version {version} of WASI")
        };
        non_null(out, "the place for the type")?.write(CExternType::of(Some(&definition.extern_type)));
        Ok(true)
    })
}

/// Returns the system call at `index` as a function for import into one instance, which `aw_wasi_bind` names. The
/// function works on the memory that the instance exports as `memory`. It traps until it is bound. The caller deletes
/// the extern.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_func(
    store: Option<&CStore>,
    wasi: Option<&CWasi>,
    version: u32,
    index: usize,
) -> Option<Box<Extern>> {
    entry(|| {
        let (store, wasi) = (non_null(store, "the store")?.0.clone(), non_null(wasi, "the WASI")?.0.clone());
        let entered = store.enter()?;
        let caller = Arc::new(Caller::default());
        let func = version_of(version).and_then(|version| WasiFunc::new(wasi, version, index, caller.clone()));
        let Some(func) = func else { fail!(Bounds, "there is no call {index} in version {version} of WASI") };
        let ty = func.ty();
        let mut made = host::new_func(&store, &entered, ty, func)?;
        made.caller = Some(caller);
        give(made)
    })
}

/// Binds a system call to the instance that imports it. The caller binds the function before WebAssembly runs in the
/// instance.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_bind(func: Option<&Extern>, instance: Option<&Instance>) -> bool {
    entry(|| {
        let (func, instance) = (non_null(func, "the function")?, non_null(instance, "the instance")?);
        func.bind(instance)?;
        Ok(true)
    })
}

fn version_of(version: u32) -> Option<Version> {
    [Version::Unstable, Version::Preview1].get(version as usize).copied()
}

fn context(wasi: Option<&CWasi>) -> Result<&WasiContext> {
    Ok(&non_null(wasi, "the WASI")?.0)
}
