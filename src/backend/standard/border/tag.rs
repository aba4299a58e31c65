//! Exception tags, which `wasm.h` does not have.

use crate::backend::FuncOps;
use crate::backend::standard::border::types_text;
use crate::backend::standard::helper::Helper;
use crate::backend::standard::store::Store;
use crate::backend::standard::{Extern, Standard};
use crate::base::error::Result;
use crate::base::types::{FuncType, ValType};
use crate::base::value::Value;
use wasm_c_api as c;

/// Makes a tag whose exceptions have values of the parameter types. The caller owns the returned extern.
pub fn new(store: Store, ty: &FuncType) -> Result<*mut c::wasm_extern_t> {
    let text = format!(r#"(module (tag (export "0") {}))"#, types_text("param", &ty.params));
    let helper = Helper::new(store, &text, &[])?;
    // SAFETY: the export lives. The copy stays valid without the helper.
    Ok(unsafe { c::wasm_extern_copy(helper.export(0)) })
}

/// Returns whether both externs are the same tag: whether code that catches one of them catches the other.
pub fn is_same(store: Store, ty: &FuncType, one: &Extern, other: &Extern) -> Result<bool> {
    let params = types_text("param", &ty.params);
    let results = types_text("result", &ty.params);
    let zeros: String = ty.params.iter().map(|ty| zero_text(*ty)).collect();
    let drops = "(drop)".repeat(ty.params.len());
    let text = format!(
        r#"(module (import "" "" (tag $one {params})) (import "" "" (tag $other {params}))
             (func (export "0") (result i32)
               (block $different
                 (block $same {results}
                   (try_table (catch $one $same) (catch_all $different) (throw $other {zeros}))
                   (unreachable))
                 {drops} (return (i32.const 1)))
               (i32.const 0)))"#
    );
    let helper = Helper::new(store, &text, &[one.raw, other.raw])?;
    let ty = FuncType { params: [].into(), results: [ValType::I32].into() };
    let mut slots = [Value::default()];
    // SAFETY: the helper's function has this type, and there is a slot for its result.
    unsafe { Standard::func_call(store, &Extern::owning(helper.export(0)), &ty, slots.as_mut_ptr()) }?;
    Ok(slots[0].bits() as i32 == 1)
}

fn zero_text(ty: ValType) -> String {
    match ty {
        ValType::V128 => "(v128.const i64x2 0 0)".to_owned(),
        ValType::FuncRef | ValType::Other => "(ref.null func)".to_owned(),
        ValType::ExternRef => "(ref.null extern)".to_owned(),
        number => format!("({number}.const 0)"),
    }
}
