//! References in value slots. A slot holds the address of a value of wasmtime on the heap, and owns this value. The
//! value is rooted, so wasmtime's garbage collector does not free its reference. The null reference is a slot with 0.

use crate::backend::wasmtime::Wasmtime;
use crate::backend::wasmtime::external::Extern;
use crate::backend::wasmtime::store::{Released, Store};
use crate::backend::{Ref, RefOps};
use crate::base::error::{Result, fail};
use crate::base::types::ValType;
use crate::base::value::Value;
use std::ffi::c_void;
use std::sync::{Arc, PoisonError};
use wasm_c_api as c;

/// Host number for an external reference that WebAssembly itself created. The host has no object for this reference.
const FOREIGN_NUMBER: u64 = u64::MAX;

/// The data of an external reference: the number of the host object, and the store's list of released numbers. `Drop`
/// adds the number to the list, because no guest can use the reference any more.
struct HostObject {
    number: u64,
    released: Arc<Released>,
}

impl Drop for HostObject {
    fn drop(&mut self) {
        self.released.lock().unwrap_or_else(PoisonError::into_inner).push(self.number);
    }
}

/// wasmtime calls this function once for each external reference, from wasmtime's garbage collector or when the store
/// is freed.
unsafe extern "C" fn finalize(object: *mut c_void) {
    // SAFETY: `object` is the box that `external_ref` turned into a raw pointer. wasmtime finalizes the data of each
    // reference once, so the box is freed once.
    drop(unsafe { Box::from_raw(object.cast::<HostObject>()) });
}

/// Moves a value of wasmtime to the heap. Returns a slot that owns the value.
fn boxed(value: c::wasmtime_val_t) -> Value {
    Value { reference: Box::into_raw(Box::new(value)) as u64 }
}

/// Returns a value of this kind whose other bytes are zero. The value is the null reference or the number 0.
fn zeroed(kind: u32) -> c::wasmtime_val_t {
    // SAFETY: every field of the union is a number, an array of bytes or a plain C struct. All bits zero is a valid
    // value for each of these fields.
    let mut out: c::wasmtime_val_t = unsafe { std::mem::zeroed() };
    out.kind = kind as c::wasmtime_valkind_t;
    out
}

/// Creates an external reference to the host object with this number.
fn external_ref(store: Store, number: u64) -> Result<c::wasmtime_val_t> {
    let mut out = zeroed(c::WASMTIME_EXTERNREF);
    // SAFETY: the store owns a reference count of `released`, so the `Arc` is alive and the count may be increased. The
    // store lives, and takes ownership of the box. If wasmtime cannot create the reference, wasmtime runs the
    // finalizer, and the finalizer frees the box.
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
    fn ref_lower(store: Store, value: Ref<Extern>) -> Result<Value> {
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
        // SAFETY: the caller guarantees that the slot owns a boxed value (one that `boxed` moved to the heap), and that
        // the slot is not used again. The value's kind determines which field of the union is initialized.
        unsafe {
            let mut value = *Box::from_raw(slot.bits() as *mut c::wasmtime_val_t);
            if u32::from(value.kind) == c::WASMTIME_FUNCREF {
                return Ref::Func(Extern::func(value.of.funcref));
            }
            let object = c::wasmtime_externref_data(store.context, &value.of.externref).cast::<HostObject>();
            // Only `external_ref` creates references with data, so the data is a `HostObject`. The data lives as long
            // as the reference.
            let number = object.as_ref().map_or(FOREIGN_NUMBER, |object| object.number);
            c::wasmtime_val_unroot(&mut value);
            Ref::Host(number)
        }
    }
}

/// Converts a slot, the shim's 16 bytes for one value, to a value of wasmtime. The value takes ownership of a reference
/// in the slot.
///
/// # Safety
/// The slot holds a value of type `ty`. If `ty` is a reference type, the slot holds 0 or owns a boxed value.
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
        // SAFETY: the union has room for a slot of 16 bytes. Any bytes are a valid number or vector.
        unsafe { (&raw mut out.of).cast::<Value>().write_unaligned(slot) };
    }
    out
}

/// Converts a value of wasmtime to a slot, the shim's 16 bytes for one value. The slot takes ownership of a reference
/// in the value.
///
/// # Safety
/// The caller owns the value, and does not use the value again.
pub unsafe fn from_owned(value: c::wasmtime_val_t) -> Value {
    match u32::from(value.kind) {
        // SAFETY: the value's kind guarantees that this field of the union is initialized. The null reference has the
        // store id 0.
        c::WASMTIME_FUNCREF if unsafe { value.of.funcref.store_id } == 0 => Value::default(),
        // SAFETY: the value's kind guarantees that this field of the union is initialized. The null reference has the
        // store id 0.
        c::WASMTIME_EXTERNREF if unsafe { value.of.externref.store_id } == 0 => Value::default(),
        c::WASMTIME_FUNCREF | c::WASMTIME_EXTERNREF => boxed(value),
        // SAFETY: the value is a number or a vector. wasmtime or `zeroed` has initialized all 16 bytes of the union.
        _ => unsafe { (&raw const value.of).cast::<Value>().read_unaligned() },
    }
}

/// Copies a value of wasmtime to a slot. The slot owns the copied reference.
///
/// # Safety
/// The value is initialized, and its store lives.
pub unsafe fn from_borrowed(value: &c::wasmtime_val_t) -> Value {
    // SAFETY: the caller guarantees that the value is initialized. This function owns the clone, and `from_owned` takes
    // ownership of the clone.
    unsafe {
        let mut copy = std::mem::zeroed();
        c::wasmtime_val_clone(value, &mut copy);
        from_owned(copy)
    }
}

/// Runs `work` with the value in a slot. Then frees the reference in the slot, if the slot holds a reference.
///
/// # Safety
/// The slot holds a value of type `ty`. [`RefOps::ref_lower`] returned a reference in the slot. The caller does not use
/// the slot again.
pub unsafe fn consume<T>(ty: ValType, slot: Value, work: impl FnOnce(&c::wasmtime_val_t) -> T) -> T {
    // SAFETY: the caller guarantees that the slot holds a value of this type. This function owns the value, and unroots
    // the value after `work`.
    unsafe {
        let mut value = into_val(ty, slot);
        let result = work(&value);
        c::wasmtime_val_unroot(&mut value);
        result
    }
}
