//! The border between the host and guests, for values that `wasm.h` or the engine's C API cannot express: vectors, and on
//! some engines external references.
//!
//! On the side of the host, such values are numbers: a vector is two i64, and an external reference is its host number as
//! an i64, or 0 for null. [Helper modules](crate::backend::standard::helper) convert them. They wrap a function that the
//! host calls, a function that the host has made, or the instructions that access a table or a global. So guests see
//! objects with the right types, which they can import like any other.

pub mod func;
pub mod global;
pub mod memory;
pub mod table;
pub mod tag;

use crate::backend::standard::helper::Helper;
use crate::backend::standard::quirks::{Conversions, ExternalRefs, QUIRKS};
use crate::backend::standard::store::Store;
use crate::base::error::{Result, fail};
use crate::base::types::{FuncType, ValType};
use crate::base::value::Value;
use std::fmt::Write;
use wasm_c_api as c;

/// Returns whether the host exchanges values of this type as numbers.
pub fn converts(ty: ValType) -> bool {
    ty == ValType::V128 || ty == ValType::ExternRef && has_numbers_as_refs()
}

/// Returns whether external references are host numbers on the side of the host.
pub fn has_numbers_as_refs() -> bool {
    matches!(QUIRKS.external_refs, ExternalRefs::I31 | ExternalRefs::HostFunctions(_))
}

/// Returns a host number as a slot. Fails if external references cannot have so large a number.
pub fn check_number(number: u64) -> Result<Value> {
    if matches!(QUIRKS.external_refs, ExternalRefs::I31) && number >= 1 << 31 {
        fail!(Engine, "the store has had too many external references: the engine has numbers of 31 bits for them");
    }
    Ok(Value { reference: number })
}

/// Returns the types of the numbers for a value of this type.
fn numbers(ty: ValType) -> &'static [ValType] {
    match ty {
        ValType::V128 => &[ValType::I64, ValType::I64],
        ValType::ExternRef if converts(ty) => &[ValType::I64],
        ValType::I32 => &[ValType::I32],
        ValType::I64 => &[ValType::I64],
        ValType::F32 => &[ValType::F32],
        ValType::F64 => &[ValType::F64],
        ValType::ExternRef => &[ValType::ExternRef],
        ValType::FuncRef | ValType::Other => &[ValType::FuncRef],
    }
}

/// Returns the types of the numbers for values of these types.
fn all_numbers(types: &[ValType]) -> Vec<ValType> {
    types.iter().flat_map(|ty| numbers(*ty)).copied().collect()
}

/// Returns the type of a function on the side of the host.
fn host_type(ty: &FuncType) -> FuncType {
    FuncType { params: all_numbers(&ty.params).into(), results: all_numbers(&ty.results).into() }
}

/// Appends the numbers for a value to `out`.
fn push_numbers(ty: ValType, value: Value, out: &mut Vec<Value>) {
    if ty == ValType::V128 {
        // SAFETY: the slot holds a vector, because its type is `v128`.
        let (halves, _) = unsafe { value.v128.as_chunks::<8>() };
        out.extend(halves.iter().map(|half| Value { i64: i64::from_le_bytes(*half) }));
    } else {
        out.push(value);
    }
}

/// Takes the value of this type from the numbers.
fn take_value(ty: ValType, numbers: &mut impl Iterator<Item = Value>) -> Value {
    let mut next = || numbers.next().unwrap_or_default();
    if ty != ValType::V128 {
        return next();
    }
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&next().bits().to_le_bytes());
    bytes[8..].copy_from_slice(&next().bits().to_le_bytes());
    Value { v128: bytes }
}

