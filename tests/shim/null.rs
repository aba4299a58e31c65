//! NULL: for any pointer parameter of any function, NULL is an error, unless the function documents what NULL means.

use crate::support::{Objects, declarations, error, global_type, memory_type, no_error, ok, raw, table_type};
use anywasm::abi::engine::*;
use anywasm::abi::error::aw_error_delete;
use anywasm::abi::externs::{aw_extern_delete, aw_extern_type};
use anywasm::abi::faults::{aw_faults_keeper, aw_faults_share};
use anywasm::abi::func::{aw_func_call, aw_func_call_numbers, aw_func_new};
use anywasm::abi::global::{aw_global_get, aw_global_new, aw_global_set};
use anywasm::abi::instance::{aw_instance_delete, aw_instance_export, aw_instance_new, aw_module_accepts};
use anywasm::abi::interrupt::aw_interrupt_hook;
use anywasm::abi::memory::*;
use anywasm::abi::memory_access::{AW_FAILED, aw_memory_try_read, aw_memory_try_size, aw_memory_try_write};
use anywasm::abi::module::*;
use anywasm::abi::module_info::{aw_module_info_delete, aw_module_info_read};
use anywasm::abi::nesting::aw_nesting_hook;
use anywasm::abi::shared_memory::*;
use anywasm::abi::store::*;
use anywasm::abi::table::{aw_table_get, aw_table_grow, aw_table_new, aw_table_set, aw_table_size};
use anywasm::abi::tag::{aw_tag_new, aw_tag_same};
use anywasm::abi::target::{aw_triple_delete, aw_triple_new};
use anywasm::abi::text::{aw_bytes_delete, aw_wasm2wat, aw_wat2wasm};
use anywasm::abi::types::AW_I32;
use anywasm::abi::wasi::*;
use anywasm::base::error::ErrorKind;
use anywasm::base::value::Value;
use anywasm::store::object::Extern;
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::ptr::{null, null_mut};

/// The index of the parameter that is NULL. All other arguments are valid.
#[derive(Clone, Copy)]
struct Null(usize);

impl Null {
    /// Returns the argument for the parameter at `index`.
    fn at<T>(self, index: usize, argument: T) -> Option<T> {
        (index != self.0).then_some(argument)
    }

    /// Returns the array for the parameter at `index`.
    fn array<T>(self, index: usize, array: &[T]) -> *const T {
        self.at(index, array.as_ptr()).unwrap_or(null())
    }

    /// Returns the place for a result, for the parameter at `index`.
    fn room<T>(self, index: usize, room: &mut T) -> *mut T {
        self.at(index, room as *mut T).unwrap_or(null_mut())
    }
}

/// Calls a function. Returns whether it failed.
type Call = fn(&Objects, Null) -> bool;

unsafe extern "C" fn host(_: *mut c_void, _: *mut Value) -> u64 {
    0
}

unsafe extern "C" fn stream(_: *mut c_void, _: *mut u8, _: usize, _: *mut u64) -> i64 {
    0
}

unsafe extern "C" fn nesting_hook() -> bool {
    true
}

unsafe extern "C" fn hook() -> u64 {
    0
}

/// The empty module.
const EMPTY: &[u8] = b"\0asm\x01\0\0\0";

/// Returns a place for a result.
fn place<T>() -> MaybeUninit<T> {
    MaybeUninit::uninit()
}

