//! Objects of several stores and engines: a function refuses an object of another store or engine, with the error kind
//! "store".

use crate::support::{
    Anywhere, Objects, call, compile, engine, error, has, host_func, instantiate, no_error, ok, only_export, store,
};
use anywasm::abi::func::{aw_func_call, aw_func_new};
use anywasm::abi::global::aw_global_set;
use anywasm::abi::instance::aw_module_accepts;
use anywasm::abi::shared_memory::aw_shared_memory_extern;
use anywasm::abi::table::{aw_table_grow, aw_table_new, aw_table_set, aw_table_size};
use anywasm::abi::tag::aw_tag_same;
use anywasm::abi::types::AW_FUNCREF;
use anywasm::abi::wasi::{aw_wasi_bind, aw_wasi_func};
use anywasm::base::capabilities::{FUNCREF, SHARED_MEMORY, TAGS};
use anywasm::base::error::ErrorKind;
use anywasm::base::value::Value;
use anywasm::store::object::Extern;
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::ptr::null;

const IMPORTS_FUNC: &str = r#"(module (import "m" "f" (func (param i32) (result i32))))"#;

/// Returns a slot with a reference to this extern.
fn reference(object: &Extern) -> Value {
    Value { reference: std::ptr::from_ref(object) as u64 }
}

#[test]
fn an_import_of_another_store_is_refused() {
    let (here, there) = (Objects::new(), Objects::new());
    let module = compile(&here.engine, IMPORTS_FUNC);
    assert!(instantiate(&here.store, &module, &[&there.func]).is_none());
    assert_eq!(error(ErrorKind::Store).message(), "the import `m::f` belongs to another store");
    // The type of an import is checked without regard to its store.
    assert!(aw_module_accepts(Some(&module), 0, Some(&there.func)));
    assert!(instantiate(&here.store, &module, &[&here.func]).is_some());
    no_error();
}

#[test]
fn a_module_of_another_engine_is_refused() {
    let (here, there) = (Objects::new(), Objects::new());
    assert!(instantiate(&here.store, &there.module, &[]).is_none());
    error(ErrorKind::Store);
    let second = store(&there.engine);
    assert!(instantiate(&second, &there.module, &[]).is_some());
    no_error();
}

