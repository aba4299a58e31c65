//! Deferred frees: if an object is deleted while another thread is in its store, the store frees the object later, and
//! once.

use crate::support::{
    Anywhere, Objects, call, done, engine, error, export, host_func, instantiate, no_error, ok, only_export, store,
    while_busy,
};
use anywasm::abi::memory::aw_memory_size;
use anywasm::abi::store::aw_store_close;
use anywasm::base::error::ErrorKind;
use anywasm::store::object::Extern;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const PAGE: u64 = 1 << 16;

fn memory(objects: &Objects) -> Box<Extern> {
    only_export(&objects.store, r#"(module (memory (export "memory") 1))"#, &[])
}

#[test]
fn a_deletion_does_not_wait_for_another_thread() {
    let objects = Objects::new();
    let store = &objects.store;
    let instance = ok(instantiate(store, &objects.module, &[]));
    let externs: Vec<_> = (0..4).map(|index| export(&instance, index)).collect();
    let left = Arc::new(AtomicBool::new(false));
    let leaving = left.clone();
    while_busy(
        store,
        move || leaving.store(true, Ordering::SeqCst),
        || {
            drop((instance, externs));
            assert!(!left.load(Ordering::SeqCst), "a deletion waited for the store");
        },
    );
    assert!(left.load(Ordering::SeqCst));
    assert_eq!(call(&objects.func, 5), Some(5));
    no_error();
}

/// A new object takes the slot of a freed object. If the slot were freed twice, the new object would be lost.
#[test]
fn a_deferred_free_happens_once() {
    let objects = Objects::new();
    for _ in 0..3 {
        let doomed: Vec<_> = (0..8).map(|_| memory(&objects)).collect();
        while_busy(&objects.store, || (), || drop(doomed));
        let new: Vec<_> = (0..8).map(|_| memory(&objects)).collect();
        assert_eq!(call(&objects.func, 1), Some(1));
        assert!(new.iter().all(|memory| aw_memory_size(Some(memory)) == PAGE));
        assert_eq!(aw_memory_size(Some(&objects.memory)), PAGE);
    }
    no_error();
}

#[test]
fn deferred_frees_are_done_when_the_store_is_closed() {
    let objects = Objects::new();
    let doomed = [memory(&objects), memory(&objects)];
    while_busy(&objects.store, || (), || drop(doomed));
    done(aw_store_close(Some(&objects.store)));
    assert_eq!(call(&objects.func, 1), None);
    error(ErrorKind::Closed);
}

#[test]
fn deferred_frees_are_done_when_the_store_is_deleted() {
    let freed = Arc::new(AtomicBool::new(false));
    let guard = Guard(freed.clone());
    let store = store(&engine());
    let host = host_func(&store, move |_| u64::from(guard.0.load(Ordering::SeqCst)));
    while_busy(&store, || (), || drop(host));
    drop(store);
    assert!(freed.load(Ordering::SeqCst), "the store is still alive");
    no_error();
}

#[test]
fn the_store_outlives_its_handle_while_another_thread_is_in_it() {
    let freed = Arc::new(AtomicBool::new(false));
    let guard = Guard(freed.clone());
    let store = store(&engine());
    let host = host_func(&store, move |_| u64::from(guard.0.load(Ordering::SeqCst)));
    let other = anywasm::abi::store::CStore(store.0.clone());
    let handle = Anywhere::new(store);
    while_busy(&other, || (), || drop((handle, host)));
    assert!(!freed.load(Ordering::SeqCst));
    drop(other);
    assert!(freed.load(Ordering::SeqCst), "the store is still alive");
}

/// A deletion inside a host function frees the object at once, since its thread is already in the store.
#[test]
fn a_host_function_may_delete_objects_of_its_store() {
    let objects = Objects::new();
    let doomed = std::sync::Mutex::new(Some(Anywhere::new(memory(&objects))));
    let host = host_func(&objects.store, move |_| {
        drop(doomed.lock().unwrap().take());
        0
    });
    assert_eq!(call(&host, 2), Some(2));
    let new = memory(&objects);
    assert_eq!(call(&host, 3), Some(3));
    assert_eq!(aw_memory_size(Some(&new)), PAGE);
    no_error();
}

/// Sets a flag when it is dropped. A host function owns the guard, and its finalizer drops the guard.
struct Guard(Arc<AtomicBool>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}