/// Each function, with a call that passes NULL for the parameter that `Null` names.
const FUNCTIONS: &[(&str, Call)] = &[
    ("aw_wat2wasm", |_, n| raw!(aw_wat2wasm(n.array(0, b"(module)"), 8)).is_none()),
    ("aw_wasm2wat", |_, n| raw!(aw_wasm2wat(n.array(0, b"\0asm"), 4)).is_none()),
    ("aw_option_value", |_, n| raw!(aw_option_value(n.array(0, b"compiler"), 8, 0)).data.is_null()),
    ("aw_options_set", |_, n| {
        let mut options = ok(aw_options_new());
        !raw!(aw_options_set(n.at(0, &mut *options), n.array(1, b"wasm_simd"), 9, n.array(3, b"true"), 4))
    }),
    ("aw_option_check", |_, n| !raw!(aw_option_check(n.array(0, b"wasm_simd"), 9, n.array(2, b"true"), 4))),
    ("aw_engine_capabilities", |o, n| aw_engine_capabilities(n.at(0, &o.engine)) == u64::MAX),
    ("aw_engine_increment_epoch", |o, n| !aw_engine_increment_epoch(n.at(0, &o.engine))),
    ("aw_store_new", |o, n| aw_store_new(n.at(0, &o.engine)).is_none()),
    ("aw_store_close", |o, n| !aw_store_close(n.at(0, &o.store))),
    ("aw_store_set_fuel", |o, n| !aw_store_set_fuel(n.at(0, &o.store), 1)),
    ("aw_store_fuel", |o, n| !aw_store_fuel(n.at(0, &o.store), n.at(1, &mut place()))),
    ("aw_store_set_epoch_deadline", |o, n| !aw_store_set_epoch_deadline(n.at(0, &o.store), 1)),
    ("aw_store_set_limits", |o, n| !aw_store_set_limits(n.at(0, &o.store), -1, -1, -1, -1, -1)),
    ("aw_store_set_time_limits", |o, n| !aw_store_set_time_limits(n.at(0, &o.store), -1, -1)),
    ("aw_store_gc", |o, n| !aw_store_gc(n.at(0, &o.store))),
    ("aw_store_take_released", |o, n| aw_store_take_released(n.at(0, &o.store)).is_none()),
    ("aw_module_new", |o, n| raw!(aw_module_new(n.at(0, &o.engine), n.array(1, EMPTY), 8)).is_none()),
    ("aw_module_deferred", |o, n| aw_module_deferred(n.at(0, &o.module)).is_none()),
    ("aw_module_validate", |o, n| !raw!(aw_module_validate(n.at(0, &o.engine), n.array(1, EMPTY), 8))),
    ("aw_module_deserialize", |o, n| {
        let bytes = ok(aw_module_serialize(Some(&o.module)));
        let bytes = bytes.as_slice();
        raw!(aw_module_deserialize(n.at(0, &o.engine), n.array(1, bytes), bytes.len())).is_none()
    }),
    ("aw_module_serialize", |o, n| aw_module_serialize(n.at(0, &o.module)).is_none()),
    ("aw_module_info", |o, n| aw_module_info(n.at(0, &o.module)).is_none()),
    ("aw_module_info_read", |_, n| raw!(aw_module_info_read(n.array(0, EMPTY), 8)).is_none()),
    ("aw_instance_new", |o, n| {
        let imports = [Some(&*o.func)];
        raw!(aw_instance_new(n.at(0, &o.store), n.at(1, &o.module), n.array(2, &imports), 1)).is_none()
    }),
    ("aw_module_accepts", |o, n| !aw_module_accepts(n.at(0, &o.module), 0, n.at(2, &o.func))),
    ("aw_instance_export", |o, n| aw_instance_export(n.at(0, &o.instance), 0).is_none()),
    ("aw_extern_type", |o, n| !aw_extern_type(n.at(0, &o.func), n.at(1, &mut place()))),
    ("aw_func_new", |o, n| {
        let (params, results, callback) = (n.array(1, &[AW_I32]), n.array(3, &[AW_I32]), n.at(5, host as _));
        raw!(aw_func_new(n.at(0, &o.store), params, 1, results, 1, callback, null_mut(), None)).is_none()
    }),
    ("aw_func_call", |o, n| !raw!(aw_func_call(n.at(0, &o.func), n.room(1, &mut Value::default())))),
    ("aw_func_call_numbers", |o, n| !raw!(aw_func_call_numbers(n.at(0, &o.func), n.room(1, &mut Value::default())))),
    ("aw_interrupt_hook", |_, n| !raw!(aw_interrupt_hook(n.at(0, hook as _)))),
    ("aw_memory_new", |o, n| aw_memory_new(n.at(0, &o.store), n.at(1, &memory_type())).is_none()),
    ("aw_memory_size", |o, n| aw_memory_size(n.at(0, &o.memory)) == u64::MAX),
    ("aw_memory_read", |o, n| !raw!(aw_memory_read(n.at(0, &o.memory), 0, n.room(2, &mut 0), 1))),
    ("aw_memory_write", |o, n| !raw!(aw_memory_write(n.at(0, &o.memory), 0, n.array(2, &[0]), 1))),
    ("aw_memory_grow", |o, n| aw_memory_grow(n.at(0, &o.memory), 0) == u64::MAX),
    ("aw_memory_pin", |o, n| aw_memory_pin(n.at(0, &o.memory), n.at(1, &mut place()), n.at(2, &mut place())).is_none()),
    ("aw_memory_try_size", |o, n| aw_memory_try_size(n.at(0, &o.memory), n.at(1, &mut place())) == AW_FAILED),
    ("aw_memory_try_read", |o, n| raw!(aw_memory_try_read(n.at(0, &o.memory), 0, n.room(2, &mut 0), 1)) == AW_FAILED),
    ("aw_memory_try_write", |o, n| raw!(aw_memory_try_write(n.at(0, &o.memory), 0, n.array(2, &[0]), 1)) == AW_FAILED),
    ("aw_shared_memory_new", |o, n| aw_shared_memory_new(n.at(0, &o.engine), n.at(1, &memory_type())).is_none()),
    ("aw_shared_memory_of", |o, n| aw_shared_memory_of(n.at(0, &o.memory)).is_none()),
    ("aw_shared_memory_extern", |o, n| {
        let memory = o.shared_memory.as_deref();
        aw_shared_memory_extern(n.at(0, memory).flatten(), n.at(1, &o.store)).is_none()
    }),
    ("aw_shared_memory_data", |o, n| aw_shared_memory_data(n.at(0, o.shared_memory.as_deref()).flatten()).is_null()),
    ("aw_shared_memory_size", |o, n| aw_shared_memory_size(n.at(0, o.shared_memory.as_deref()).flatten()) == u64::MAX),
    ("aw_shared_memory_grow", |o, n| {
        aw_shared_memory_grow(n.at(0, o.shared_memory.as_deref()).flatten(), 0) == u64::MAX
    }),
    ("aw_table_new", |o, n| {
        raw!(aw_table_new(n.at(0, &o.store), n.at(1, &table_type()), n.at(2, &Value::default()))).is_none()
    }),
    ("aw_table_size", |o, n| aw_table_size(n.at(0, &o.table)) == u64::MAX),
    ("aw_table_get", |o, n| !aw_table_get(n.at(0, &o.table), 0, n.at(2, &mut place()))),
    ("aw_table_set", |o, n| !raw!(aw_table_set(n.at(0, &o.table), 0, n.at(2, &Value::default())))),
    ("aw_table_grow", |o, n| raw!(aw_table_grow(n.at(0, &o.table), 0, n.at(2, &Value::default()))) == u64::MAX),
    ("aw_global_new", |o, n| {
        raw!(aw_global_new(n.at(0, &o.store), n.at(1, &global_type()), n.at(2, &Value::default()))).is_none()
    }),
    ("aw_global_get", |o, n| !aw_global_get(n.at(0, &o.global), n.at(1, &mut place()))),
    ("aw_global_set", |o, n| !raw!(aw_global_set(n.at(0, &o.global), n.at(1, &Value::default())))),
    ("aw_wasi_take_over", |o, n| {
        let other = ok(aw_wasi_new());
        !aw_wasi_take_over(n.at(0, &o.wasi), n.at(1, &other))
    }),
    ("aw_wasi_is_idle", |o, n| !aw_wasi_is_idle(n.at(0, &o.wasi))),
    ("aw_wasi_arg", |o, n| !raw!(aw_wasi_arg(n.at(0, &o.wasi), n.array(1, b"x"), 1))),
    ("aw_wasi_env", |o, n| !raw!(aw_wasi_env(n.at(0, &o.wasi), n.array(1, b"x"), 1, n.array(3, b"y"), 1))),
    ("aw_wasi_preopen", |o, n| {
        let dir = std::fs::File::open("/").expect("a directory");
        !raw!(aw_wasi_preopen(n.at(0, &o.wasi), None, dir.as_raw_fd(), n.array(3, b"/"), 1, AW_WASI_LIST))
    }),
    ("aw_wasi_root_new", |o, n| aw_wasi_root_new(n.at(0, &o.wasi)).is_none()),
    ("aw_wasi_set_max_opened", |o, n| !aw_wasi_set_max_opened(n.at(0, &o.wasi), 1)),
    ("aw_wasi_stdio_fd", |o, n| !raw!(aw_wasi_stdio_fd(n.at(0, &o.wasi), 0, 0))),
    ("aw_wasi_stdin_bytes", |o, n| !raw!(aw_wasi_stdin_bytes(n.at(0, &o.wasi), n.array(1, b"x"), 1))),
    ("aw_wasi_stdio_stream", |o, n| {
        !raw!(aw_wasi_stdio_stream(n.at(0, &o.wasi), 1, n.at(2, stream as _), null_mut(), None))
    }),
    ("aw_wasi_call_type", |_, n| !aw_wasi_call_type(1, 0, n.at(2, &mut place()))),
    ("aw_wasi_func", |o, n| aw_wasi_func(n.at(0, &o.store), n.at(1, &o.wasi), 1, 0).is_none()),
    ("aw_wasi_bind", |o, n| !aw_wasi_bind(n.at(0, &o.wasi_func), n.at(1, &o.instance))),
    ("aw_triple_new", |_, n| raw!(aw_triple_new(n.array(0, b"wasm32"), 6)).is_none()),
    ("aw_tag_new", |o, n| {
        raw!(aw_tag_new(n.at(0, &o.store), n.array(1, &[AW_I32]), 1, n.array(3, &[AW_I32]), 1)).is_none()
    }),
    ("aw_nesting_hook", |_, n| !raw!(aw_nesting_hook(n.at(0, nesting_hook as _)))),
    ("aw_faults_share", |_, n| !raw!(aw_faults_share(n.at(0, aw_faults_keeper().unwrap())))),
    ("aw_tag_same", |o, n| {
        let tag = o.tag.as_ref().unwrap_or(&o.func);
        !aw_tag_same(n.at(0, tag), n.at(1, tag), n.at(2, &mut place()))
    }),
];