#[test]
fn a_function_reference_of_another_store_is_refused() {
    if !has(FUNCREF) {
        return;
    }
    let (here, there) = (Objects::new(), Objects::new());
    let (foreign, own) = (reference(&there.func), reference(&here.func));
    // SAFETY: the references point to living functions, and the slot is enough for one parameter.
    unsafe {
        assert!(!aw_table_set(Some(&here.table), 0, Some(&foreign)));
        assert_eq!(error(ErrorKind::Store).message(), "the function reference belongs to another store");
        assert_eq!(aw_table_grow(Some(&here.table), 1, Some(&foreign)), u64::MAX);
        error(ErrorKind::Store);
        assert_eq!(aw_table_size(Some(&here.table)), 1);
        let ty = crate::support::table_type();
        assert!(aw_table_new(Some(&here.store), Some(&ty), Some(&foreign)).is_none());
        error(ErrorKind::Store);
        assert!(aw_table_set(Some(&here.table), 0, Some(&own)));

        let global = only_export(&here.store, r#"(module (global (export "g") (mut funcref) (ref.null func)))"#, &[]);
        assert!(!aw_global_set(Some(&global), Some(&foreign)));
        error(ErrorKind::Store);
        assert!(aw_global_set(Some(&global), Some(&own)));

        let takes = only_export(&here.store, r#"(module (func (export "f") (param funcref)))"#, &[]);
        assert!(!aw_func_call(Some(&takes), &mut foreign.clone()));
        error(ErrorKind::Store);
        assert!(aw_func_call(Some(&takes), &mut own.clone()));
    }
    no_error();
}

#[test]
fn an_object_that_is_no_function_is_refused_as_a_function_reference() {
    if !has(FUNCREF) {
        return;
    }
    let objects = Objects::new();
    // SAFETY: the reference points to a living extern.
    assert!(!unsafe { aw_table_set(Some(&objects.table), 0, Some(&reference(&objects.memory))) });
    assert_eq!(error(ErrorKind::Invalid).message(), "only a function can be a function reference");
    no_error();
}

#[test]
fn a_host_function_that_returns_a_reference_of_another_store_fails() {
    if !has(FUNCREF) {
        return;
    }
    unsafe extern "C" fn gives(env: *mut c_void, values: *mut Value) -> u64 {
        // SAFETY: the environment is a living extern, and the type has one slot.
        unsafe { *values = Value { reference: env as u64 } };
        0
    }
    let (here, there) = (Objects::new(), Objects::new());
    let env = std::ptr::from_ref(&*there.func).cast_mut().cast();
    // SAFETY: there is one code; the callback's environment outlives the store.
    let host = ok(unsafe { aw_func_new(Some(&here.store), null(), 0, &AW_FUNCREF, 1, Some(gives), env, None) });
    let text = r#"(module (import "" "" (func $host (result funcref)))
                    (func (export "run") (param i32) (result i32) (drop (call $host)) (i32.const 1)))"#;
    let run = only_export(&here.store, text, &[&host]);
    assert_eq!(call(&run, 0), None);
    assert_eq!(error(ErrorKind::Store).message(), "the function reference belongs to another store");
    no_error();
}

#[test]
fn a_system_call_is_bound_to_an_instance_of_its_store() {
    let (here, there) = (Objects::new(), Objects::new());
    assert!(!aw_wasi_bind(Some(&here.wasi_func), Some(&there.instance)));
    error(ErrorKind::Store);
    assert!(aw_wasi_bind(Some(&here.wasi_func), Some(&here.instance)));
    // A WASI context belongs to no store.
    assert!(aw_wasi_func(Some(&there.store), Some(&here.wasi), 1, 0).is_some());
    no_error();
}

#[test]
fn tags_of_two_stores_are_never_the_same() {
    if !has(TAGS) {
        return;
    }
    let (here, there) = (Objects::new(), Objects::new());
    let same = |one: &Objects, other: &Objects| {
        let mut out = MaybeUninit::uninit();
        assert!(aw_tag_same(one.tag.as_deref(), other.tag.as_deref(), Some(&mut out)));
        // SAFETY: the function has written the answer, as it says.
        unsafe { out.assume_init() }
    };
    assert!(same(&here, &here) && !same(&here, &there));
}

#[test]
fn a_shared_memory_of_another_engine_is_refused() {
    if !has(SHARED_MEMORY) {
        return;
    }
    let (here, there) = (Objects::new(), Objects::new());
    assert!(aw_shared_memory_extern(here.shared_memory.as_deref(), Some(&there.store)).is_none());
    error(ErrorKind::Store);
    assert!(aw_shared_memory_extern(here.shared_memory.as_deref(), Some(&store(&here.engine))).is_some());
    no_error();
}

/// A host function of one store may call a function of another store.
#[test]
fn a_call_may_go_through_two_stores() {
    let engine = engine();
    let (outer, inner) = (store(&engine), store(&engine));
    let text = r#"(module (func (export "f") (param i32) (result i32)
                    (if (i32.eqz (local.get 0)) (then unreachable))
                    (i32.add (local.get 0) (i32.const 1))))"#;
    let called = Anywhere::new(only_export(&inner, text, &[]));
    let host = host_func(&outer, move |slot| match call(called.get(), *slot) {
        Some(result) => {
            *slot = result;
            0
        }
        None => {
            error(ErrorKind::Trap);
            6
        }
    });
    assert_eq!(call(&host, 1), Some(2));
    assert_eq!(call(&host, 0), None);
    assert_eq!(error(ErrorKind::Host).token, 6);
    no_error();
}
