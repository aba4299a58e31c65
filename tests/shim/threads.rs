//! Threads: objects work on any thread, and all functions but the `try` ones wait for the store.

use crate::support::{
    Anywhere, call, compile, done, engine, error, export, host_func, instantiate, no_error, ok, only_export, store,
    while_busy,
};
use anywasm::abi::memory::{aw_memory_read, aw_memory_size};
use anywasm::abi::memory_access::{
    AW_BUSY, AW_DONE, AW_OUTSIDE, aw_memory_try_read, aw_memory_try_size, aw_memory_try_write,
};
use anywasm::abi::store::{CStore, aw_store_close};
use anywasm::base::error::ErrorKind;
use anywasm::store::object::Extern;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// A memory of one page.
fn memory(store: &CStore) -> Box<Extern> {
    only_export(store, r#"(module (memory (export "memory") 1))"#, &[])
}

fn try_write(memory: &Extern, offset: u64, bytes: &[u8]) -> u8 {
    // SAFETY: pointer and length are those of the bytes.
    unsafe { aw_memory_try_write(Some(memory), offset, bytes.as_ptr(), bytes.len()) }
}

fn try_read(memory: &Extern, offset: u64, bytes: &mut [u8]) -> u8 {
    // SAFETY: pointer and length are those of the bytes.
    unsafe { aw_memory_try_read(Some(memory), offset, bytes.as_mut_ptr(), bytes.len()) }
}

#[test]
fn objects_work_on_another_thread_than_the_one_that_made_them() {
    let engine = engine();
    let text = r#"(module (func (export "f") (param i32) (result i32) (local.get 0)))"#;
    let (store, module) = (Anywhere::new(store(&engine)), Anywhere::new(compile(&engine, text)));
    let func = thread::scope(|scope| {
        let made = scope.spawn(|| {
            let instance = ok(instantiate(store.get(), module.get(), &[]));
            Anywhere::new(export(&instance, 0))
        });
        made.join().unwrap()
    });
    assert_eq!(call(func.get(), 3), Some(3));
    // A third thread deletes all objects, the engine first.
    thread::spawn(move || {
        drop((engine, store));
        assert_eq!(call(func.get(), 4), Some(4));
        drop((module, func));
        no_error();
    })
    .join()
    .unwrap();
}

#[test]
fn a_failure_is_left_on_the_thread_that_called() {
    let store = store(&engine());
    let host = Anywhere::new(host_func(&store, |_| 5));
    thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(call(host.get(), 0), None);
            assert_eq!(error(ErrorKind::Host).token, 5);
        });
    });
    no_error();
}

#[test]
fn access_without_waiting_reports_a_busy_store() {
    let store = store(&engine());
    let memory = memory(&store);
    assert_eq!(try_write(&memory, 8, b"before"), AW_DONE);
    let mut size = MaybeUninit::new(0);
    let mut bytes = [0; 6];
    while_busy(
        &store,
        || (),
        || {
            assert_eq!(aw_memory_try_size(Some(&memory), Some(&mut size)), AW_BUSY);
            assert_eq!(try_read(&memory, 8, &mut bytes), AW_BUSY);
            assert_eq!(try_write(&memory, 8, b"during"), AW_BUSY);
            no_error();
        },
    );
    assert_eq!(bytes, [0; 6]);
    assert_eq!(try_read(&memory, 8, &mut bytes), AW_DONE);
    assert_eq!(&bytes, b"before");
    assert_eq!(aw_memory_try_size(Some(&memory), Some(&mut size)), AW_DONE);
    // SAFETY: the function has written the size, as it says.
    assert_eq!(unsafe { size.assume_init() }, 1 << 16);
    assert_eq!(try_read(&memory, (1 << 16) - 5, &mut bytes), AW_OUTSIDE);
    assert_eq!(try_read(&memory, u64::MAX, &mut bytes), AW_OUTSIDE);
    no_error();
}

#[test]
fn other_functions_wait_for_the_store() {
    let store = store(&engine());
    let memory = Anywhere::new(memory(&store));
    let left = Arc::new(AtomicBool::new(false));
    let leaving = left.clone();
    thread::scope(|scope| {
        let waiting = while_busy(
            &store,
            move || leaving.store(true, Ordering::SeqCst),
            || {
                let waiting = scope.spawn(|| {
                    let size = aw_memory_size(Some(memory.get()));
                    (size, left.load(Ordering::SeqCst))
                });
                // Time for the thread to reach the store, where it must wait.
                thread::sleep(Duration::from_millis(50));
                assert!(!waiting.is_finished());
                waiting
            },
        );
        assert_eq!(waiting.join().unwrap(), (1 << 16, true));
    });
}

#[test]
fn closing_waits_for_the_store() {
    let store = store(&engine());
    let memory = memory(&store);
    let left = Arc::new(AtomicBool::new(false));
    let leaving = left.clone();
    thread::scope(|scope| {
        let waiting = while_busy(
            &store,
            move || leaving.store(true, Ordering::SeqCst),
            || {
                let waiting = scope.spawn(|| {
                    done(aw_store_close(Some(&store)));
                    left.load(Ordering::SeqCst)
                });
                thread::sleep(Duration::from_millis(50));
                assert!(!waiting.is_finished());
                waiting
            },
        );
        assert!(waiting.join().unwrap(), "closed while a thread was in the store");
    });
    let mut byte = [0];
    // SAFETY: there is room for one byte.
    assert!(!unsafe { aw_memory_read(Some(&memory), 0, byte.as_mut_ptr(), 1) });
    error(ErrorKind::Closed);
}
