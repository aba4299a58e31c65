//! What the shim does through wasmi's Rust API, because wasmi's C API has no function for it: the limits of the stack,
//! fuel, and calls that go on after they have run out of fuel.

extern crate alloc;

use crate::{wasm_config_t, wasm_extern_t, wasm_ref_t, wasm_store_t, wasm_val_t};
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::mem::offset_of;
use wasmi_api::{
    Caller, Config, CustomFuelCosts, Extern, ExternRef, Func, Global, Mutability, Nullable, Ref, ResumableCall, Store,
    Val,
};

/// The number of bytes that a guest copies for a unit of fuel: wasmi's default.
const BYTES_COPIED_PER_FUEL: u32 = 64;

type StoreHandle = Arc<UnsafeCell<Store<()>>>;

/// Settings of an engine.
pub struct WasmiSettings {
    /// Maximum size of the stack of guests, in bytes.
    pub stack_size: usize,
    /// Maximum number of nested calls.
    pub max_calls: usize,
    /// Whether guests consume fuel.
    pub consume_fuel: bool,
    /// Whether memories may have pages of one byte.
    pub custom_page_sizes: bool,
    /// Whether modules may use 128-bit sums and products.
    pub wide_arithmetic: bool,
}

/// Changes the settings in a configuration.
///
/// # Safety
/// `wasm_config_new` has returned `config`, and nobody else uses it during the call.
pub unsafe fn wasmi_config_set(config: *mut wasm_config_t, settings: &WasmiSettings) {
    const {
        assert!(size_of::<Config>() == size_of::<wasmi_c_api::wasm_config_t>());
        assert!(align_of::<Config>() == align_of::<wasmi_c_api::wasm_config_t>());
    }
    // SAFETY: the caller guarantees that wasmi created the configuration, and that nobody else uses it. In
    // wasmi_c_api_impl 2.0.0, the pinned version, the C type is a struct whose only field is a `Config`.
    let config = unsafe { &mut *config.cast::<Config>() };
    // wasmi panics if the maximum is below the minimum.
    config.set_min_stack_height(settings.stack_size.min(1_000)).set_max_stack_height(settings.stack_size);
    config.set_max_recursion_depth(settings.max_calls).consume_fuel(settings.consume_fuel);
    config.wasm_custom_page_sizes(settings.custom_page_sizes).wasm_wide_arithmetic(settings.wide_arithmetic);
    // wasmi translates a function when it is first called. A call that has no fuel for that could not be resumed, and the
    // first call would cost more than the next one.
    config.fuel_cost(CustomFuelCosts {
        bytes_copied_per_fuel: BYTES_COPIED_PER_FUEL,
        fuel_per_bytes_translated: 0,
        fuel_per_bytes_validated: 0,
    });
}

/// Returns the store behind the C type.
///
/// # Safety
/// wasmi created the store. Nobody else uses the returned reference, or another one to the store, at the same time.
unsafe fn store<'a>(store: *mut wasm_store_t) -> &'a mut Store<()> {
    const {
        assert!(size_of::<StoreHandle>() == size_of::<wasmi_c_api::wasm_store_t>());
        assert!(align_of::<StoreHandle>() == align_of::<wasmi_c_api::wasm_store_t>());
    }
    // SAFETY: the caller guarantees that wasmi created the store. In the pinned version it is a struct whose only field
    // is a struct whose only field is a `StoreHandle`. The caller guarantees that the reference is unique.
    unsafe { &mut *(*store.cast::<StoreHandle>()).get() }
}

/// Sets the fuel that guests may consume before they stop.
///
/// # Safety
/// As for [`wasmi_store_fuel`].
pub unsafe fn wasmi_store_set_fuel(raw: *mut wasm_store_t, fuel: u64) {
    // The only error is that the engine does not count fuel.
    // SAFETY: see the condition of this function.
    let _ = unsafe { store(raw) }.set_fuel(fuel);
}

/// Returns the fuel that guests may consume before they stop. Returns 0 if the engine does not count fuel.
///
/// # Safety
/// wasmi created the store, and this thread alone uses it.
pub unsafe fn wasmi_store_fuel(raw: *mut wasm_store_t) -> u64 {
    // SAFETY: see the condition of this function.
    unsafe { store(raw) }.get_fuel().unwrap_or(0)
}

