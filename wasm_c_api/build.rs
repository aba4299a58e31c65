//! Generates the bindings to the header of the selected engine, and the code that links the engine.
//!
//! The build script takes these steps:
//! 1. It selects the engine. Cargo's features name an engine in `engines.toml`.
//! 2. It locates the headers of the engine.
//! 3. It generates `bindings.rs` from the headers, with bindgen and libclang, and `engine.rs`. `src/lib.rs` includes
//!    both.

use engine_table::Engine;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

mod config_setters;
mod engine_table;
#[cfg(feature = "system")]
mod system;
#[cfg(not(feature = "system"))]
mod system {
    pub fn find_headers() -> super::Headers {
        unreachable!("only called with the feature `system`")
    }
}

/// The headers of an engine.
struct Headers {
    /// Folder of the headers.
    include: PathBuf,
    /// Name of the header from which bindgen generates the bindings. It includes the other headers.
    main: String,
    /// Version of the engine, or `unknown` if the library does not state its version.
    version: String,
}

/// The header of wasmtime's C API. It includes the standard header `wasm.h`.
const WASMTIME_H: &str = "wasmtime.h";

fn main() {
    for file in ["build.rs", "config_setters.rs", "engine_table.rs", "system.rs"] {
        println!("cargo:rerun-if-changed={file}");
    }
    println!("cargo:rustc-check-cfg=cfg(one_engine)");
    let engine = match engine_table::selected_engine() {
        Ok(engine) => engine,
        // The message becomes a compile error. A panic would bury the message in the output of the build script.
        Err(problem) => return write_out("engine.rs", &format!("compile_error!({problem:?});\n")),
    };
    println!("cargo:rustc-cfg=one_engine");
    let headers = match &engine.linked {
        Some((package, _)) => find_bundled_headers(package, &engine.header),
        None => system::find_headers(),
    };
    // Cargo passes these two values to the shim's build script, as DEP_WASM_C_API_ENGINE and DEP_WASM_C_API_WASMTIME_H.
    println!("cargo:engine={}", engine.name);
    if headers.main == WASMTIME_H {
        println!("cargo:wasmtime_h=true");
    }
    if let Some(notice) = &engine.notice {
        println!("cargo:warning={notice}");
    }
    write_out("engine.rs", &engine_code(&engine, &headers.version));
    write_bindings(&headers);
}

/// Returns whether a cargo feature is set. `name` is the feature's name in upper case.
fn has_feature(name: &str) -> bool {
    env::var_os(format!("CARGO_FEATURE_{name}")).is_some()
}

/// Writes a file to cargo's output folder. `src/lib.rs` includes the file.
fn write_out(name: &str, text: &str) {
    fs::write(out_dir().join(name), text).expect("OUT_DIR is writable");
}

fn out_dir() -> PathBuf {
    env::var_os("OUT_DIR").expect("cargo sets OUT_DIR").into()
}

/// Returns the Rust code that describes and links the engine. Cargo links a crate only if some code names the crate.
fn engine_code(engine: &Engine, version: &str) -> String {
    let extern_crate = engine.linked.as_ref().map(|(_, library)| format!("extern crate {library} as _;\n"));
    format!(
        "/// Name of the linked engine, as in `engines.toml`.\n\
         pub const ENGINE_NAME: &str = {:?};\n\
         /// Version of the linked engine; `unknown` for a library of the system that does not state it.\n\
         pub const ENGINE_VERSION: &str = {version:?};\n\
         /// Compilers of the linked engine, for an engine whose C API can choose one; the default compiler first.\n\
         pub const ENGINE_COMPILERS: &[&str] = &{:?};\n{}",
        engine.name,
        engine.compilers,
        extern_crate.unwrap_or_default()
    )
}

/// Finds the headers of an engine that cargo builds. `name` is the name of the engine's package.
///
/// A package whose manifest has the key `links` passes the folder of its headers to this script. wasmer's package has
/// no `links` key. Its header is in the same folder as its manifest.
fn find_bundled_headers(name: &str, main: &str) -> Headers {
    let mut command = cargo_metadata::MetadataCommand::new();
    let features = env::var("CARGO_CFG_FEATURE").unwrap_or_default();
    command.features(cargo_metadata::CargoOpt::SomeFeatures(features.split(',').map(String::from).collect()));
    command.other_options(["--filter-platform".into(), env::var("TARGET").expect("cargo sets TARGET")]);
    let metadata = command.exec().expect("`cargo metadata` works where cargo has just resolved the build");
    let package = metadata.packages.iter().find(|p| p.name.as_str() == name);
    let package = package.unwrap_or_else(|| panic!("{name} is not in cargo's metadata"));
    let include = match package.links.as_deref() {
        Some(links) => linked_include(links),
        None => package.manifest_path.parent().expect("a manifest lies in a folder").into(),
    };
    Headers { include, main: main.into(), version: package.version.to_string() }
}

/// Returns the folder of headers that the package with the key `links` passes to this script.
fn linked_include(links: &str) -> PathBuf {
    let name = format!("DEP_{}_INCLUDE", links.to_uppercase().replace('-', "_"));
    let value = env::var_os(&name);
    value.unwrap_or_else(|| panic!("the engine's crate did not set {name}: is its version the pinned one?")).into()
}

/// Generates `bindings.rs` from the headers.
fn write_bindings(headers: &Headers) {
    let header = headers.include.join(&headers.main);
    assert!(header.is_file(), "the engine's header {} does not exist", header.display());
    let mut builder = bindgen::builder()
        .header(header.to_str().expect("a UTF-8 path"))
        .clang_arg(format!("-I{}", headers.include.display()))
        .allowlist_item("(wasm|WASM|wasmtime|WASMTIME)_.*")
        // The headers include this type of the C library. The bindings omit the type, because `core::ffi` has it.
        .blocklist_type("max_align_t")
        .derive_debug(false)
        .generate_comments(false)
        .use_core();
    if let Some(folder) = compiler_headers() {
        builder = builder.clang_arg(format!("-isystem{}", folder.display()));
    }
    let bindings = builder.generate().unwrap_or_else(|e| {
        panic!("bindgen cannot read {}: {e}\nIt needs libclang; LIBCLANG_PATH names its folder.", header.display())
    });
    let mut text = bindings.to_string();
    if headers.main == WASMTIME_H {
        text += &config_setters::table_code(&text);
    }
    write_out("bindings.rs", &text);
    println!("cargo:rerun-if-changed={}", header.display());
}

/// Returns the folder of the C compiler's headers, such as stddef.h. libclang needs these headers, and the libclang
/// from PyPI does not contain them.
fn compiler_headers() -> Option<PathBuf> {
    let compiler = cc::Build::new().try_get_compiler().ok()?;
    let output = Command::new(compiler.path()).arg("-print-file-name=include").output().ok()?;
    let folder = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    Path::is_absolute(&folder).then_some(folder)
}

/// Makes cargo rebuild this target if another checkout has built the target in the same build folder (see Makefile).
const _: Option<&str> = option_env!("ANYWASM_CHECKOUT");
