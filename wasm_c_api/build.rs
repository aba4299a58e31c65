//! Finds the header that the one chosen engine ships, and generates the bindings from it.
//!
//! The story: which engine (exactly one), where its headers are, which libclang reads them, what comes out.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

#[cfg(feature = "system")]
mod system;
#[cfg(not(feature = "system"))]
mod system {
    pub fn headers() -> super::Headers {
        unreachable!("only called with the feature `system`")
    }
}

/// Where an engine's headers are, which of them to read, and the engine's version.
struct Headers {
    include: PathBuf,
    main: &'static str,
    version: String,
}

/// The header with all that wasmtime offers beyond the standard one, which it includes.
const WASMTIME_H: &str = "wasmtime.h";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=system.rs");
    let headers = if feature("WASMTIME") {
        bundled("wasmtime-c-api-impl", WASMTIME_H)
    } else if feature("WASMTIME_STANDARD") {
        bundled("wasmtime-c-api-impl", "wasm.h")
    } else if feature("WASMER") {
        bundled("wasmer-c-api", "wasm.h")
    } else if feature("WASMI") {
        bundled("wasmi_c_api_impl", "wasm.h")
    } else if feature("SYSTEM") {
        system::headers()
    } else {
        // src/lib.rs says what to do: a compile_error! there reads better than a panic here.
        return;
    };
    if headers.main == WASMTIME_H {
        // For the shim's build script: what is bound is more than the standard header.
        println!("cargo:wasmtime_h=true");
    }
    bindings(&headers);
}

fn feature(name: &str) -> bool {
    env::var_os(format!("CARGO_FEATURE_{name}")).is_some()
}

/// An engine that cargo builds. Its crate hands its include folder on under a `links` key where it has one; wasmer's
/// has none, and its header lies beside its manifest, which cargo knows as it knows the version.
fn bundled(name: &str, main: &'static str) -> Headers {
    let mut command = cargo_metadata::MetadataCommand::new();
    let features = env::var("CARGO_CFG_FEATURE").unwrap_or_default();
    command.features(cargo_metadata::CargoOpt::SomeFeatures(features.split(',').map(String::from).collect()));
    command.other_options(["--filter-platform".into(), env::var("TARGET").expect("cargo sets TARGET")]);
    let metadata = command.exec().expect("`cargo metadata` works where cargo has just resolved the build");
    let package = metadata.packages.iter().find(|p| p.name.as_str() == name);
    let package = package.unwrap_or_else(|| panic!("{name} is not in cargo's metadata"));
    let include = match package.links.as_deref() {
        Some(links) => dep_include(links),
        None => package.manifest_path.parent().expect("a manifest lies in a folder").into(),
    };
    Headers { include, main, version: package.version.to_string() }
}

fn dep_include(links: &str) -> PathBuf {
    let name = format!("DEP_{}_INCLUDE", links.to_uppercase().replace('-', "_"));
    let value = env::var_os(&name);
    value.unwrap_or_else(|| panic!("the engine's crate did not set {name}: is its version the pinned one?")).into()
}

fn bindings(headers: &Headers) {
    println!("cargo:rustc-env=WASM_C_API_ENGINE_VERSION={}", headers.version);
    let header = headers.include.join(headers.main);
    assert!(header.is_file(), "the engine's header {} does not exist", header.display());
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("bindings.rs");
    let mut builder = bindgen::builder()
        .header(header.to_str().expect("a UTF-8 path"))
        .clang_arg(format!("-I{}", headers.include.display()))
        .allowlist_item("(wasm|WASM|wasmtime|WASMTIME)_.*")
        // Types of the C library that the headers drag in; `core::ffi` has them.
        .blocklist_type("max_align_t")
        .derive_debug(false)
        .generate_comments(false)
        .use_core();
    if let Some(folder) = compiler_headers() {
        builder = builder.clang_arg(format!("-isystem{}", folder.display()));
    }
    let text = builder.generate().unwrap_or_else(|e| {
        panic!("bindgen cannot read {}: {e}\nIt needs libclang; LIBCLANG_PATH names its folder.", header.display())
    });
    text.write_to_file(&out).expect("OUT_DIR is writable");
    println!("cargo:rerun-if-changed={}", header.display());
}

/// libclang from PyPI comes without clang's own stddef.h and its like; the C compiler's serve as well.
fn compiler_headers() -> Option<PathBuf> {
    let compiler = cc::Build::new().try_get_compiler().ok()?;
    let output = Command::new(compiler.path()).arg("-print-file-name=include").output().ok()?;
    let folder = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    Path::is_absolute(&folder).then_some(folder)
}

/// Makes cargo rebuild this target when the shared build folder holds another checkout's build of it (see Makefile).
const _: Option<&str> = option_env!("ANYWASM_CHECKOUT");
