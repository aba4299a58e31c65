//! Globals whose values the host exchanges as numbers.

use crate::backend::FuncOps;
use crate::backend::standard::border::{
    conversions_of, helper, numbers, push_numbers, push_numbers_code, push_value_code, take_value, types_text,
    uses_refs,
};
use crate::backend::standard::helper::Helper;
use crate::backend::standard::store::Store;
use crate::backend::standard::{Extern, Standard};
use crate::base::error::Result;
use crate::base::types::{FuncType, GlobalType, ValType};
use crate::base::value::Value;
use std::cell::OnceCell;
use wasm_c_api as c;

/// What the host needs to access a global.
#[derive(Default)]
pub struct Adapter(OnceCell<Helper>);

/// Makes a global with this value. The caller owns the returned extern.
pub fn new(store: Store, ty: &GlobalType, value: Value) -> Result<*mut c::wasm_extern_t> {
    if let (ValType::ExternRef, Some(conversions)) = (ty.content, conversions_of()) {
        // SAFETY: the store lives, and this thread alone uses it.
        return Ok(unsafe { (conversions.new_global)(store.raw, value.bits(), ty.mutable) });
    }
    let helper = if ty.mutable {
        let code = format!(r#"(global $global (export "0") (mut {}) {})"#, ty.content, constant(ty, Value::default())?);
        let helper = helper(store, ("", &[]), &(code + &setter(ty, "1")), uses_refs([ty.content].iter()))?;
        set(store, helper.export(1), ty, value)?;
        helper
    } else {
        Helper::unshared(store, &format!(r#"(module (global (export "0") {} {}))"#, ty.content, constant(ty, value)?))?
    };
    // SAFETY: the export lives. The copy stays valid without the helper.
    Ok(unsafe { c::wasm_extern_copy(helper.export(0)) })
}

/// Returns the constant expression for a value.
fn constant(ty: &GlobalType, value: Value) -> Result<String> {
    let mut halves = Vec::new();
    push_numbers(ty.content, value, &mut halves);
    Ok(match halves.as_slice() {
        [low, high] => format!("(v128.const i64x2 {} {})", low.bits().cast_signed(), high.bits().cast_signed()),
        [number] if number.bits() == 0 => "(ref.null extern)".to_owned(),
        numbers => {
            let number = numbers.first().map_or(0, Value::bits);
            format!("(extern.convert_any (ref.i31 (i32.const {number})))")
        }
    })
}

/// Returns the text of a function, exported under this name, that sets `$global`.
fn setter(ty: &GlobalType, name: &str) -> String {
    let mut code =
        format!(r#"(func (export "{name}") {} (global.set $global "#, types_text("param", numbers(ty.content)));
    push_value_code(ty.content, 0, &mut code);
    code + "))"
}

fn set(store: Store, setter: *mut c::wasm_extern_t, ty: &GlobalType, value: Value) -> Result<()> {
    let mut slots = Vec::new();
    push_numbers(ty.content, value, &mut slots);
    let setter_type = FuncType { params: numbers(ty.content).into(), results: [].into() };
    // SAFETY: the helper's function has this type, and there is a slot for each parameter.
    unsafe { Standard::func_call(store, &Extern::owning(setter), &setter_type, slots.as_mut_ptr()) }
}

impl Adapter {
    fn helper(&self, store: Store, global: *mut c::wasm_extern_t, ty: &GlobalType) -> Result<&Helper> {
        if let Some(helper) = self.0.get() {
            return Ok(helper);
        }
        let results = types_text("result", numbers(ty.content));
        let mut code =
            format!(r#"(func (export "0") {results} (local {}) (local.set 0 (global.get $global))"#, ty.content);
        push_numbers_code(ty.content, 0, &mut code);
        code.push(')');
        let content = if ty.mutable {
            code.push_str(&setter(ty, "1"));
            format!("(mut {})", ty.content)
        } else {
            ty.content.to_string()
        };
        let import = format!(r#"(import "" "" (global $global {content}))"#);
        let helper = helper(store, (&import, &[global]), &code, uses_refs([ty.content].iter()))?;
        Ok(self.0.get_or_init(|| helper))
    }

    /// Returns the value of a global of this type.
    pub fn get(&self, store: Store, global: *mut c::wasm_extern_t, ty: &GlobalType) -> Result<Value> {
        let getter = Extern::owning(self.helper(store, global, ty)?.export(0));
        let getter_type = FuncType { params: [].into(), results: numbers(ty.content).into() };
        let mut slots = [Value::default(); 2];
        // SAFETY: the helper's function has this type, which has at most two results.
        unsafe { Standard::func_call(store, &getter, &getter_type, slots.as_mut_ptr()) }?;
        Ok(take_value(ty.content, &mut slots.into_iter()))
    }

    /// Sets the value of a mutable global of this type.
    pub fn set(&self, store: Store, global: *mut c::wasm_extern_t, ty: &GlobalType, value: Value) -> Result<()> {
        set(store, self.helper(store, global, ty)?.export(1), ty, value)
    }
}
