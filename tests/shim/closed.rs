//! Closed stores: every function on an object of a closed store fails with the error kind "closed".

use crate::support::{
    Objects, call, compile, declarations, done, engine, error, export, global_type, has, host_func, instantiate,
    memory_type, no_error, ok, only_export, raw, store, table_type,
};
use anywasm::abi::externs::aw_extern_type;
use anywasm::abi::func::{aw_func_call, aw_func_call_numbers, aw_func_new};
use anywasm::abi::global::{aw_global_get, aw_global_new, aw_global_set};
use anywasm::abi::instance::{aw_instance_export, aw_module_accepts};
use anywasm::abi::memory::{
    aw_memory_grow, aw_memory_new, aw_memory_pin, aw_memory_read, aw_memory_size, aw_memory_write, aw_pin_delete,
};
use anywasm::abi::memory_access::{AW_FAILED, aw_memory_try_read, aw_memory_try_size, aw_memory_try_write};
use anywasm::abi::shared_memory::{aw_shared_memory_extern, aw_shared_memory_of};
use anywasm::abi::store::{
    CStore, aw_store_close, aw_store_fuel, aw_store_gc, aw_store_set_epoch_deadline, aw_store_set_fuel,
    aw_store_set_limits, aw_store_set_time_limits, aw_store_take_released,
};
use anywasm::abi::table::{aw_table_get, aw_table_grow, aw_table_new, aw_table_set, aw_table_size};
use anywasm::abi::tag::{aw_tag_new, aw_tag_same};
use anywasm::abi::wasi::{aw_wasi_bind, aw_wasi_func};
use anywasm::base::capabilities::{Capabilities, EPOCH, FUEL, FUNCREF, LIMITS, SHARED_MEMORY, TAGS, VIEWS};
use anywasm::base::error::ErrorKind;
use anywasm::base::value::Value;
use anywasm::store::object::Extern;
use anywasm::store::pin::Pin;
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Calls a function with objects of a closed store. Returns whether the function failed.
type Call = fn(&Objects) -> bool;

const NOTHING: Capabilities = Capabilities(0);