/// Parameters for which the function documents what NULL means.
const OPTIONAL: &[(&str, &str)] = &[
    ("aw_engine_new", "options"),
    ("aw_func_new", "env"),
    ("aw_func_new", "finalizer"),
    ("aw_wasi_preopen", "root"),
    ("aw_wasi_stdio_stream", "env"),
    ("aw_wasi_stdio_stream", "finalizer"),
];

/// Returns whether a parameter of the header is a pointer, to an object, an array or a function.
fn is_pointer(param: &str) -> bool {
    let callbacks = [
        "aw_host_callback ",
        "aw_stream_callback ",
        "aw_interrupt_hook_function ",
        "aw_nesting_hook_function ",
        "aw_finalizer ",
    ];
    param.contains('*') || callbacks.into_iter().any(|callback| param.starts_with(callback))
}

#[test]
fn null_for_any_pointer_is_an_error() {
    let objects = Objects::new();
    let mut pointers = 0;
    for declaration in declarations() {
        for (index, param) in declaration.params.iter().enumerate().filter(|(_, param)| is_pointer(param)) {
            let name = param.rsplit([' ', '*']).next().expect("a parameter has a name");
            if declaration.name.ends_with("_delete") || OPTIONAL.contains(&(declaration.name, name)) {
                continue;
            }
            let function = FUNCTIONS.iter().find(|(name, _)| *name == declaration.name);
            let (function, call) = function.unwrap_or_else(|| panic!("{} is not tried", declaration.name));
            assert!(call(&objects, Null(index)), "{function} succeeds with NULL for {param}");
            let error = error(ErrorKind::Invalid);
            assert!(error.message().contains("NULL"), "{function}, {param}: {}", error.message());
            no_error();
            pointers += 1;
        }
    }
    assert!(pointers > 90, "only {pointers} pointers were tried");
}

