//! Builds the glue into the library: with the feature `python`, the library is a Python extension module.
//!
//! The glue consists of the C files in `src/glue/` and of a C file that cffi writes (`src/glue/emit.py`). All are
//! compiled for the limited API of the oldest supported Python. `src/glue/mod.rs` exports the init function that an
//! interpreter looks for.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const EMIT: &str = "src/glue/emit.py";
const GLUE: &str = "src/glue";
const HEADER: &str = "src/anywasm.h";

/// The oldest Python whose limited API the glue uses: 3.10.
const LIMITED_API: &str = "0x030a0000";

fn main() {
    [GLUE, HEADER].iter().for_each(|path| println!("cargo:rerun-if-changed={path}"));
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

/// Compiles the C files of the glue with warnings as errors, and cffi's C file without warnings.
fn glue() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let python = env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let cffi_unit = emit_cffi_unit(&python, &out);
    let include = python_include(&python);
    let compile = |library: &str, files: &[PathBuf], strict: bool| {
        cc::Build::new()
            .files(files)
            .include("src")
            // As a system header, Python.h causes no warnings.
            .flag(format!("-isystem{}", include.display()))
            .flag("-fvisibility=hidden")
            // With exceptions, glibc's pthread_cleanup_push (glue.h) needs no setjmp in each call of a host function.
            .flag("-fexceptions")
            .define("Py_LIMITED_API", LIMITED_API)
            // Renames the init function that cffi generates. The exported init function is in src/glue/mod.rs; it calls
            // module.c, which calls cffi's.
            .define(&format!("PyInit_{}", module_name()), "py_cffi_init")
            .opt_level(2)
            .warnings(strict)
            .extra_warnings(strict)
            .warnings_into_errors(strict)
            .compile(library);
    };
    // The order matters to the linker: the first library refers to the second.
    compile("glue", &c_files(), true);
    compile("glue_cffi", &[cffi_unit], false);
}

/// Runs emit.py, which writes cffi's part of the extension module in C. Returns the path of the C file.
fn emit_cffi_unit(python: &str, out: &Path) -> PathBuf {
    let file = out.join("cffi.c");
    let module = format!("anywasm.engines.{}", module_name());
    let status = Command::new(python).args([EMIT, &module]).arg(&file).arg(HEADER).status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "`{python} {EMIT}` failed: it needs Python with cffi; PYTHON names another interpreter"
    );
    file
}

/// Returns the C files of the glue, in a fixed order.
fn c_files() -> Vec<PathBuf> {
    let folder = fs::read_dir(GLUE).expect("the folder exists").map(|entry| entry.expect("a readable folder").path());
    let mut files: Vec<_> = folder.filter(|path| path.extension().is_some_and(|extension| extension == "c")).collect();
    files.sort();
    files
}

/// Returns the name of the extension module: the engine's feature after an underscore.
fn module_name() -> String {
    let engines = ["WASMTIME", "WASMTIME_STANDARD", "WASMER", "WASMI", "SYSTEM"];
    let chosen = engines.iter().find(|name| env::var_os(format!("CARGO_FEATURE_{name}")).is_some());
    format!("_{}", chosen.expect("an engine is chosen, as wasm_c_api has checked").to_lowercase())
}

/// Returns the folder of Python.h.
fn python_include(python: &str) -> PathBuf {
    let code = "import sysconfig; print(sysconfig.get_path('include'))";
    let output = Command::new(python).args(["-c", code]).output().expect("Python runs, as it just has");
    String::from_utf8(output.stdout).expect("a UTF-8 path").trim().into()
}
