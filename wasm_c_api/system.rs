//! A library of the system: named by three variables, or else found by pkg-config.
//!
//! What has `wasm.h` only is used as far as that header goes. A libwasmtime with its own headers at hand is bound as
//! the bundled one is; its C API changes with every major version, so that only those are taken that were tried.

use crate::{Headers, WASMTIME_H};
use std::env;
use std::fs::read_to_string;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// The versions of wasmtime whose C API the shim knows; what else they change is in `src/backend/wasmtime`.
const WASMTIME_VERSIONS: RangeInclusive<u32> = 48..=50;

/// What wasmtime must have been built with for the functions that the shim calls to be there, as `conf.h` has it.
const WASMTIME_FEATURES: [&str; 8] =
    ["ASYNC", "CACHE", "COMPONENT_MODEL", "CRANELIFT", "GC", "PARALLEL_COMPILATION", "PROFILING", "THREADS"];

const VARIABLES: [&str; 3] = ["ANYWASM_SYSTEM_LIB", "ANYWASM_SYSTEM_LIB_DIR", "ANYWASM_SYSTEM_INCLUDE_DIR"];

pub fn headers() -> Headers {
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
    for name in ["wasm.h", WASMTIME_H, "wasmtime/conf.h"] {
        println!("cargo:rerun-if-changed={}", include.join(name).display());
    }
    if library != "wasmtime" {
        return Headers { include, main: "wasm.h", version };
    }
    match read_to_string(include.join(WASMTIME_H)) {
        Ok(header) => Headers { version: wasmtime_version(&include, &header), include, main: WASMTIME_H },
        Err(_) => {
            println!(
                "cargo:warning=there is no {WASMTIME_H} in {}: without it libwasmtime is used through wasm.h, and lacks \
                 what only its own header offers, such as fuel, v128 values and externref",
                include.display()
            );
            Headers { include, main: "wasm.h", version }
        }
    }
}

fn pkg_config(library: &str) -> (PathBuf, String) {
    let found = pkg_config::probe_library(library).unwrap_or_else(|e| {
        panic!(
            "no system library with wasm.h was found: set ANYWASM_SYSTEM_LIB_DIR, ANYWASM_SYSTEM_INCLUDE_DIR \
             and ANYWASM_SYSTEM_LIB (now `{library}`), or PKG_CONFIG_PATH to the folder of its .pc file.\n{e}"
        )
    });
    let folder = found.include_paths.into_iter().find(|p| p.join("wasm.h").is_file());
    (folder.unwrap_or_else(|| "/usr/include".into()), found.version)
}

/// The version in the header; the build ends where the shim could not use such a libwasmtime.
fn wasmtime_version(include: &Path, header: &str) -> String {
    let place = include.join(WASMTIME_H);
    let text = |name: &str| {
        let value = header.lines().find_map(|line| line.strip_prefix(&format!("#define {name} ")));
        value.unwrap_or_else(|| panic!("{} does not define {name}: is it wasmtime's?", place.display())).trim()
    };
    let version = text("WASMTIME_VERSION").trim_matches('"').to_owned();
    let major = text("WASMTIME_VERSION_MAJOR").parse().unwrap_or(0);
    assert!(
        WASMTIME_VERSIONS.contains(&major),
        "{} is of wasmtime {version}, and this version of anywasm knows the C API of wasmtime {} to {}: install one of \
         these with its headers, or take the bundled engine (ANYWASM_ENGINES=wasmtime)",
        place.display(),
        WASMTIME_VERSIONS.start(),
        WASMTIME_VERSIONS.end(),
    );
    let place = include.join("wasmtime/conf.h");
    let conf = read_to_string(&place).unwrap_or_else(|e| {
        panic!(
            "{}: {e}: wasmtime's own build makes this file, so take the headers of an installation or a release, not \
             those of its sources",
            place.display()
        )
    });
    let is_defined =
        |feature: &&str| conf.lines().any(|line| line.trim_end() == format!("#define WASMTIME_FEATURE_{feature}"));
    let lacking: Vec<_> = WASMTIME_FEATURES.into_iter().filter(|feature| !is_defined(feature)).collect();
    assert!(
        lacking.is_empty(),
        "by {}, libwasmtime was built without {}, which anywasm needs: install one that was built with all features",
        place.display(),
        lacking.join(", ")
    );
    version
}
