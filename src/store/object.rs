//! Handles to what lives in a store: the objects behind `aw_extern` and `aw_instance`.

use crate::backend::{Active, Backend, Ref};
use crate::base::capabilities::{self, Capabilities};
use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::base::types::{ExternType, ValType};
use crate::base::value::Value;
use crate::engine::module::Module;
use crate::store::{Entered, Key, Store};
use crate::wasi::caller::Caller;
use std::fmt::Display;
use std::sync::Arc;

/// A function, memory, table, global or tag; or a reference to a function that the engine says nothing about.
pub struct Extern {
    /// The store it lives in.
    pub store: Arc<Store>,
    /// The engine's object; good while the store is open.
    pub raw: <Active as Backend>::Extern,
    /// Its type; none for an opaque reference.
    pub ty: Option<ExternType>,
    /// For a host function that asks who calls it: where it finds that.
    pub caller: Option<Arc<Caller>>,
    key: Key,
}

impl Extern {
    /// A handle to a new object, which the store owns from now on.
    pub fn new(
        store: &Arc<Store>,
        entered: &Entered<'_>,
        raw: <Active as Backend>::Extern,
        ty: Option<ExternType>,
    ) -> Self {
        Self { store: store.clone(), raw, ty, caller: None, key: entered.keep(raw) }
    }
}

impl Drop for Extern {
    fn drop(&mut self) {
        self.store.free_or_defer(self.key);
    }
}

/// An instance.
pub struct Instance {
    /// The store it lives in.
    pub store: Arc<Store>,
    /// The module it was made from.
    pub module: Arc<Module>,
    /// The engine's object; good while the store is open.
    pub raw: <Active as Backend>::Instance,
    /// Its key in the store.
    pub key: Key,
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.store.free_or_defer(self.key);
    }
}

/// Refuses values that the host cannot exchange with this engine, before the engine sees them.
pub fn require(
    capabilities: Capabilities,
    types: impl IntoIterator<Item = ValType>,
    what: impl Display + Copy,
) -> Result<()> {
    let mut types = types.into_iter();
    types.try_for_each(|ty| {
        let needed = match ty {
            ValType::V128 => capabilities::V128,
            ValType::FuncRef => capabilities::FUNCREF,
            ValType::ExternRef => capabilities::EXTERNREF,
            ValType::Other => capabilities::TYPED_REFS,
            _ => return Ok(()),
        };
        capabilities.require(needed, Active::NAME, what)
    })
}

/// A reference from the engine's slot to the C layer's: a function becomes a handle, which the receiver owns.
///
/// # Safety
/// The slot holds a reference of type `ty` that the engine gave, and is not used again.
pub unsafe fn lift(store: &Arc<Store>, entered: &Entered<'_>, ty: ValType, value: Value) -> Value {
    // SAFETY: the caller's promise is the backend's condition.
    let reference = match unsafe { Active::ref_lift(entered.raw, ty, value) } {
        Ref::Null => 0,
        Ref::Host(number) => number,
        Ref::Func(raw) => {
            let may_be_asked = Active::CAPABILITIES.has(capabilities::V128) || !entered.has_unusual_funcs();
            // SAFETY: an engine that has vectors has all types; here no function has another than the engine.
            let ty =
                may_be_asked.then(|| unsafe { Active::func_type(entered.raw, raw) }).flatten().map(ExternType::Func);
            Box::into_raw(Box::new(Extern::new(store, entered, raw, ty))) as u64
        }
    };
    Value { reference }
}

/// A reference from the C layer's slot to what the backend knows.
///
/// # Safety
/// The slot holds null, a host number, or a pointer to a living handle, as `ty` says.
pub unsafe fn resolve(store: &Arc<Store>, ty: ValType, value: Value) -> Result<Ref<<Active as Backend>::Extern>> {
    // SAFETY: all 16 bytes of a slot are always written, and any bits are an integer.
    let reference = unsafe { value.reference };
    if reference == 0 {
        return Ok(Ref::Null);
    }
    if ty == ValType::ExternRef {
        return Ok(Ref::Host(reference));
    }
    // SAFETY: a function reference that is not null points to a handle, as the caller promises.
    let object = unsafe { &*(reference as *const Extern) };
    if !Arc::ptr_eq(store, &object.store) {
        fail!(Store, "the function reference belongs to another store");
    }
    match object.ty {
        Some(ExternType::Func(_)) | None => Ok(Ref::Func(object.raw)),
        Some(_) => fail!(Invalid, "only a function can be a function reference"),
    }
}

/// A reference from the C layer's slot to the engine's.
///
/// # Safety
/// As for [`resolve`].
pub unsafe fn lower(store: &Arc<Store>, entered: &Entered<'_>, ty: ValType, value: Value) -> Result<Value> {
    // SAFETY: the caller's promise.
    let reference = unsafe { resolve(store, ty, value) }?;
    // SAFETY: `resolve` has just read the same handle.
    let signature = unsafe { signature(ty, value) };
    Active::ref_lower(entered.raw, reference, signature)
}

/// References from the C layer's slots to the engine's, all or none.
///
/// # Safety
/// As for [`resolve`], of every slot whose type is a reference.
pub unsafe fn lower_all(
    store: &Arc<Store>,
    entered: &Entered<'_>,
    types: &[ValType],
    slots: &mut [Value],
) -> Result<()> {
    for (index, ty) in types.iter().enumerate().filter(|(_, ty)| ty.is_ref()) {
        // SAFETY: the caller's promise.
        match unsafe { lower(store, entered, *ty, slots[index]) } {
            Ok(value) => slots[index] = value,
            Err(error) => {
                // SAFETY: up to here the slots hold what was lowered, and nobody has used it.
                unsafe { discard_all(entered, &types[..index], &slots[..index]) };
                // Nor will a guest ever hold what comes after.
                let rest = types[index..].iter().zip(&slots[index..]).filter(|(ty, _)| **ty == ValType::ExternRef);
                rest.for_each(|(_, slot)| Active::release(entered.raw, slot.bits()));
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Releases the references in slots that the engine filled, or that were lowered, and that nobody took.
///
/// # Safety
/// The slots hold values of these types as the engine has them, and are not used again.
pub unsafe fn discard_all(entered: &Entered<'_>, types: &[ValType], slots: &[Value]) {
    for (ty, slot) in types.iter().zip(slots).filter(|(ty, _)| ty.is_ref()) {
        // SAFETY: the caller's promise.
        if let Ref::Func(raw) = unsafe { Active::ref_lift(entered.raw, *ty, *slot) } {
            Active::extern_drop(raw);
        }
    }
}

unsafe fn signature<'a>(ty: ValType, value: Value) -> Option<&'a crate::base::types::FuncType> {
    // SAFETY: any bits are an integer.
    let reference = unsafe { value.reference };
    if reference == 0 || ty == ValType::ExternRef {
        return None;
    }
    // SAFETY: the caller's promise: the handle is alive.
    match unsafe { &(*(reference as *const Extern)).ty } {
        Some(ExternType::Func(ty)) => Some(ty),
        _ => None,
    }
}

/// The error for an object of the wrong kind.
pub fn wrong_kind(wanted: &str, object: &Extern) -> Error {
    let found = object.ty.as_ref().map_or_else(|| "an opaque reference".to_owned(), ToString::to_string);
    Error::new(ErrorKind::Invalid, format!("expected a {wanted}, found {found}"))
}