/// Calls a function, like `wasm_func_call`. If the guest runs out of fuel, `go_on` receives the least amount that it needs,
/// adds fuel to the store, and returns whether the guest may go on. Returns the message of a trap as error, and `None` if
/// `go_on` has ended the guest.
///
/// # Safety
/// wasmi created the store and the function, which belongs to the store. The arguments have the types of the parameters,
/// and there are as many results as the function has. This thread alone uses the store, but `go_on` may use it.
pub unsafe fn wasmi_func_call(
    raw: *mut wasm_store_t,
    func: *const wasm_extern_t,
    args: &[wasm_val_t],
    results: &mut [wasm_val_t],
    go_on: &mut dyn FnMut(u64) -> bool,
) -> Result<(), Option<String>> {
    // SAFETY: see the condition of this function.
    let func = unsafe { to_func(raw, func) }.ok_or_else(|| Some(String::from("not a function")))?;
    // SAFETY: see the condition of this function.
    let args: Vec<Val> = args.iter().map(|arg| unsafe { to_val(arg) }).collect();
    let mut out: Vec<Val> = results.iter().map(|_| Val::I32(0)).collect();
    let message = |error: wasmi_api::Error| Some(error.to_string());
    // SAFETY: see the condition of this function. The reference ends with the statement.
    let mut call = unsafe { func.call_resumable(store(raw), &args, &mut out) }.map_err(message)?;
    loop {
        call = match call {
            ResumableCall::Finished => break,
            ResumableCall::HostTrap(trap) => return Err(message(trap.into_host_error())),
            ResumableCall::OutOfFuel(call) if go_on(call.required_fuel()) => {
                // SAFETY: as above.
                unsafe { call.resume(store(raw), &mut out) }.map_err(message)?
            }
            ResumableCall::OutOfFuel(_) => return Err(None),
        };
    }
    results.iter_mut().zip(out).for_each(|(result, value)| write_val(result, value));
    Ok(())
}

/// A struct with the same fields as `wasm_extern_t` in wasmi's C API, whose fields are private.
#[allow(dead_code, reason = "only the layout matters")]
struct ExternParts {
    store: StoreHandle,
    which: Extern,
}

/// Returns the function behind an extern. Returns `None` if the extern is another object, or does not have the expected
/// layout.
///
/// # Safety
/// wasmi created the extern, in this store.
unsafe fn to_func(store: *mut wasm_store_t, object: *const wasm_extern_t) -> Option<Func> {
    const {
        assert!(size_of::<ExternParts>() == size_of::<wasmi_c_api::wasm_extern_t>());
        assert!(align_of::<ExternParts>() == align_of::<wasmi_c_api::wasm_extern_t>());
        assert!(offset_of!(ExternParts, store) == 0);
        assert!(offset_of!(ExternParts, which) == size_of::<StoreHandle>());
    }
    // SAFETY: the caller guarantees that wasmi created both objects, so that each has at least the size of a pointer. The
    // store is one pointer.
    let is_first = unsafe { object.cast::<usize>().read() == store.cast::<usize>().read() };
    // SAFETY: the extern has the pointer to its store and the object as its only fields, in the pinned version. The
    // pointer is first, so the object follows where the compiler puts it in a struct with the same fields. `Extern` is
    // `Copy`.
    match unsafe { object.byte_add(offset_of!(ExternParts, which)).cast::<Extern>().read() } {
        Extern::Func(func) if is_first => Some(func),
        _ => None,
    }
}

/// Returns the function that a reference refers to, as an extern that the caller deletes. Returns null for another
/// reference.
///
/// # Safety
/// wasmi created both objects, and the reference belongs to the store.
pub unsafe fn wasmi_ref_to_func(store: *mut wasm_store_t, reference: *const wasm_ref_t) -> *mut wasm_extern_t {
    // SAFETY: the caller guarantees that wasmi created the reference. In the pinned version, its type is a struct whose
    // only field is a `Ref`, as `to_val` checks.
    match unsafe { *reference.cast::<Ref>() } {
        Ref::Func(Nullable::Val(func)) => into_raw(store, Extern::Func(func)),
        _ => core::ptr::null_mut(),
    }
}