/// The imports of a helper module that converts external references, and the functions that it converts them with:
/// `$to_ref` and `$to_number`. Only a text that uses references has them.
fn conversions(needed: bool) -> (&'static str, &'static str) {
    if !needed {
        return ("", "");
    }
    match QUIRKS.external_refs {
        ExternalRefs::HostFunctions(_) => (
            r#"(import "" "" (func $to_ref (param i64) (result externref)))
               (import "" "" (func $to_number (param externref) (result i64)))"#,
            "",
        ),
        // An external reference can be made of a 31-bit number, without the host. -1 stands for a reference to something
        // else, which only guests can make.
        _ => (
            "",
            "(func $to_ref (param i64) (result externref)
               (if (result externref) (i64.eqz (local.get 0)) (then (ref.null extern))
                 (else (extern.convert_any (ref.i31 (i32.wrap_i64 (local.get 0)))))))
             (func $to_number (param externref) (result i64) (local anyref)
               (local.set 1 (any.convert_extern (local.get 0)))
               (if (result i64) (ref.is_null (local.get 1)) (then (i64.const 0))
                 (else (if (result i64) (ref.test (ref i31) (local.get 1))
                   (then (i64.extend_i32_u (i31.get_u (ref.cast (ref i31) (local.get 1)))))
                   (else (i64.const -1))))))",
        ),
    }
}

/// Returns the functions of the engine that convert external references, if it has any.
fn conversions_of() -> Option<&'static Conversions> {
    match &QUIRKS.external_refs {
        ExternalRefs::HostFunctions(conversions) => Some(conversions),
        _ => None,
    }
}

/// Instantiates a helper module. `imports` are the text of its imports beside the conversions, and the objects, of which
/// functions come first. `body` is the text of everything else. `uses_refs` tells whether it converts external references.
fn helper(
    store: Store,
    (imports, objects): (&str, &[*mut c::wasm_extern_t]),
    body: &str,
    uses_refs: bool,
) -> Result<Helper> {
    let (conversion_imports, conversions) = conversions(uses_refs);
    let mut all = Vec::new();
    if let Some(conversions) = conversions_of().filter(|_| uses_refs) {
        all.extend(store.conversions(conversions));
    }
    all.extend(objects);
    Helper::new(store, &format!("(module {conversion_imports} {imports} {conversions} {body})"), &all)
}

/// Returns whether one of these types is an external reference that is converted.
fn uses_refs<'a>(mut types: impl Iterator<Item = &'a ValType>) -> bool {
    types.any(|ty| *ty == ValType::ExternRef && converts(*ty))
}

/// Appends code that pushes the value of this type, made from the numbers in local variables from `local` on. Returns
/// the next local variable.
fn push_value_code(ty: ValType, local: usize, out: &mut String) -> usize {
    let code = match ty {
        ValType::V128 => {
            format!("(i64x2.replace_lane 1 (i64x2.splat (local.get {local})) (local.get {}))", local + 1)
        }
        ValType::ExternRef if converts(ty) => format!("(call $to_ref (local.get {local}))"),
        _ => format!("(local.get {local})"),
    };
    out.push_str(&code);
    local + numbers(ty).len()
}

/// Appends code that pushes the numbers for the value of this type in the local variable `local`.
fn push_numbers_code(ty: ValType, local: usize, out: &mut String) {
    let code = match ty {
        ValType::V128 => {
            format!("(i64x2.extract_lane 0 (local.get {local})) (i64x2.extract_lane 1 (local.get {local}))")
        }
        ValType::ExternRef if converts(ty) => format!("(call $to_number (local.get {local}))"),
        _ => format!("(local.get {local})"),
    };
    out.push_str(&code);
}

/// Returns the text of types, such as `(param i32 i64)`.
fn types_text(keyword: &str, types: &[ValType]) -> String {
    let mut text = String::new();
    types.iter().for_each(|ty| write!(text, "({keyword} {ty})").expect("writing to a string never fails"));
    text
}

/// Returns the text of a function type.
pub fn signature_text(ty: &FuncType) -> String {
    types_text("param", &ty.params) + &types_text("result", &ty.results)
}
