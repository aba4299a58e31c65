//! References: in a slot, a reference is a boxed, rooted value of wasmtime's; null is 0.

use crate::backend::Ref;
use crate::backend::wasmtime::engine::{Released, Store};
use crate::base::error::{Result, fail};
use crate::base::types::ValType;
use crate::base::value::Value;
use std::ffi::c_void;
use std::sync::Arc;
use wasm_c_api as c;

/// An external reference that is not one of ours: WebAssembly made it from a value of its own.
const FOREIGN: u64 = u64::MAX;

/// What an external reference of ours holds: the host's number, and where to say that no guest holds it any more.
struct HostObject {
    number: u64,
    released: Arc<Released>,
}

impl Drop for HostObject {
    fn drop(&mut self) {
        self.released.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(self.number);
    }
}

/// Called by wasmtime's collector, or with the store: once, wherever that happens.
unsafe extern "C" fn release(object: *mut c_void) {
    // SAFETY: `lower` gave the box away with this as its finalizer.
    drop(unsafe { Box::from_raw(object.cast::<HostObject>()) });
}

fn kind(kind: u32) -> c::wasmtime_valkind_t {
    kind as c::wasmtime_valkind_t
}

fn boxed(value: c::wasmtime_val_t) -> Value {
    Value { reference: Box::into_raw(Box::new(value)) as u64 }
}

/// A slot that owns a reference, or holds null.
pub fn lower(store: Store, value: Ref<c::wasmtime_extern_t>) -> Result<Value> {
    // SAFETY: zero is a valid value, whose field is then written; the store lives.
    unsafe {
        let mut out: c::wasmtime_val_t = std::mem::zeroed();
        match value {
            Ref::Null => return Ok(Value::default()),
            Ref::Func(func) => {
                out.kind = kind(c::WASMTIME_FUNCREF);
                out.of.funcref = func.of.func;
            }
            Ref::Host(number) => {
                out.kind = kind(c::WASMTIME_EXTERNREF);
                let place = &raw mut out.of.externref;
                Arc::increment_strong_count(store.released);
                let object = HostObject { number, released: Arc::from_raw(store.released) };
                let object = Box::into_raw(Box::new(object)).cast();
                // Where it fails, the finalizer has run.
                if !c::wasmtime_externref_new(store.context, object, Some(release), place) {
                    fail!(Engine, "the engine could not make an external reference");
                }
            }
        }
        Ok(boxed(out))
    }
}

/// The reverse: takes the reference out of the slot.
///
/// # Safety
/// The slot owns a boxed value, or holds null.
pub unsafe fn lift(store: Store, slot: Value) -> Ref<c::wasmtime_extern_t> {
    if slot.bits() == 0 {
        return Ref::Null;
    }
    // SAFETY: the caller's promise; the kind says which field is meant, and what is rooted is released.
    unsafe {
        let mut value = *Box::from_raw(slot.bits() as *mut c::wasmtime_val_t);
        if u32::from(value.kind) == c::WASMTIME_FUNCREF {
            let mut func: c::wasmtime_extern_t = std::mem::zeroed();
            func.kind = c::WASMTIME_EXTERN_FUNC as c::wasmtime_extern_kind_t;
            func.of.func = value.of.funcref;
            return Ref::Func(func);
        }
        let object = c::wasmtime_externref_data(store.context, &value.of.externref).cast::<HostObject>();
        // All that has data was made by `lower`, and lives while the reference does.
        let number = object.as_ref().map_or(FOREIGN, |object| object.number);
        c::wasmtime_val_unroot(&mut value);
        Ref::Host(number)
    }
}

/// A slot as wasmtime's value; a reference goes over to it.
///
/// # Safety
/// The slot holds a value of this type, a reference boxed.
pub unsafe fn into_val(_: *mut c::wasmtime_context_t, ty: ValType, slot: Value) -> c::wasmtime_val_t {
    // SAFETY: zero is a valid value; the type says which field is meant, and null is all zeroes.
    unsafe {
        if ty.is_ref() && slot.bits() != 0 {
            return *Box::from_raw(slot.bits() as *mut c::wasmtime_val_t);
        }
        let mut out: c::wasmtime_val_t = std::mem::zeroed();
        out.kind = kind(match ty {
            ValType::I32 => c::WASMTIME_I32,
            ValType::I64 => c::WASMTIME_I64,
            ValType::F32 => c::WASMTIME_F32,
            ValType::F64 => c::WASMTIME_F64,
            ValType::V128 => c::WASMTIME_V128,
            ValType::FuncRef => c::WASMTIME_FUNCREF,
            ValType::ExternRef | ValType::Other => c::WASMTIME_EXTERNREF,
        });
        if !ty.is_ref() {
            (&raw mut out.of).cast::<Value>().write_unaligned(slot);
        }
        out
    }
}

/// A slot from a value that is ours.
///
/// # Safety
/// The value is initialized, and not used again.
pub unsafe fn from_owned(value: c::wasmtime_val_t) -> Value {
    match u32::from(value.kind) {
        // SAFETY: the kind says which field is meant; a null reference is zero there.
        c::WASMTIME_FUNCREF if unsafe { value.of.funcref.store_id } == 0 => Value::default(),
        // SAFETY: as above.
        c::WASMTIME_EXTERNREF if unsafe { value.of.externref.store_id } == 0 => Value::default(),
        c::WASMTIME_FUNCREF | c::WASMTIME_EXTERNREF => boxed(value),
        // SAFETY: a number or vector: 16 bytes of the union, all initialized by zeroes or the engine.
        _ => unsafe { (&raw const value.of).cast::<Value>().read_unaligned() },
    }
}

/// A slot from a value that stays wasmtime's.
///
/// # Safety
/// The value is initialized.
pub unsafe fn from_borrowed(value: &c::wasmtime_val_t) -> Value {
    // SAFETY: the copy is ours, with roots of its own.
    unsafe {
        let mut copy = std::mem::zeroed();
        c::wasmtime_val_clone(value, &mut copy);
        from_owned(copy)
    }
}

/// Uses a slot's value for the time of a call, then releases it.
pub fn spend<T>(store: Store, ty: ValType, slot: Value, use_it: impl FnOnce(&c::wasmtime_val_t) -> T) -> T {
    // SAFETY: the slot was filled for this type by `lower` or by the caller with a number, and is used up here.
    unsafe {
        let mut value = into_val(store.context, ty, slot);
        let result = use_it(&value);
        c::wasmtime_val_unroot(&mut value);
        result
    }
}
