//! WASI: what a program finds, and its system calls as functions.

use crate::abi::types::{CExternType, Str};
use crate::abi::wasi_stream::{CStream, StreamCallback};
use crate::abi::{entry, pointer};
use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::store::Store;
use crate::store::host;
use crate::store::object::{Extern, Instance};
use crate::wasi::caller::Caller;
use crate::wasi::{self, Descriptor, Dir, Input, Output, Perms, Place, Root, Stream, Version, WasiContext, WasiFunc};
use parking_lot::Mutex;
use std::ffi::{OsStr, c_void};
use std::fs::File;
use std::io::Cursor;
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;

/// A directory's names may be listed and opened.
pub const AW_WASI_LIST: u32 = 1;
/// A directory's names may be made, removed and renamed.
pub const AW_WASI_CHANGE: u32 = 2;
/// Files may be read.
pub const AW_WASI_READ: u32 = 4;
/// Files may be written.
pub const AW_WASI_WRITE: u32 = 8;

/// A program's surroundings: no arguments, no environment, nothing to read, output that goes nowhere, no directories.
/// The caller deletes them; functions made with them keep them alive.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_new() -> *const WasiContext {
    pointer::give_shared(WasiContext::new())
}

/// The same, but every call made with it fails until it has taken over another.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_new_unset() -> *const WasiContext {
    pointer::give_shared(WasiContext::unset())
}

/// Deletes it; NULL is nothing.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_delete(wasi: *const WasiContext) {
    // SAFETY: the module's rules.
    unsafe { pointer::take_shared(wasi) }
}

/// Takes over what another has, for the functions made with this one too; the other is then as new.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_take_over(wasi: *const WasiContext, other: *const WasiContext) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let (wasi, other) = unsafe { (of(wasi)?, of(other)?) };
        wasi.take_over(other);
        Ok(true)
    })
}

/// Whether no call is at work any more on what was here before `aw_wasi_take_over`: until then the host's streams among it
/// must stay. True for NULL.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_is_idle(wasi: *const WasiContext) -> bool {
    // SAFETY: the module's rules.
    unsafe { of(wasi) }.is_ok_and(WasiContext::is_idle)
}

/// Adds an argument, the first of which is the program's name; fails where it contains a null byte.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_arg(wasi: *const WasiContext, arg: *const u8, len: usize) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let (wasi, arg) = unsafe { (of(wasi)?, pointer::slice(arg, len, "the argument")?) };
        wasi.arg(arg)?;
        Ok(true)
    })
}

/// Adds an environment variable; fails where one of the two contains a null byte.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_env(
    wasi: *const WasiContext,
    name: *const u8,
    name_len: usize,
    value: *const u8,
    value_len: usize,
) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let (name, value) =
            unsafe { (pointer::slice(name, name_len, "the name")?, pointer::slice(value, value_len, "the value")?) };
        // SAFETY: as above.
        unsafe { of(wasi) }?.env(name, value)?;
        Ok(true)
    })
}

/// Makes a directory of the host the next descriptor, under the name that the guest finds it by; `perms` are
/// `AW_WASI_*`. Where `root` is not NULL, the directory is found below it, too.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_preopen(
    wasi: *const WasiContext,
    root: *const Root,
    path: *const u8,
    path_len: usize,
    name: *const u8,
    name_len: usize,
    perms: u32,
) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let (wasi, path, name) = unsafe {
            (of(wasi)?, pointer::slice(path, path_len, "the path")?, pointer::slice(name, name_len, "the name")?)
        };
        let Ok(name) = std::str::from_utf8(name) else { fail!(Invalid, "the directory's name is not UTF-8") };
        let authority = cap_std::ambient_authority();
        let dir = cap_std::fs::Dir::open_ambient_dir(OsStr::from_bytes(path), authority).map_err(|error| {
            let shown = String::from_utf8_lossy(path);
            Error::new(ErrorKind::Invalid, format!("cannot open the directory `{shown}`: {error}"))
        })?;
        let has = |bit| perms & bit != 0;
        let perms = Perms {
            list: has(AW_WASI_LIST),
            change: has(AW_WASI_CHANGE),
            read: has(AW_WASI_READ),
            write: has(AW_WASI_WRITE),
        };
        let dir = Arc::new(dir);
        // SAFETY: the module's rules.
        if let Some(root) = unsafe { root.as_ref() } {
            root.add(name, dir.clone(), perms);
        }
        push(wasi, Place::Host(dir, perms), name)
    })
}

/// Makes a directory that holds other directories the next descriptor, as `/`: through it, a guest finds those by
/// absolute paths. The caller deletes it.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_root_new(wasi: *const WasiContext) -> *const Root {
    entry(|| {
        let root = Arc::new(Root::default());
        // SAFETY: the module's rules.
        push(unsafe { of(wasi) }?, Place::Root(root.clone()), "/")?;
        Ok(pointer::give_shared(root))
    })
}

/// Deletes a root; NULL is nothing. The descriptor stays.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_root_delete(root: *const Root) {
    // SAFETY: the module's rules.
    unsafe { pointer::take_shared(root) }
}

fn push(wasi: &WasiContext, place: Place, name: &str) -> Result<bool> {
    match wasi.push(Descriptor::Dir(Dir::preopened(place, name))) {
        Ok(_) => Ok(true),
        Err(_) => fail!(Invalid, "there are too many directories"),
    }
}

