//! Finds an engine that is installed as a library of the system. Three environment variables set its name and folders.
//! Without these variables, pkg-config finds the library.
//!
//! The bindings to a library with only `wasm.h` contain the declarations of that header. The bindings to libwasmtime
//! are generated from `wasmtime.h` if that header is installed, like those to the bundled wasmtime. wasmtime's C API
//! changes with every major version. The build therefore accepts only the versions that have been tested.

use crate::{Headers, WASMTIME_H};
use std::env;
use std::fs::read_to_string;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// The standard header.
const WASM_H: &str = "wasm.h";

/// The major versions of wasmtime's C API that `src/backend/wasmtime` supports.
const WASMTIME_VERSIONS: RangeInclusive<u32> = 48..=50;

/// The cargo features of wasmtime that the shim needs, because the shim calls functions that these features declare.
/// `conf.h` defines a macro for each feature that the library was built with.
const WASMTIME_FEATURES: [&str; 8] =
    ["ASYNC", "CACHE", "COMPONENT_MODEL", "CRANELIFT", "GC", "PARALLEL_COMPILATION", "PROFILING", "THREADS"];

/// The environment variables with the name of the library, its folder, and the folder of its headers.
const VARIABLES: [&str; 3] = ["ANYWASM_SYSTEM_LIB", "ANYWASM_SYSTEM_LIB_DIR", "ANYWASM_SYSTEM_INCLUDE_DIR"];

/// Finds the headers of the library, and tells cargo to link the library.
pub fn find_headers() -> Headers {
    VARIABLES.iter().for_each(|name| println!("cargo:rerun-if-env-changed={name}"));
    let library = env::var(VARIABLES[0]).unwrap_or_else(|_| "wasm".into());
    let (include, version) = match (env::var(VARIABLES[1]), env::var_os(VARIABLES[2])) {
        (Ok(folder), Some(include)) => {
            println!("cargo:rustc-link-search=native={folder}");
            println!("cargo:rustc-link-lib=dylib={library}");
            println!("cargo:lib_dir={folder}");
            (PathBuf::from(include), "unknown".to_owned())
        }
        _ => pkg_config(&library),
    };
    for name in [WASM_H, WASMTIME_H, "wasmtime/conf.h"] {
        println!("cargo:rerun-if-changed={}", include.join(name).display());
    }
    if library != "wasmtime" {
        return Headers { include, main: WASM_H.into(), version };
    }
    match read_to_string(include.join(WASMTIME_H)) {
        Ok(header) => Headers { version: wasmtime_version(&include, &header), include, main: WASMTIME_H.into() },
        Err(_) => {
            println!(
                "cargo:warning=there is no {WASMTIME_H} in {}: without it libwasmtime is used through wasm.h, and lacks \
                 what only its own header offers, such as fuel, v128 values and externref",
                include.display()
            );
            Headers { include, main: WASM_H.into(), version }
        }
    }
}

/// Finds the library with pkg-config. Returns the folder of its headers and its version.
fn pkg_config(library: &str) -> (PathBuf, String) {
    let found = pkg_config::probe_library(library).unwrap_or_else(|e| {
        panic!(
            "no system library with wasm.h was found: set ANYWASM_SYSTEM_LIB_DIR, ANYWASM_SYSTEM_INCLUDE_DIR \
             and ANYWASM_SYSTEM_LIB (now `{library}`), or PKG_CONFIG_PATH to the folder of its .pc file.\n{e}"
        )
    });
    let folder = found.include_paths.into_iter().find(|p| p.join(WASM_H).is_file());
    (folder.unwrap_or_else(|| "/usr/include".into()), found.version)
}

/// Returns the version of wasmtime that `header` defines. Panics if the shim does not support this version, or if the
/// library lacks features.
fn wasmtime_version(include: &Path, header: &str) -> String {
    let path = include.join(WASMTIME_H);
    let macro_value = |name: &str| {
        let value = header.lines().find_map(|line| line.strip_prefix(&format!("#define {name} ")));
        value.unwrap_or_else(|| panic!("{} does not define {name}: is it wasmtime's?", path.display())).trim()
    };
    let version = macro_value("WASMTIME_VERSION").trim_matches('"').to_owned();
    let major = macro_value("WASMTIME_VERSION_MAJOR").parse().unwrap_or(0);
    assert!(
        WASMTIME_VERSIONS.contains(&major),
        "{} is of wasmtime {version}, and this version of anywasm knows the C API of wasmtime {} to {}: install one of \
         these with its headers, or take the bundled engine (ANYWASM_ENGINES=wasmtime)",
        path.display(),
        WASMTIME_VERSIONS.start(),
        WASMTIME_VERSIONS.end(),
    );
    check_features(&include.join("wasmtime/conf.h"));
    version
}

/// Checks that the library was built with all features that the shim needs. `path` is the path of `conf.h`. Panics if a
/// feature is missing.
fn check_features(path: &Path) {
    let conf = read_to_string(path).unwrap_or_else(|e| {
        panic!(
            "{}: {e}: wasmtime's own build makes this file, so take the headers of an installation or a release, not \
             those of its sources",
            path.display()
        )
    });
    let is_defined =
        |feature: &&str| conf.lines().any(|line| line.trim_end() == format!("#define WASMTIME_FEATURE_{feature}"));
    let lacking: Vec<_> = WASMTIME_FEATURES.into_iter().filter(|feature| !is_defined(feature)).collect();
    assert!(
        lacking.is_empty(),
        "by {}, libwasmtime was built without {}, which anywasm needs: install one that was built with all features",
        path.display(),
        lacking.join(", ")
    );
}
