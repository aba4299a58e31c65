//! The border of the C layer: a panic stops at the border, in every function.

use crate::support::{error, no_error};
use anywasm::abi::types::{Bytes, Str};
use anywasm::abi::{ReturnType, catch_errors, delete};
use anywasm::base::error::ErrorKind;
use anywasm::base::pointer::Handle;
use std::fs;
use std::path::Path;

/// Runs a body that panics in `catch_errors`. Returns the failure value and the error's message.
fn stop<T: ReturnType>(panic: impl FnOnce()) -> (T, String) {
    let returned = catch_errors(|| {
        panic();
        Ok(T::FAILURE)
    });
    (returned, error(ErrorKind::Panic).message().to_owned())
}

#[test]
fn a_panic_becomes_an_error() {
    let boom = || panic!("boom");
    assert_eq!(stop::<bool>(boom), (false, "a bug in anywasm: boom".to_owned()));
    assert_eq!(stop::<u8>(boom).0, 0);
    assert_eq!(stop::<u64>(boom).0, u64::MAX);
    assert!(stop::<*mut u8>(boom).0.is_null());
    assert!(stop::<Str>(boom).0.data.is_null());
    assert!(stop::<Option<&Bytes>>(boom).0.is_none());
    assert!(stop::<Option<Box<Bytes>>>(boom).0.is_none());
    no_error();
}

#[test]
fn a_panic_with_any_message_becomes_an_error() {
    assert_eq!(stop::<bool>(|| panic!("{} {}", 1, 2)).1, "a bug in anywasm: 1 2");
    let unusual = stop::<bool>(|| std::panic::panic_any(1));
    assert_eq!(unusual.1, "a bug in anywasm: a panic without a message");
}

#[test]
fn a_panic_while_an_object_is_deleted_becomes_an_error() {
    struct Fragile;
    impl Handle for Fragile {}
    impl Drop for Fragile {
        fn drop(&mut self) {
            panic!("broken");
        }
    }
    delete(Some(Box::new(Fragile)));
    assert_eq!(error(ErrorKind::Panic).message(), "a bug in anywasm: broken");
    delete::<Fragile>(None);
    no_error();
}

/// Panics unless the body of every C function is a call of `catch_errors` or `delete`.
#[test]
fn every_function_has_the_border() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/abi");
    let mut functions = 0;
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        for function in text.split("#[unsafe(no_mangle)]\n").skip(1) {
            functions += 1;
            let (signature, body) = function.split_once("{\n").unwrap();
            let body = &body[..body.find("\n}\n").unwrap()];
            let last =
                body.rfind("\n    catch_errors(|| ").or_else(|| body.starts_with("    catch_errors(|| ").then_some(0));
            let whole = last.is_some_and(|last| body[last..].trim_start_matches('\n').matches("\n    })").count() <= 1);
            assert!(whole || body.starts_with("    delete("), "no border in {signature}");
        }
    }
    assert!(functions > 90, "only {functions} functions were found");
}