/// Connects standard input (0), output (1) or error (2) to a descriptor of the process, of which it makes a copy.
///
/// # Safety
/// See the module's rules; `fd` is open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_stdio_fd(wasi: *const WasiContext, which: u32, fd: i32) -> bool {
    entry(|| {
        if fd < 0 {
            fail!(Invalid, "{fd} is not a descriptor");
        }
        // SAFETY: the caller's promise.
        let copied = unsafe { BorrowedFd::borrow_raw(fd) }.try_clone_to_owned();
        let file = File::from(copied.map_err(|e| Error::new(ErrorKind::Invalid, format!("the descriptor {fd}: {e}")))?);
        // SAFETY: the module's rules.
        let wasi = unsafe { of(wasi) }?;
        set(wasi, which, Input::File, Output::File, file)
    })
}

/// Connects standard input to these bytes, of which it makes a copy.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_stdin_bytes(wasi: *const WasiContext, data: *const u8, len: usize) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let (wasi, data) = unsafe { (of(wasi)?, pointer::slice(data, len, "the input")?) };
        wasi.set_input(Input::Bytes(Mutex::new(Cursor::new(data.to_vec()))));
        Ok(true)
    })
}

/// Connects standard input (0), output (1) or error (2) to a callback. `finalizer`, if any, is called with `env` once,
/// when nothing uses it any more, or before this returns where it fails.
///
/// # Safety
/// See the module's rules; `callback` and `finalizer` may be called from any thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_stdio_stream(
    wasi: *const WasiContext,
    which: u32,
    callback: StreamCallback,
    env: *mut c_void,
    finalizer: Option<unsafe extern "C" fn(env: *mut c_void)>,
) -> bool {
    // Made first, so that the finalizer runs whatever goes wrong.
    let stream: Box<dyn Stream> = Box::new(CStream { callback, env, finalizer });
    entry(|| {
        // SAFETY: the module's rules.
        let wasi = unsafe { of(wasi) }?;
        set(wasi, which, Input::Stream, Output::Stream, stream)
    })
}

fn set<T>(wasi: &WasiContext, which: u32, input: fn(T) -> Input, output: fn(T) -> Output, what: T) -> Result<bool> {
    match which {
        0 => wasi.set_input(input(what)),
        1 | 2 => wasi.set_output(which, output(what)),
        _ => fail!(Invalid, "{which} is not a standard stream: 0, 1 or 2"),
    }
    Ok(true)
}

/// The module that the calls of a version are imported from; no text behind the last. 0 is `wasi_unstable`, 1 is
/// `wasi_snapshot_preview1`.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_module(version: u32) -> Str {
    Str::of_option(version_of(version).map(Version::module))
}

/// The name of a call by its place; no text behind the last.
#[unsafe(no_mangle)]
pub extern "C" fn aw_wasi_call_name(version: u32, index: usize) -> Str {
    let definition = version_of(version).and_then(|version| wasi::calls(version).get(index));
    Str::of_option(definition.map(|definition| definition.name))
}

/// Writes the type of a call by its place; fails behind the last.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_call_type(version: u32, index: usize, out: *mut CExternType) -> bool {
    entry(|| {
        let Some(call) = version_of(version).and_then(|version| wasi::calls(version).get(index)) else {
            fail!(Bounds, "there is no call {index} in version {version} of WASI");
        };
        // SAFETY: the module's rules.
        unsafe {
            pointer::borrow(out, "the place for the type")?;
            *out = CExternType::of(Some(&call.extern_type));
        }
        Ok(true)
    })
}

/// A system call as a function for one instance, which `aw_wasi_bind` names: it works on the memory that the instance
/// exports as `memory`, and traps until it knows one. The caller deletes the extern.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_func(
    store: *const Store,
    wasi: *const WasiContext,
    version: u32,
    index: usize,
) -> *mut Extern {
    entry(|| {
        // SAFETY: the module's rules.
        let (store, wasi) = unsafe { (pointer::share(store, "the store")?, pointer::share(wasi, "the WASI")?) };
        let entered = store.enter()?;
        let caller = Arc::new(Caller::default());
        let func = version_of(version).and_then(|version| WasiFunc::new(wasi, version, index, caller.clone()));
        let Some(func) = func else { fail!(Bounds, "there is no call {index} in version {version} of WASI") };
        let ty = func.ty();
        let mut made = host::new_func(&store, &entered, ty, func)?;
        made.caller = Some(caller);
        Ok(pointer::give(made))
    })
}

/// Tells a system call which instance it is called by, before WebAssembly runs in that.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_wasi_bind(func: *const Extern, instance: *const Instance) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        let (func, instance) =
            unsafe { (pointer::borrow(func, "the function")?, pointer::borrow(instance, "the instance")?) };
        func.bind(instance)?;
        Ok(true)
    })
}

fn version_of(version: u32) -> Option<Version> {
    [Version::Unstable, Version::Preview1].get(version as usize).copied()
}

unsafe fn of<'a>(wasi: *const WasiContext) -> Result<&'a WasiContext> {
    // SAFETY: the module's rules.
    unsafe { pointer::borrow(wasi, "the WASI") }
}
