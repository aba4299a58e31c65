//! Errors: a failed call stores a pending error on the calling thread, the caller takes the newest error first, and at
//! most 16 errors are pending.

use crate::support::{Anywhere, call, done, engine, error, has, no_error, only_export, store};
use anywasm::abi::engine::aw_option_check;
use anywasm::abi::error::{aw_error_delete, aw_error_take};
use anywasm::abi::limits::aw_limit_name;
use anywasm::base::capabilities::FRAMES;
use anywasm::base::error::ErrorKind;
use anywasm::base::trap::TrapCode;

/// Fails with an error that names `option`, which does not exist.
fn fail(option: &str) {
    // SAFETY: pointers and lengths are those of the texts.
    assert!(!unsafe { aw_option_check(option.as_ptr(), option.len(), "true".as_ptr(), 4) });
}

/// Panics unless the newest error names `option`.
#[track_caller]
fn taken(option: &str) {
    let error = error(ErrorKind::Invalid);
    assert!(error.message().starts_with(&format!("there is no option `{option}`;")), "{}", error.message());
}

#[test]
fn the_newest_error_is_taken_first() {
    no_error();
    ["first", "second", "third"].into_iter().for_each(fail);
    taken("third");
    fail("fourth");
    taken("fourth");
    taken("second");
    taken("first");
    no_error();
}

#[test]
fn a_success_leaves_no_error_and_keeps_older_ones() {
    fail("older");
    // SAFETY: pointers and lengths are those of the texts.
    done(unsafe { aw_option_check("wasm_simd".as_ptr(), 9, "true".as_ptr(), 4) });
    assert!(aw_limit_name(u32::MAX).data.is_null());
    taken("older");
    no_error();
}

#[test]
fn at_most_16_errors_are_pending() {
    (0..20).for_each(|number| fail(&format!("number{number}")));
    (4..20).rev().for_each(|number| taken(&format!("number{number}")));
    no_error();
}

#[test]
fn each_thread_has_its_own_errors() {
    fail("here");
    std::thread::spawn(|| {
        no_error();
        fail("there");
    })
    .join()
    .unwrap();
    taken("here");
    no_error();
}

#[test]
fn an_error_may_be_deleted_on_another_thread() {
    fail("here");
    let error = Anywhere::new(aw_error_take());
    std::thread::spawn(move || aw_error_delete(error.into_inner())).join().unwrap();
    no_error();
}

#[test]
fn a_trap_has_its_code_and_frames() {
    let store = store(&engine());
    let text = r#"(module $name (func $inner unreachable)
                    (func (export "outer") (param i32) (result i32) (call $inner) (i32.const 0)))"#;
    let outer = only_export(&store, text, &[]);
    assert_eq!(call(&outer, 0), None);
    let error = error(ErrorKind::Trap);
    assert_eq!((error.code, error.token), (TrapCode::UnreachableCodeReached as i32, 0));
    if has(FRAMES) {
        // SAFETY: `frames_len` is the number of frames, which belong to the error, and the error is alive.
        let frames = unsafe { std::slice::from_raw_parts(error.frames, error.frames_len) };
        let functions: Vec<_> = frames.iter().map(|frame| frame.func_index).collect();
        assert_eq!(functions, [0, 1]);
        // SAFETY: the name belongs to the error, which is alive.
        let name = unsafe { std::slice::from_raw_parts(frames[0].func_name.data, frames[0].func_name.len) };
        assert_eq!(name, b"inner");
    }
}
