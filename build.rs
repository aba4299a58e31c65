//! The build script of the shim, the library between Python and an engine. If the feature `python` is set, the script
//! builds the glue into the library. The glue is C code that makes the library a Python extension module.
//!
//! The C files are those in `src/glue/` and a file that cffi generates (`src/glue/emit.py`). All of them are compiled
//! for the limited API of the oldest supported Python. `src/glue/mod.rs` exports the init function, which Python calls
//! when a program imports the extension module.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const EMIT: &str = "src/glue/emit.py";
const GLUE: &str = "src/glue";
const HEADER: &str = "src/anywasm.h";

/// The version of the limited API that the glue uses, that of Python 3.10. Newer Pythons can load the library too.
const LIMITED_API: &str = "0x030a0000";

fn main() {
    [GLUE, HEADER].iter().for_each(|path| println!("cargo:rerun-if-changed={path}"));
    println!("cargo:rerun-if-env-changed=PYTHON");
    println!("cargo:rustc-check-cfg=cfg(wasmtime_h)");
    if env::var_os("DEP_WASM_C_API_WASMTIME_H").is_some() {
        println!("cargo:rustc-cfg=wasmtime_h");
    }
    let Some(engine) = engine_name() else { return };
    println!("cargo:rustc-env=ENGINE_QUIRKS={}", engine.replace('-', "_"));
    hide_engine_symbols();
    set_library_search_path();
    if env::var_os("CARGO_FEATURE_PYTHON").is_some() {
        println!("cargo:rustc-env=PY_INIT=PyInit_{}", module_name());
        build_glue();
    }
}

/// Returns the name of the selected engine, which comes from the build script of `wasm_c_api`.
///
/// Returns `None` if no engine is selected, or several are. In both cases, the crate `wasm_c_api` reports the mistake
/// as a compile error.
fn engine_name() -> Option<String> {
    env::var("DEP_WASM_C_API_ENGINE").ok()
}

/// Prevents the library from exporting the engine's symbols. With exported symbols, two engine modules in one process
/// would conflict, because both define functions with the names `wasm_*`.
fn hide_engine_symbols() {
    let visible = env::var_os("CARGO_FEATURE_VISIBLE").is_some();
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") && !visible {
        println!("cargo:rustc-cdylib-link-arg=-Wl,--exclude-libs,ALL");
    }
}

/// Adds the folder of a system library to the search path that the loader uses at run time.
fn set_library_search_path() {
    if let Ok(folder) = env::var("DEP_WASM_C_API_LIB_DIR") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-rpath,{folder}");
    }
}

/// Compiles the C files of the glue, and the C file that cffi generates for `src/anywasm.h`.
fn build_glue() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let python = env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let cffi_unit = emit_cffi_unit(&python, &out);
    let include = python_include(&python);
    // A checkout refuses warnings. A source distribution does not: a later compiler may have new ones.
    let refuses_warnings = Path::new(".git").exists();
    let compile = |library: &str, files: &[PathBuf], strict: bool| {
        cc::Build::new()
            .files(files)
            .include("src")
            // `-isystem` suppresses warnings in Python.h.
            .flag(format!("-isystem{}", include.display()))
            .flag("-fvisibility=hidden")
            // With this flag, glibc's pthread_cleanup_push (glue.h) does not call setjmp. That makes host calls faster.
            .flag("-fexceptions")
            .define("Py_LIMITED_API", LIMITED_API)
            // Renames the init function that cffi generates, because src/glue/mod.rs exports a function with the same
            // name. module.c calls the renamed function.
            .define(&format!("PyInit_{}", module_name()), "py_cffi_init")
            .opt_level(2)
            .warnings(strict)
            .extra_warnings(strict)
            .warnings_into_errors(strict && refuses_warnings)
            .compile(library);
    };
    // The order matters to the linker, because the first library uses symbols of the second library.
    compile("glue", &c_files(), true);
    compile("glue_cffi", &[cffi_unit], false);
}

/// Runs emit.py to generate the C file of cffi. Returns the path of the C file.
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

/// Returns the paths of the C files in `src/glue/`, sorted by name.
fn c_files() -> Vec<PathBuf> {
    let folder = fs::read_dir(GLUE).expect("the folder exists").map(|entry| entry.expect("a readable folder").path());
    let mut files: Vec<_> = folder.filter(|path| path.extension().is_some_and(|extension| extension == "c")).collect();
    files.sort();
    files
}

/// Returns the name of the engine module without its package, such as `_wasmi`.
fn module_name() -> String {
    format!("_{}", engine_name().expect("main has checked that there is an engine").replace('-', "_"))
}

/// Returns the folder of Python.h.
fn python_include(python: &str) -> PathBuf {
    let code = "import sysconfig; print(sysconfig.get_path('include'))";
    let output = Command::new(python).args(["-c", code]).output().expect("Python runs, as it just has");
    String::from_utf8(output.stdout).expect("a UTF-8 path").trim().into()
}

/// Makes cargo rebuild this target if another checkout has built the target in the same build folder (see Makefile).
const _: Option<&str> = option_env!("ANYWASM_CHECKOUT");
