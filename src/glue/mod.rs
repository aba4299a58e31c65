//! Exports the function that a Python interpreter calls when it imports this library as an engine module.
//!
//! The function in the glue does the work. The glue is a static library, whose symbols the linker does not export.

use std::ffi::c_void;

unsafe extern "C" {
    fn anywasm_py_init() -> *mut c_void;
}

/// Initialises the module. An interpreter calls this while it holds its lock.
///
/// The interpreter looks for `PyInit_` and the module's name, such as `PyInit__wasmi`; build.rs sets `PY_INIT`.
#[unsafe(export_name = env!("PY_INIT"))]
pub extern "C" fn py_init() -> *mut c_void {
    // SAFETY: the glue's function has the same contract as this one: an interpreter that holds its lock calls it once.
    unsafe { anywasm_py_init() }
}
