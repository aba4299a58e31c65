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
    let Some(engine) = engine_name() else { return };
    println!("cargo:rustc-env=ENGINE_QUIRKS={}", engine.replace('-', "_"));
    hide_the_engine();
    find_the_system_library();
    if env::var_os("CARGO_FEATURE_PYTHON").is_some() {
        println!("cargo:rustc-env=PY_INIT=PyInit_{}", module_name());
        glue();
    }
}

/// Returns the engine's name, which the build script of `wasm_c_api` passes on.
///
/// It passes none if no engine or several are selected. The crate `wasm_c_api` does not compile then, and says why.
fn engine_name() -> Option<String> {
    env::var("DEP_WASM_C_API_ENGINE").ok()
}

/// Keeps the engine's symbols out of the library's exports: two engine modules in one process both define `wasm_*`.
fn hide_the_engine() {
    let visible = env::var_os("CARGO_FEATURE_VISIBLE").is_some();
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") && !visible {
        println!("cargo:rustc-cdylib-link-arg=-Wl,--exclude-libs,ALL");
    }
}

/// Has the loader look for a library of the system in the folder that it was linked from.
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

/// Returns the name of the engine's Python module.
fn module_name() -> String {
    format!("_{}", engine_name().expect("main has checked that there is an engine").replace('-', "_"))
}

fn python_include(python: &str) -> PathBuf {
    let code = "import sysconfig; print(sysconfig.get_path('include'))";
    let output = Command::new(python).args(["-c", code]).output().expect("Python runs, as it just has");
    String::from_utf8(output.stdout).expect("a UTF-8 path").trim().into()
}
