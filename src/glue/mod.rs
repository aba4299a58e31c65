//! The one symbol that a Python interpreter looks for, under the name of this engine's module.
//!
//! The glue's init function does the work; it is in a static library, whose symbols are hidden.

use std::ffi::c_void;

unsafe extern "C" {
    fn anywasm_py_init() -> *mut c_void;
}

/// Called by the interpreter that imports this library, with its lock held.
#[cfg_attr(feature = "wasmtime", unsafe(export_name = "PyInit__wasmtime"))]
#[cfg_attr(feature = "wasmtime-standard", unsafe(export_name = "PyInit__wasmtime_standard"))]
#[cfg_attr(feature = "wasmer", unsafe(export_name = "PyInit__wasmer"))]
#[cfg_attr(feature = "wasmi", unsafe(export_name = "PyInit__wasmi"))]
#[cfg_attr(feature = "system", unsafe(export_name = "PyInit__system"))]
pub extern "C" fn py_init() -> *mut c_void {
    // SAFETY: the interpreter calls this as it would call the glue's function itself.
    unsafe { anywasm_py_init() }
}
