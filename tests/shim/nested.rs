//! Failures in nested calls: each call reports its own failure, not the failure of a call nested in it.

use crate::support::{Anywhere, call, engine, error, host_func, no_error, only_export, store};
use anywasm::abi::error::aw_error_take;
use anywasm::base::error::ErrorKind;
use anywasm::base::trap::TrapCode;
use anywasm::store::object::Extern;
use std::sync::{Arc, Mutex};

/// A guest function that calls the host, and traps if the host returns a negative number.
const GUEST: &str = r#"
    (module (import "" "host" (func $host (param i32) (result i32)))
      (func (export "run") (param i32) (result i32) (local $result i32)
        (local.set $result (call $host (local.get 0)))
        (if (i32.lt_s (local.get $result) (i32.const 0)) (then unreachable))
        (local.get $result)))"#;

/// A guest function that its own host function can call.
type Known = Arc<Anywhere<Box<Extern>>>;

/// A guest function whose host function calls it again, with the argument reduced by 1, until the argument is 0.
struct Recursion {
    run: Arc<Mutex<Option<Known>>>,
}

impl Recursion {
    /// `body` takes the argument and the result of the nested call, which is none in the innermost call and after a
    /// failure.
    fn new(body: impl Fn(&mut i32, Option<i32>) -> u64 + Send + Sync + 'static) -> Self {
        let store = store(&engine());
        let run = Arc::new(Mutex::new(None::<Known>));
        let known = run.clone();
        let host = host_func(&store, move |slot| {
            let run = known.lock().unwrap().clone().expect("the test still runs");
            let nested = if *slot > 0 { call(run.get(), *slot - 1) } else { None };
            body(slot, nested)
        });
        *run.lock().unwrap() = Some(Arc::new(Anywhere::new(only_export(&store, GUEST, &[&host]))));
        Self { run }
    }

    fn call(&self, argument: i32) -> Option<i32> {
        let run = self.run.lock().unwrap().clone().expect("the test still runs");
        call(run.get(), argument)
    }
}

impl Drop for Recursion {
    fn drop(&mut self) {
        // Otherwise the host function, which the store owns, would keep the store alive.
        *self.run.lock().unwrap() = None;
    }
}

#[test]
fn a_host_function_may_recover_from_a_nested_failure() {
    let recursion = Recursion::new(|slot, nested| match *slot {
        0 => 7,
        _ => {
            assert_eq!(nested, None);
            assert_eq!(error(ErrorKind::Host).token, 7);
            *slot = 42;
            0
        }
    });
    assert_eq!(recursion.call(1), Some(42));
    no_error();
}

#[test]
fn the_outer_failure_is_not_the_nested_one() {
    let recursion = Recursion::new(|slot, nested| {
        if *slot > 0 {
            assert_eq!(nested, None);
            assert_eq!(error(ErrorKind::Host).token, 100 + *slot as u64 - 1);
        }
        100 + *slot as u64
    });
    assert_eq!(recursion.call(3), None);
    assert_eq!(error(ErrorKind::Host).token, 103);
    no_error();
}

#[test]
fn a_trap_after_a_nested_failure_is_a_trap() {
    let recursion = Recursion::new(|slot, _| match *slot {
        0 => 7,
        _ => {
            assert_eq!(error(ErrorKind::Host).token, 7);
            *slot = -1;
            0
        }
    });
    assert_eq!(recursion.call(1), None);
    let error = error(ErrorKind::Trap);
    assert_eq!((error.code, error.token), (TrapCode::UnreachableCodeReached as i32, 0));
    no_error();
}

#[test]
fn a_host_failure_after_a_nested_trap_is_a_host_failure() {
    let recursion = Recursion::new(|slot, nested| match *slot {
        0 => {
            *slot = -1;
            0
        }
        _ => {
            assert_eq!(nested, None);
            assert_eq!(error(ErrorKind::Trap).code, TrapCode::UnreachableCodeReached as i32);
            9
        }
    });
    assert_eq!(recursion.call(1), None);
    assert_eq!(error(ErrorKind::Host).token, 9);
    no_error();
}

#[test]
fn a_nested_success_changes_nothing() {
    let recursion = Recursion::new(|slot, nested| {
        *slot = nested.unwrap_or(1) * 2;
        0
    });
    assert_eq!(recursion.call(3), Some(16));
    assert!(aw_error_take().is_none());
}

#[test]
fn a_failure_after_a_nested_success_is_reported() {
    let recursion = Recursion::new(|slot, nested| match (*slot, nested) {
        (1, Some(5)) => 11,
        _ => {
            *slot = 5;
            0
        }
    });
    assert_eq!(recursion.call(1), None);
    assert_eq!(error(ErrorKind::Host).token, 11);
    assert_eq!(recursion.call(0), Some(5));
    no_error();
}
