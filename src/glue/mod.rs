//! The init function of the Python extension module, under the name of this engine's module: `PyInit__wasmi` and so on.
//!
//! It is in Rust since a Rust library exports only Rust functions. The glue's C code is a static library whose symbols
//! stay hidden; `py_init_module` (module.c) does the work.

use std::ffi::c_void;

unsafe extern "C" {
    fn py_init_module() -> *mut c_void;
}

/// Initializes the extension module. The interpreter that imports this library calls this function, with the GIL held.
#[cfg_attr(feature = "wasmtime", unsafe(export_name = "PyInit__wasmtime"))]
#[cfg_attr(feature = "wasmtime-standard", unsafe(export_name = "PyInit__wasmtime_standard"))]
#[cfg_attr(feature = "wasmer", unsafe(export_name = "PyInit__wasmer"))]
#[cfg_attr(feature = "wasmi", unsafe(export_name = "PyInit__wasmi"))]
#[cfg_attr(feature = "system", unsafe(export_name = "PyInit__system"))]
pub extern "C" fn py_init() -> *mut c_void {
    // SAFETY: `py_init_module` needs a running interpreter and the GIL. The interpreter that calls this function holds it.
    unsafe { py_init_module() }
}
