//! Checks the files that are generated from the shim's sources, or writes them: `header [--write]`.
//!
//! The files are the C header and the Python files of `shim_tools::constants` and `shim_tools::options`. They are
//! committed, so that a change to the stable layer shows in review.

use shim_tools::{constants, options};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// Where the C layer and the types in its signatures are written.
const SOURCES: &[&str] = &[
    "abi/types.rs",
    "abi/error.rs",
    "abi/text.rs",
    "abi/engine.rs",
    "abi/limits.rs",
    "abi/store.rs",
    "abi/module.rs",
    "abi/instance.rs",
    "abi/externs.rs",
    "abi/func.rs",
    "abi/interrupt.rs",
    "abi/memory.rs",
    "abi/memory_access.rs",
    "abi/shared_memory.rs",
    "abi/table.rs",
    "abi/global.rs",
    "abi/wasi.rs",
    "abi/wasi_stream.rs",
    "abi/target.rs",
    "abi/tag.rs",
    "store/object.rs",
    "store/pin.rs",
    "base/options.rs",
    "base/value.rs",
];

/// The C names of Rust types.
const NAMES: &[(&str, &str)] = &[
    ("Bytes", "aw_bytes"),
    ("CEngine", "aw_engine"),
    ("CError", "aw_error"),
    ("CExport", "aw_export"),
    ("CExternType", "aw_extern_type_info"),
    ("CFrame", "aw_frame"),
    ("CImport", "aw_import"),
    ("CModule", "aw_module"),
    ("CModuleInfo", "aw_module_info_parts"),
    ("CSection", "aw_custom_section"),
    ("CStore", "aw_store"),
    ("CTriple", "aw_triple"),
    ("CWasi", "aw_wasi"),
    ("CWasiRoot", "aw_wasi_root"),
    ("Extern", "aw_extern"),
    ("Finalizer", "aw_finalizer"),
    ("HostCallback", "aw_host_callback"),
    ("Instance", "aw_instance"),
    ("InterruptHook", "aw_interrupt_hook_function"),
    ("Options", "aw_options"),
    ("OwnedBytes", "aw_bytes_owned"),
    ("OwnedError", "aw_error_owned"),
    ("OwnedTriple", "aw_triple_owned"),
    ("Pin", "aw_pin"),
    ("SharedMemory", "aw_shared_memory"),
    ("Str", "aw_str"),
    ("StreamCallback", "aw_stream_callback"),
    ("Value", "aw_value"),
];

const HEADER: &str = "\
// anywasm's C layer. Generated from src/abi by `make header`; do not edit.
//
// A function that fails returns the failure value of its return type (NULL, false, or all bits set; `data` of a text is
// NULL), and leaves an error on the calling thread, where aw_error_take returns it. NULL in place of an object, a result
// or a callback is such an error, unless the function documents what NULL means.
//
// An object may be used from any thread, and objects may be deleted in any order. The caller keeps every object that it
// passes alive until the function returns.
//
// The header needs stdint.h, stdbool.h and stddef.h before it. It includes nothing itself, because cffi reads it too.";

fn generate(src: &Path) -> String {
    let mut config = cbindgen::Config {
        language: cbindgen::Language::C,
        header: Some(HEADER.into()),
        no_includes: true,
        cpp_compat: false,
        documentation_style: cbindgen::DocumentationStyle::C99,
        style: cbindgen::Style::Both,
        line_length: 120,
        ..cbindgen::Config::default()
    };
    config.export.rename = NAMES.iter().map(|(rust, c)| ((*rust).into(), (*c).into())).collect();
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in SOURCES {
        builder = builder.with_src(src.join(source));
    }
    let mut text = Vec::new();
    builder.generate().expect("cbindgen reads the sources").write(&mut text);
    // C has no safe functions, so that the heading which Rust requires tells a C reader nothing.
    String::from_utf8(text).expect("cbindgen writes UTF-8").replace("// # Safety\n", "")
}

fn main() -> ExitCode {
    // Read at run time, not at compile time: checkouts that share a target folder share this program.
    let here = std::env::var("CARGO_MANIFEST_DIR").expect("`cargo run` says where the crate is");
    let root = Path::new(&here).join("../../..");
    let header = generate(&root.join("src"));
    let constants = constants::generate(&root, &header);
    let files = [("src/anywasm.h", header), (constants::FILE, constants), (options::FILE, options::generate(&root))];
    let write = std::env::args().any(|argument| argument == "--write");
    let mut outcome = ExitCode::SUCCESS;
    for (file, generated) in files {
        let path = root.join(file);
        if write {
            fs::write(&path, &generated).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        } else if fs::read_to_string(&path).ok().as_ref() != Some(&generated) {
            eprintln!("{file} does not fit the sources that it is generated from: run `make header` and commit it");
            outcome = ExitCode::FAILURE;
        }
    }
    outcome
}
