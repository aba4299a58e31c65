//! Builds the cffi glue into the library: with the feature `python`, the library is an extension module.
//!
//! cffi writes the C (src/glue/emit.py), the C compiler compiles it for the limited API of the oldest Python we
//! serve, and `src/glue/mod.rs` exports the one symbol that an interpreter looks for.

use std::env;
use std::path::PathBuf;
use std::process::Command;

const EMIT: &str = "src/glue/emit.py";
const GLUE: [&str; 11] = [
    "src/anywasm.h",
    "src/glue/host.c",
    "src/glue/stream.c",
    "src/glue/interrupt.c",
    "src/glue/owner.c",
    "src/glue/make.c",
    "src/glue/call.c",
    "src/glue/memory.c",
    "src/glue/elements.c",
    "src/glue/buffer.c",
    "src/glue/module.c",
];

fn main() {
    GLUE.iter().chain([&EMIT]).for_each(|file| println!("cargo:rerun-if-changed={file}"));
    println!("cargo:rerun-if-env-changed=PYTHON");
    println!("cargo:rustc-check-cfg=cfg(wasmtime_h)");
    if env::var_os("DEP_WASM_C_API_WASMTIME_H").is_some() {
        println!("cargo:rustc-cfg=wasmtime_h");
    }
    hide_the_engine();
    find_the_system_library();
    if env::var_os("CARGO_FEATURE_PYTHON").is_some() {
        glue();
    }
}

/// Two extension modules in one process both define `wasm_*`: neither may export them.
fn hide_the_engine() {
    let visible = env::var_os("CARGO_FEATURE_VISIBLE").is_some();
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") && !visible {
        println!("cargo:rustc-cdylib-link-arg=-Wl,--exclude-libs,ALL");
    }
}

/// A library of the system that lies outside the loader's folders is found where it was linked.
fn find_the_system_library() {
    if let Ok(folder) = env::var("DEP_WASM_C_API_LIB_DIR") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-rpath,{folder}");
    }
}

fn glue() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("glue.c");
    let python = env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let module = format!("anywasm.engines.{}", module_name());
    let status = Command::new(&python).args([EMIT, &module]).arg(&out).args(GLUE).status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "`{python} {EMIT}` failed: it needs Python with cffi; PYTHON names another interpreter"
    );
    cc::Build::new()
        .file(&out)
        .include(python_include(&python))
        .define("Py_LIMITED_API", "0x030a0000")
        .define("PY_SSIZE_T_CLEAN", None)
        // cffi's own init function: ours, in module.c, calls it, and the exported one, in Rust, calls ours.
        .define(&format!("PyInit_{}", module_name()), "anywasm_cffi_init")
        .opt_level(2)
        .warnings(false)
        .compile("glue");
}

/// The engine's feature, as a Python module's name.
fn module_name() -> String {
    let engines = ["WASMTIME", "WASMTIME_STANDARD", "WASMER", "WASMI", "SYSTEM"];
    let chosen = engines.iter().find(|name| env::var_os(format!("CARGO_FEATURE_{name}")).is_some());
    format!("_{}", chosen.expect("an engine is chosen, as wasm_c_api has checked").to_lowercase())
}

fn python_include(python: &str) -> PathBuf {
    let code = "import sysconfig; print(sysconfig.get_path('include'))";
    let output = Command::new(python).args(["-c", code]).output().expect("Python runs, as it just has");
    String::from_utf8(output.stdout).expect("a UTF-8 path").trim().into()
}

/// Makes cargo rebuild this target when the shared build folder holds another checkout's build of it (see Makefile).
const _: Option<&str> = option_env!("ANYWASM_CHECKOUT");