/// Returns the value behind the C type.
///
/// # Safety
/// The value is valid, and no external reference.
unsafe fn to_val(value: &wasm_val_t) -> Val {
    const {
        assert!(size_of::<Ref>() == size_of::<wasmi_c_api::wasm_ref_t>());
        assert!(align_of::<Ref>() == align_of::<wasmi_c_api::wasm_ref_t>());
    }
    // SAFETY: the kind tells which field of the union is valid. In the pinned version, `wasm_ref_t` is a struct whose
    // only field is a `Ref`, which is `Copy`.
    unsafe {
        match u32::from(value.kind) {
            crate::wasm_valkind_enum_WASM_I32 => Val::I32(value.of.i32_),
            crate::wasm_valkind_enum_WASM_I64 => Val::I64(value.of.i64_),
            crate::wasm_valkind_enum_WASM_F32 => Val::F32(value.of.f32_.into()),
            crate::wasm_valkind_enum_WASM_F64 => Val::F64(value.of.f64_.into()),
            _ if value.of.ref_.is_null() => Val::FuncRef(Nullable::Null),
            _ => (*value.of.ref_.cast::<Ref>()).into(),
        }
    }
}

/// Writes a value to a result whose kind is that of the value. The caller owns a reference in it.
fn write_val(result: &mut wasm_val_t, value: Val) {
    match value {
        Val::I32(value) => result.of.i32_ = value,
        Val::I64(value) => result.of.i64_ = value,
        Val::F32(value) => result.of.f32_ = value.into(),
        Val::F64(value) => result.of.f64_ = value.into(),
        Val::FuncRef(Nullable::Val(func)) => {
            let reference = Box::into_raw(Box::new(Ref::Func(Nullable::Val(func))));
            result.of.ref_ = reference.cast::<wasm_ref_t>();
        }
        _ => result.of.ref_ = core::ptr::null_mut(),
    }
}

/// What an external reference of the host refers to: the number by which the host finds its object.
struct HostNumber(u64);

/// The number of a reference that the host has not made.
const NO_NUMBER: u64 = u64::MAX;

fn to_ref(ctx: impl wasmi_api::AsContextMut, number: u64) -> Nullable<ExternRef> {
    if number == 0 { Nullable::Null } else { Nullable::Val(ExternRef::new(ctx, HostNumber(number))) }
}

fn into_raw(store: *mut wasm_store_t, which: Extern) -> *mut wasm_extern_t {
    const {
        assert!(size_of::<ExternParts>() == size_of::<wasmi_c_api::wasm_extern_t>());
        assert!(align_of::<ExternParts>() == align_of::<wasmi_c_api::wasm_extern_t>());
    }
    // SAFETY: the callers guarantee that wasmi created the store, which is one `StoreHandle`.
    let store = unsafe { (*store.cast::<StoreHandle>()).clone() };
    // wasmi frees the extern as a box of its own type, which has the same fields, size and alignment.
    Box::into_raw(Box::new(ExternParts { store, which })).cast()
}

/// Creates two functions in a store: from a number to an external reference, and back. 0 is null. The caller deletes the
/// externs.
///
/// # Safety
/// wasmi created the store, and this thread alone uses it.
pub unsafe fn wasmi_external_ref_functions(raw: *mut wasm_store_t) -> [*mut wasm_extern_t; 2] {
    // SAFETY: see the condition of this function.
    let ctx = unsafe { store(raw) };
    let make = Func::wrap(&mut *ctx, |caller: Caller<'_, ()>, number: u64| to_ref(caller, number));
    let number = Func::wrap(&mut *ctx, |caller: Caller<'_, ()>, reference: Nullable<ExternRef>| match reference {
        Nullable::Null => 0,
        Nullable::Val(reference) => {
            reference.data(&caller).downcast_ref::<HostNumber>().map_or(NO_NUMBER, |number| number.0)
        }
    });
    [make, number].map(|func| into_raw(raw, Extern::Func(func)))
}

/// Creates a global whose value is the external reference with this number. The caller deletes the extern.
///
/// # Safety
/// wasmi created the store, and this thread alone uses it.
pub unsafe fn wasmi_external_ref_global(raw: *mut wasm_store_t, number: u64, mutable: bool) -> *mut wasm_extern_t {
    // SAFETY: see the condition of this function.
    let ctx = unsafe { store(raw) };
    let value = Val::ExternRef(to_ref(&mut *ctx, number));
    let mutability = if mutable { Mutability::Var } else { Mutability::Const };
    into_raw(raw, Extern::Global(Global::new(&mut *ctx, value, mutability)))
}
