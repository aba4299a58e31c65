//! Finalizers: each runs once, when nothing uses its environment any more, or when the function that got it fails.

use crate::support::{call, done, engine, error, no_error, ok, store};
use anywasm::abi::func::{HostCallback, aw_func_new};
use anywasm::abi::store::{CStore, aw_store_close};
use anywasm::abi::types::AW_I32;
use anywasm::abi::wasi::{CWasi, aw_wasi_new, aw_wasi_stdio_stream, aw_wasi_take_over};
use anywasm::abi::wasi_stream::StreamCallback;
use anywasm::base::error::ErrorKind;
use anywasm::base::value::Value;
use anywasm::store::object::Extern;
use std::ffi::c_void;
use std::sync::atomic::{AtomicU32, Ordering};

/// Number of times that a finalizer ran.
#[derive(Default)]
struct Runs(AtomicU32);

impl Runs {
    fn count(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }

    fn env(&self) -> *mut c_void {
        (&raw const self.0).cast_mut().cast()
    }
}

unsafe extern "C" fn count(env: *mut c_void) {
    // SAFETY: the environment is the counter of a `Runs`, which outlives the store or context that calls the finalizer.
    unsafe { &*env.cast::<AtomicU32>() }.fetch_add(1, Ordering::SeqCst);
}

unsafe extern "C" fn host(_: *mut c_void, _: *mut Value) -> u64 {
    0
}

unsafe extern "C" fn stream(_: *mut c_void, _: *mut u8, len: usize, _: *mut u64) -> i64 {
    len as i64
}

fn new_func(store: Option<&CStore>, code: u8, callback: HostCallback, runs: &Runs) -> Option<Box<Extern>> {
    // SAFETY: there is one code each; the callback uses no environment, and the finalizer's lives as long as the test.
    unsafe { aw_func_new(store, &code, 1, &code, 1, callback, runs.env(), Some(count)) }
}

fn connect(wasi: Option<&CWasi>, which: u32, callback: StreamCallback, runs: &Runs) -> bool {
    // SAFETY: the callback uses no environment, and the finalizer's lives as long as the test.
    unsafe { aw_wasi_stdio_stream(wasi, which, callback, runs.env(), Some(count)) }
}

#[test]
fn a_host_function_is_finalized_with_its_store() {
    let (runs, store) = (Runs::default(), store(&engine()));
    let func = ok(new_func(Some(&store), AW_I32, Some(host), &runs));
    assert_eq!(call(&func, 4), Some(4));
    drop(store);
    assert_eq!((call(&func, 5), runs.count()), (Some(5), 0));
    drop(func);
    assert_eq!(runs.count(), 1);
    no_error();
}

#[test]
fn a_host_function_is_finalized_when_its_store_is_closed() {
    let (runs, store) = (Runs::default(), store(&engine()));
    let func = ok(new_func(Some(&store), AW_I32, Some(host), &runs));
    done(aw_store_close(Some(&store)));
    assert_eq!(runs.count(), 1);
    drop((func, store));
    assert_eq!(runs.count(), 1);
}

#[test]
fn a_host_function_that_cannot_be_made_is_finalized_at_once() {
    let store = store(&engine());
    let fails = |store: Option<&CStore>, code, callback: HostCallback| {
        let runs = Runs::default();
        assert!(new_func(store, code, callback, &runs).is_none());
        assert_eq!(runs.count(), 1);
    };
    fails(None, AW_I32, Some(host));
    error(ErrorKind::Invalid);
    fails(Some(&store), 1, Some(host));
    error(ErrorKind::Invalid);
    fails(Some(&store), AW_I32, None);
    error(ErrorKind::Invalid);
    done(aw_store_close(Some(&store)));
    fails(Some(&store), AW_I32, Some(host));
    error(ErrorKind::Closed);
    no_error();
}

#[test]
fn a_stream_is_finalized_when_it_is_replaced_or_its_context_is_deleted() {
    let (first, second, third) = (Runs::default(), Runs::default(), Runs::default());
    let counts = || [&first, &second, &third].map(Runs::count);
    let (wasi, other) = (ok(aw_wasi_new()), ok(aw_wasi_new()));
    done(connect(Some(&wasi), 1, Some(stream), &first));
    done(connect(Some(&wasi), 1, Some(stream), &second));
    assert_eq!(counts(), [1, 0, 0]);
    done(connect(Some(&other), 0, Some(stream), &third));
    done(aw_wasi_take_over(Some(&wasi), Some(&other)));
    assert_eq!(counts(), [1, 1, 0]);
    drop(other);
    assert_eq!(counts(), [1, 1, 0]);
    drop(wasi);
    assert_eq!(counts(), [1, 1, 1]);
}

#[test]
fn a_stream_that_cannot_be_connected_is_finalized_at_once() {
    let wasi = ok(aw_wasi_new());
    let fails = |wasi: Option<&CWasi>, which, callback: StreamCallback| {
        let runs = Runs::default();
        assert!(!connect(wasi, which, callback, &runs));
        assert_eq!(runs.count(), 1);
        error(ErrorKind::Invalid);
    };
    fails(None, 1, Some(stream));
    fails(Some(&wasi), 3, Some(stream));
    fails(Some(&wasi), 1, None);
    no_error();
}
