//! References. A slot owns a boxed, rooted value of wasmtime, or holds 0 for the null reference.

use crate::backend::wasmtime::Wasmtime;
use crate::backend::wasmtime::external::Extern;
use crate::backend::wasmtime::store::{Released, Store};
use crate::backend::{Ref, RefOps};
use crate::base::error::{Result, fail};
use crate::base::types::{FuncType, ValType};
use crate::base::value::Value;
use std::ffi::c_void;
use std::sync::{Arc, PoisonError};
use wasm_c_api as c;

/// The number of an external reference that WebAssembly made itself, for which the host has no object.
const FOREIGN_NUMBER: u64 = u64::MAX;

/// The data of an external reference: the host's number for the object, and the list of numbers that no guest holds
/// any more.
struct HostObject {
    number: u64,
    released: Arc<Released>,
}

impl Drop for HostObject {
    fn drop(&mut self) {
        self.released.lock().unwrap_or_else(PoisonError::into_inner).push(self.number);
    }
}

/// Called once by wasmtime, by its garbage collector or when the store is freed.
unsafe extern "C" fn finalize(object: *mut c_void) {
    // SAFETY: `external_ref` leaked this box, and wasmtime finalizes the data of a reference once.
    drop(unsafe { Box::from_raw(object.cast::<HostObject>()) });
}

fn boxed(value: c::wasmtime_val_t) -> Value {
    Value { reference: Box::into_raw(Box::new(value)) as u64 }
}

/// A value of this kind, all of whose other bytes are zero: the null reference, or the number 0.
fn zeroed(kind: u32) -> c::wasmtime_val_t {
    // SAFETY: every field of the union is a number, an array of bytes or a plain C struct, for which all bits zero is a
    // valid value.
    let mut out: c::wasmtime_val_t = unsafe { std::mem::zeroed() };
    out.kind = kind as c::wasmtime_valkind_t;
    out
}

/// Makes an external reference to the host object with this number.
fn external_ref(store: Store, number: u64) -> Result<c::wasmtime_val_t> {
    let mut out = zeroed(c::WASMTIME_EXTERNREF);
    // SAFETY: the store owns a share of `released`, so the count may go up. The store lives, and owns the box from here
    // on: if wasmtime cannot make the reference, it has run the finalizer.
    let created = unsafe {
        Arc::increment_strong_count(store.released);
        let object = HostObject { number, released: Arc::from_raw(store.released) };
        let object = Box::into_raw(Box::new(object)).cast();
        c::wasmtime_externref_new(store.context, object, Some(finalize), &raw mut out.of.externref)
    };
    if !created {
        fail!(Engine, "the engine could not make an external reference");
    }
    Ok(out)
}

impl RefOps for Wasmtime {
    fn ref_lower(store: Store, value: Ref<Extern>, _: Option<&FuncType>) -> Result<Value> {
        match value {
            Ref::Null => Ok(Value::default()),
            Ref::Func(func) => {
                let mut out = zeroed(c::WASMTIME_FUNCREF);
                out.of.funcref = *func.as_func();
                Ok(boxed(out))
            }
            Ref::Host(number) => Ok(boxed(external_ref(store, number)?)),
        }
    }

    unsafe fn ref_lift(store: Store, _: ValType, slot: Value) -> Ref<Extern> {
        if slot.bits() == 0 {
            return Ref::Null;
        }
        // SAFETY: the caller guarantees that the slot owns a boxed value, and does not use the slot again. The value's
        // kind says which field of the union is initialized.
        unsafe {
            let mut value = *Box::from_raw(slot.bits() as *mut c::wasmtime_val_t);
            if u32::from(value.kind) == c::WASMTIME_FUNCREF {
                return Ref::Func(Extern::func(value.of.funcref));
            }
            let object = c::wasmtime_externref_data(store.context, &value.of.externref).cast::<HostObject>();
            // Only `external_ref` makes references with data. The data lives as long as the reference.
            let number = object.as_ref().map_or(FOREIGN_NUMBER, |object| object.number);
            c::wasmtime_val_unroot(&mut value);
            Ref::Host(number)
        }
    }
}

/// Converts a slot to a value of wasmtime, which takes over a reference in the slot.
///
/// # Safety
/// The slot holds a value of type `ty`; for a reference type, 0 or a boxed value that the slot owns.
pub unsafe fn into_val(ty: ValType, slot: Value) -> c::wasmtime_val_t {
    if ty.is_ref() && slot.bits() != 0 {
        // SAFETY: the caller guarantees that the slot owns a boxed value.
        return unsafe { *Box::from_raw(slot.bits() as *mut c::wasmtime_val_t) };
    }
    let mut out = zeroed(match ty {
        ValType::I32 => c::WASMTIME_I32,
        ValType::I64 => c::WASMTIME_I64,
        ValType::F32 => c::WASMTIME_F32,
        ValType::F64 => c::WASMTIME_F64,
        ValType::V128 => c::WASMTIME_V128,
        ValType::FuncRef => c::WASMTIME_FUNCREF,
        ValType::ExternRef | ValType::Other => c::WASMTIME_EXTERNREF,
    });
    if !ty.is_ref() {
        // SAFETY: the union has room for a slot of 16 bytes, and any bytes are a valid number or vector.
        unsafe { (&raw mut out.of).cast::<Value>().write_unaligned(slot) };
    }
    out
}

/// Converts a value of wasmtime to a slot, which takes over a reference.
///
/// # Safety
/// The caller owns the value, and does not use it again.
pub unsafe fn from_owned(value: c::wasmtime_val_t) -> Value {
    match u32::from(value.kind) {
        // SAFETY: the kind says that this field of the union is initialized. The null reference has no store.
        c::WASMTIME_FUNCREF if unsafe { value.of.funcref.store_id } == 0 => Value::default(),
        // SAFETY: the kind says that this field of the union is initialized. The null reference has no store.
        c::WASMTIME_EXTERNREF if unsafe { value.of.externref.store_id } == 0 => Value::default(),
        c::WASMTIME_FUNCREF | c::WASMTIME_EXTERNREF => boxed(value),
        // SAFETY: the value is a number or a vector. All 16 bytes of the union are initialized, by wasmtime or as zeroes.
        _ => unsafe { (&raw const value.of).cast::<Value>().read_unaligned() },
    }
}

/// Copies a value of wasmtime to a slot. The slot owns a reference of its own.
///
/// # Safety
/// The value is initialized, and its store lives.
pub unsafe fn from_borrowed(value: &c::wasmtime_val_t) -> Value {
    // SAFETY: the caller guarantees an initialized value. This function owns the clone, and passes it on.
    unsafe {
        let mut copy = std::mem::zeroed();
        c::wasmtime_val_clone(value, &mut copy);
        from_owned(copy)
    }
}

/// Runs `work` with the value in a slot, then frees a reference in the slot.
///
/// # Safety
/// The slot holds a value of type `ty`, as [`RefOps::ref_lower`] returned it, and is not used again.
pub unsafe fn consume<T>(ty: ValType, slot: Value, work: impl FnOnce(&c::wasmtime_val_t) -> T) -> T {
    // SAFETY: the caller guarantees a slot of this type. This function owns the value, and unroots it.
    unsafe {
        let mut value = into_val(ty, slot);
        let result = work(&value);
        c::wasmtime_val_unroot(&mut value);
        result
    }
}