/// Each function, and the capability without which it fails with another error kind.
const FUNCTIONS: &[(&str, Capabilities, Call)] = &[
    ("aw_store_set_fuel", FUEL, |o| !aw_store_set_fuel(Some(&o.store), 1)),
    ("aw_store_fuel", FUEL, |o| !aw_store_fuel(Some(&o.store), Some(&mut MaybeUninit::uninit()))),
    ("aw_store_set_epoch_deadline", EPOCH, |o| !aw_store_set_epoch_deadline(Some(&o.store), 1)),
    ("aw_store_set_limits", LIMITS, |o| !aw_store_set_limits(Some(&o.store), -1, -1, -1, -1, -1)),
    ("aw_store_set_time_limits", NOTHING, |o| !aw_store_set_time_limits(Some(&o.store), -1, -1)),
    ("aw_store_gc", NOTHING, |o| !aw_store_gc(Some(&o.store))),
    ("aw_store_take_released", NOTHING, |o| aw_store_take_released(Some(&o.store)).is_none()),
    ("aw_instance_new", NOTHING, |o| instantiate(&o.store, &o.module, &[]).is_none()),
    ("aw_module_accepts", NOTHING, |o| {
        let module = compile(&o.engine, r#"(module (import "" "" (func (param i32) (result i32))))"#);
        !aw_module_accepts(Some(&module), 0, Some(&o.func))
    }),
    ("aw_instance_export", NOTHING, |o| aw_instance_export(Some(&o.instance), 0).is_none()),
    ("aw_func_new", NOTHING, |o| new_func(&o.store).is_none()),
    ("aw_func_call", NOTHING, |o| !raw!(aw_func_call(Some(&o.func), &mut Value::default()))),
    ("aw_func_call_numbers", NOTHING, |o| !raw!(aw_func_call_numbers(Some(&o.func), &mut Value::default()))),
    ("aw_memory_new", NOTHING, |o| aw_memory_new(Some(&o.store), Some(&memory_type())).is_none()),
    ("aw_memory_size", NOTHING, |o| aw_memory_size(Some(&o.memory)) == u64::MAX),
    ("aw_memory_read", NOTHING, |o| !raw!(aw_memory_read(Some(&o.memory), 0, &mut 0, 1))),
    ("aw_memory_write", NOTHING, |o| !raw!(aw_memory_write(Some(&o.memory), 0, &0, 1))),
    ("aw_memory_grow", NOTHING, |o| aw_memory_grow(Some(&o.memory), 0) == u64::MAX),
    ("aw_memory_pin", VIEWS, |o| pin(&o.memory).is_none()),
    ("aw_memory_try_size", NOTHING, |o| {
        aw_memory_try_size(Some(&o.memory), Some(&mut MaybeUninit::uninit())) == AW_FAILED
    }),
    ("aw_memory_try_read", NOTHING, |o| raw!(aw_memory_try_read(Some(&o.memory), 0, &mut 0, 1)) == AW_FAILED),
    ("aw_memory_try_write", NOTHING, |o| raw!(aw_memory_try_write(Some(&o.memory), 0, &0, 1)) == AW_FAILED),
    ("aw_shared_memory_of", NOTHING, |o| aw_shared_memory_of(Some(&o.memory)).is_none()),
    ("aw_shared_memory_extern", SHARED_MEMORY, |o| {
        aw_shared_memory_extern(o.shared_memory.as_deref(), Some(&o.store)).is_none()
    }),
    ("aw_table_new", FUNCREF, |o| {
        raw!(aw_table_new(Some(&o.store), Some(&table_type()), Some(&Value::default()))).is_none()
    }),
    ("aw_table_size", NOTHING, |o| aw_table_size(Some(&o.table)) == u64::MAX),
    ("aw_table_get", FUNCREF, |o| !aw_table_get(Some(&o.table), 0, Some(&mut MaybeUninit::uninit()))),
    ("aw_table_set", FUNCREF, |o| !raw!(aw_table_set(Some(&o.table), 0, Some(&Value::default())))),
    ("aw_table_grow", FUNCREF, |o| raw!(aw_table_grow(Some(&o.table), 0, Some(&Value::default()))) == u64::MAX),
    ("aw_global_new", NOTHING, |o| {
        raw!(aw_global_new(Some(&o.store), Some(&global_type()), Some(&Value::default()))).is_none()
    }),
    ("aw_global_get", NOTHING, |o| !aw_global_get(Some(&o.global), Some(&mut MaybeUninit::uninit()))),
    ("aw_global_set", NOTHING, |o| !raw!(aw_global_set(Some(&o.global), Some(&Value::default())))),
    ("aw_wasi_func", NOTHING, |o| aw_wasi_func(Some(&o.store), Some(&o.wasi), 1, 0).is_none()),
    ("aw_wasi_bind", NOTHING, |o| !aw_wasi_bind(Some(&o.wasi_func), Some(&o.instance))),
    ("aw_tag_new", TAGS, |o| raw!(aw_tag_new(Some(&o.store), null(), 0, null(), 0)).is_none()),
    ("aw_tag_same", TAGS, |o| {
        let tag = o.tag.as_deref();
        !aw_tag_same(tag, tag, Some(&mut MaybeUninit::uninit()))
    }),
];

/// Functions that take objects of a closed store, and succeed.
const EXCEPTIONS: &[&str] = &["aw_store_close", "aw_extern_type"];

unsafe extern "C" fn nothing(_: *mut c_void, _: *mut Value) -> u64 {
    0
}

fn new_func(store: &CStore) -> Option<Box<Extern>> {
    raw!(aw_func_new(Some(store), null(), 0, null(), 0, Some(nothing), null_mut(), None))
}

fn pin(memory: &Extern) -> Option<Box<Pin>> {
    aw_memory_pin(Some(memory), Some(&mut MaybeUninit::uninit()), Some(&mut MaybeUninit::uninit()))
}

#[test]
fn every_function_fails_on_objects_of_a_closed_store() {
    let objects = Objects::new();
    done(aw_store_close(Some(&objects.store)));
    for declaration in declarations() {
        let takes = |kind: &str| declaration.params.iter().any(|param| param.contains(kind));
        let concerned = ["struct aw_store ", "struct aw_extern ", "struct aw_instance "].into_iter().any(takes);
        if !concerned || declaration.name.ends_with("_delete") || EXCEPTIONS.contains(&declaration.name) {
            continue;
        }
        let function = FUNCTIONS.iter().find(|(name, ..)| *name == declaration.name);
        let (name, capability, call) = function.unwrap_or_else(|| panic!("{} is not tried", declaration.name));
        assert!(call(&objects), "{name} succeeds");
        let error = error(if has(*capability) { ErrorKind::Closed } else { kind_without(name) });
        assert!(!has(*capability) || error.message().contains("closed"), "{name}: {}", error.message());
        no_error();
    }
}

/// Returns the error kind of a function whose capability the engine lacks.
fn kind_without(name: &str) -> ErrorKind {
    match name {
        "aw_shared_memory_extern" | "aw_tag_same" => ErrorKind::Invalid,
        _ => ErrorKind::Unsupported,
    }
}

#[test]
fn functions_that_need_no_open_store_succeed() {
    let objects = Objects::new();
    done(aw_store_close(Some(&objects.store)));
    done(aw_store_close(Some(&objects.store)));
    let mut ty = MaybeUninit::uninit();
    done(aw_extern_type(Some(&objects.memory), Some(&mut ty)));
    // SAFETY: the function has written the type, as it says.
    assert_eq!(unsafe { ty.assume_init() }.min, 1);
    // The module and the engine do not belong to the store.
    let other = store(&objects.engine);
    let instance = ok(instantiate(&other, &objects.module, &[]));
    assert_eq!(call(&export(&instance, 0), 5), Some(5));
    no_error();
}

#[test]
fn a_store_is_not_closed_while_it_runs() {
    let store = store(&engine());
    let (weak, closed) = (Arc::downgrade(&store.0), Arc::new(AtomicU32::new(0)));
    let attempts = closed.clone();
    let host = host_func(&store, move |_| {
        let store = CStore(weak.upgrade().expect("the store runs"));
        assert!(!aw_store_close(Some(&store)));
        assert!(error(ErrorKind::Store).message().contains("cannot be closed while it runs"));
        attempts.fetch_add(1, Ordering::SeqCst);
        0
    });
    assert_eq!(call(&host, 5), Some(5));
    assert_eq!(call(&host, 6), Some(6));
    assert_eq!(closed.load(Ordering::SeqCst), 2);
    done(aw_store_close(Some(&store)));
    assert_eq!(call(&host, 7), None);
    error(ErrorKind::Closed);
}

#[test]
fn pinned_bytes_outlive_the_closing_of_their_store() {
    if !has(VIEWS) {
        return;
    }
    let store = store(&engine());
    let memory = only_export(&store, r#"(module (memory (export "memory") 1) (data (i32.const 0) "pinned"))"#, &[]);
    let pins = [pin(&memory), pin(&memory)].map(ok);
    done(aw_store_close(Some(&store)));
    assert_eq!(aw_memory_size(Some(&memory)), u64::MAX);
    error(ErrorKind::Closed);
    let [first, second] = pins;
    aw_pin_delete(Some(first));
    drop((store, memory));
    // SAFETY: the second pin keeps the bytes where they are, and nobody writes to them.
    assert_eq!(unsafe { std::slice::from_raw_parts(second.data, 6) }, b"pinned");
    assert_eq!(second.len, 1 << 16);
    aw_pin_delete(Some(second));
    no_error();
}
