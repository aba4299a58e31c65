//! The init function of the Python extension module, under the name of this engine's module: `PyInit__wasmi` and so on.
//!
//! The function is in Rust because a library that Cargo builds exports only functions of its Rust code. It calls
//! `py_init_module` (module.c), whose symbol, as all of the glue's C code, stays hidden.

use std::ffi::c_void;

unsafe extern "C" {
    fn py_init_module() -> *mut c_void;
}

/// Initializes the extension module. The interpreter that imports this library calls this function, with the GIL held.
///
/// The interpreter looks for `PyInit_` and the module's name, such as `PyInit__wasmi`; build.rs sets `PY_INIT`.
#[unsafe(export_name = env!("PY_INIT"))]
pub extern "C" fn py_init() -> *mut c_void {
    // SAFETY: `py_init_module` needs a running interpreter, and a caller that holds the GIL. The interpreter that
    // imports this library calls this function, and holds the GIL while it does.
    unsafe { py_init_module() }
}
