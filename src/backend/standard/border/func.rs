//! Functions whose types have values that the host exchanges as numbers.

use crate::backend::FuncOps;
use crate::backend::standard::border::{
    all_numbers, converts, helper, host_type, push_numbers, push_numbers_code, push_value_code, signature_text,
    take_value, types_text, uses_refs,
};
use crate::backend::standard::helper::Helper;
use crate::backend::standard::store::Store;
use crate::backend::standard::{Extern, Standard};
use crate::base::error::Result;
use crate::base::types::FuncType;
use crate::base::value::Value;
use std::cell::OnceCell;
use std::iter;
use wasm_c_api as c;

/// What the host needs to call a function.
#[derive(Default)]
pub struct Adapter(OnceCell<(Helper, FuncType)>);

/// Returns whether the host exchanges values of this function as numbers.
pub fn is_converted(ty: &FuncType) -> bool {
    ty.params.iter().chain(ty.results.iter()).any(|ty| converts(*ty))
}

impl Adapter {
    /// Calls the function `func` of this type.
    ///
    /// # Safety
    /// As for [`FuncOps::func_call`].
    pub unsafe fn call(
        &self,
        store: Store,
        func: *mut c::wasm_extern_t,
        ty: &FuncType,
        values: *mut Value,
    ) -> Result<()> {
        let (helper, wire) = match self.0.get() {
            Some(made) => made,
            None => {
                let made = (call_helper(store, func, ty)?, host_type(ty));
                self.0.get_or_init(|| made)
            }
        };
        let mut numbers = Vec::with_capacity(wire.slot_count());
        for (index, ty) in ty.params.iter().enumerate() {
            // SAFETY: the caller guarantees that `values` has a slot for every parameter.
            push_numbers(*ty, unsafe { *values.add(index) }, &mut numbers);
        }
        numbers.resize(wire.slot_count().max(numbers.len()), Value::default());
        let adapter = Extern::owning(helper.export(0));
        // SAFETY: the helper's export is a function of this type, and there is a slot for each of its parameters and
        // results. References among the arguments are those of the caller.
        unsafe { Standard::func_call(store, &adapter, wire, numbers.as_mut_ptr()) }?;
        let mut numbers = numbers.into_iter();
        for (index, ty) in ty.results.iter().enumerate() {
            // SAFETY: the caller guarantees that `values` has a slot for every result.
            unsafe { *values.add(index) = take_value(*ty, &mut numbers) };
        }
        Ok(())
    }
}

/// Makes the function that takes and returns numbers, and calls `func`.
fn call_helper(store: Store, func: *mut c::wasm_extern_t, ty: &FuncType) -> Result<Helper> {
    let wire = host_type(ty);
    let signature = signature_text(ty);
    let mut body = format!(r#"(func (export "0") {} {}"#, signature_text(&wire), types_text("local", &ty.results));
    body.push_str("(call $func ");
    ty.params.iter().fold(0, |local, ty| push_value_code(*ty, local, &mut body));
    body.push(')');
    let first = wire.params.len();
    (0..ty.results.len()).rev().for_each(|index| body.push_str(&format!("(local.set {})", first + index)));
    ty.results.iter().enumerate().for_each(|(index, ty)| push_numbers_code(*ty, first + index, &mut body));
    body.push(')');
    let import = format!(r#"(import "" "" (func $func {signature}))"#);
    helper(store, (&import, &[func]), &body, uses_refs(ty.params.iter().chain(ty.results.iter())))
}

/// Makes the function of this type that guests see, from a function of the host that takes and returns numbers. Returns
/// the extern of the function.
pub fn wrap(store: Store, host: *mut c::wasm_extern_t, ty: &FuncType) -> Result<*mut c::wasm_extern_t> {
    let wire = host_type(ty);
    let locals = all_numbers(&ty.results);
    let mut body = format!(r#"(func (export "0") {} {}"#, signature_text(ty), types_text("local", &locals));
    body.push_str("(call $host ");
    ty.params.iter().enumerate().for_each(|(local, ty)| push_numbers_code(*ty, local, &mut body));
    body.push(')');
    let first = ty.params.len();
    (0..locals.len()).rev().for_each(|index| body.push_str(&format!("(local.set {})", first + index)));
    ty.results.iter().fold(first, |local, ty| push_value_code(*ty, local, &mut body));
    body.push(')');
    let import = format!(r#"(import "" "" (func $host {}))"#, signature_text(&wire));
    let uses_refs = uses_refs(ty.params.iter().chain(ty.results.iter()));
    let helper = helper(store, (&import, &[host]), &body, uses_refs)?;
    // SAFETY: the export lives. The copy stays valid without the helper.
    Ok(unsafe { c::wasm_extern_copy(helper.export(0)) })
}

/// Returns the type of the function of the host that [`wrap`] takes.
pub fn wire_type(ty: &FuncType) -> FuncType {
    host_type(ty)
}

/// Returns the arguments of a function of this type, from the numbers that the function of the host has received.
pub fn arguments(ty: &FuncType, numbers: impl Iterator<Item = Value>, slots: &mut [Value]) {
    let mut numbers = numbers;
    iter::zip(slots, ty.params.iter()).for_each(|(slot, ty)| *slot = take_value(*ty, &mut numbers));
}

/// Returns the numbers for the results of a function of this type.
pub fn results(ty: &FuncType, slots: &[Value]) -> Vec<Value> {
    let mut numbers = Vec::new();
    iter::zip(slots, ty.results.iter()).for_each(|(slot, ty)| push_numbers(*ty, *slot, &mut numbers));
    numbers
}
