//! Generates files from the shim's sources. `header` checks that the committed files are up to date; `header --write`
//! writes the files.
//!
//! The files are the C header and the Python files of `shim_tools::constants` and `shim_tools::options`. The generated
//! files are committed, so reviewers see each change to the stable layer.

use shim_tools::{constants, options};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// Rust files that define the C layer and the types in its signatures, relative to `src`. The header has the same
/// order.
const SOURCES: &[&str] = &[
    "abi/types.rs",
    "abi/error.rs",
    "abi/text.rs",
    "abi/engine.rs",
    "abi/limits.rs",
    "abi/store.rs",
    "abi/module_info.rs",
    "abi/module.rs",
    "abi/instance.rs",
    "abi/externs.rs",
    "abi/faults.rs",
    "abi/func.rs",
    "abi/interrupt.rs",
    "abi/memory.rs",
    "abi/nesting.rs",
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

/// Pairs of the Rust name and the C name of a type.
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
    ("FaultKeeper", "aw_fault_keeper"),
    ("HostCallback", "aw_host_callback"),
    ("Instance", "aw_instance"),
    ("InterruptHook", "aw_interrupt_hook_function"),
    ("NestingHook", "aw_nesting_hook_function"),
    ("Options", "aw_options"),
    ("OwnedBytes", "aw_bytes_owned"),
    ("OwnedModuleInfo", "aw_module_info_parts_owned"),
    ("OwnedError", "aw_error_owned"),
    ("OwnedTriple", "aw_triple_owned"),
    ("Pin", "aw_pin"),
    ("SharedMemory", "aw_shared_memory"),
    ("Str", "aw_str"),
    ("StreamCallback", "aw_stream_callback"),
    ("Value", "aw_value"),
];

/// Comment at the beginning of the C header.
const HEADER: &str = "\
// anywasm's C layer. Generated from src/abi by `make header`; do not edit.
//
// A function that fails returns the failure value of its return type: NULL, false, AW_FAILED, all bits set, or a text
// whose `data` is NULL. The function also stores an error as pending on the calling thread. aw_error_take returns the
// pending error. A function fails if an argument for an object, a result or a callback is NULL, unless the function
// documents a meaning of NULL.
//
// Any thread may use an object, and the caller may delete objects in any order. The caller does not delete an object
// that it has passed to a function before the function returns.
//
// Include stdint.h, stdbool.h and stddef.h before this header. The header has no include directives of its own, because
// cffi also reads the header and cannot process include directives.";

/// Returns the text of the C header.
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
    // The heading `# Safety` is only for Rust readers, because C does not distinguish safe and unsafe functions.
    String::from_utf8(text).expect("cbindgen writes UTF-8").replace("// # Safety\n", "")
}

fn main() -> ExitCode {
    // The variable is read at run time, not at compile time, because checkouts that share a target folder also share
    // this program.
    let crate_dir = std::env::var("CARGO_MANIFEST_DIR").expect("`cargo run` says where the crate is");
    let root = Path::new(&crate_dir).join("../../..");
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