#[test]
fn null_may_be_deleted() {
    aw_bytes_delete(None);
    aw_engine_delete(None);
    aw_error_delete(None);
    aw_extern_delete(None);
    aw_instance_delete(None);
    aw_module_delete(None);
    aw_module_info_delete(None);
    aw_options_delete(None);
    aw_pin_delete(None);
    aw_shared_memory_delete(None);
    aw_store_delete(None);
    aw_triple_delete(None);
    aw_wasi_delete(None);
    aw_wasi_root_delete(None);
    no_error();
    let deletions = declarations().into_iter().filter(|declaration| declaration.name.ends_with("_delete"));
    assert_eq!(deletions.count(), 14);
}

#[test]
fn null_is_an_empty_array() {
    let objects = Objects::new();
    assert!(raw!(aw_instance_new(Some(&objects.store), Some(&objects.module), null(), 0)).is_some());
    assert!(raw!(aw_memory_read(Some(&objects.memory), 0, null_mut(), 0)));
    assert!(raw!(aw_memory_write(Some(&objects.memory), 0, null(), 0)));
    assert!(raw!(aw_wasi_stdin_bytes(Some(&objects.wasi), null(), 0)));
    no_error();
}

#[test]
fn null_among_imports_is_an_error() {
    let objects = Objects::new();
    let imports = [Some(&*objects.func), None::<&Extern>];
    assert!(raw!(aw_instance_new(Some(&objects.store), Some(&objects.module), imports.as_ptr(), 2)).is_none());
    assert_eq!(error(ErrorKind::Invalid).message(), "NULL is among the imports");
}
