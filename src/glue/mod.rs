//! The init function of the Python extension module. Its name contains the name of this engine's module, as in
//! `PyInit__wasmi`.
//!
//! The init function is in Rust because Cargo exports only functions of Rust code from a library. It calls the C
//! function `py_init_module` (module.c). The library exports no C function of the glue.

use std::ffi::c_void;

unsafe extern "C" {
    fn py_init_module() -> *mut c_void;
}

/// Returns the new extension module. The interpreter that imports this library calls this function with the GIL held.
///
/// The interpreter looks up the function by the name `PyInit_` and the module's name. `build.rs` sets `PY_INIT` to this
/// name, such as `PyInit__wasmi`.
#[unsafe(export_name = env!("PY_INIT"))]
pub extern "C" fn py_init() -> *mut c_void {
    // SAFETY: `py_init_module` needs a running interpreter and a caller that holds the GIL. The only caller of this
    // function is the interpreter that imports this library. The interpreter holds the GIL during the call.
    unsafe { py_init_module() }
}
