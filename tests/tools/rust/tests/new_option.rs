//! A new engine option is one row: a scratch copy of the tree gets a row, and Python's `Config` has the property.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const ROW: &str = "    /// Whether an option is made up.\n    switch(\"made_up_option\").ignorable();\n";

const PROGRAM: &str = "\
from anywasm.wasmtime import Config
config = Config()
config.made_up_option = True
print(config._core_take(), Config.made_up_option.__doc__)";

#[test]
fn a_new_option_is_one_row() {
    let scratch = Scratch::new();
    let tools = scratch.0.join("tests/tools/rust");
    assert!(header(&tools, &[]), "the copied files fit each other");

    let table = scratch.0.join("src/base/option_table.rs");
    let text = fs::read_to_string(&table).unwrap();
    let rows = text.rfind("}\n").expect("the table ends with a brace");
    fs::write(&table, format!("{}{ROW}{}", &text[..rows], &text[rows..])).unwrap();
    assert!(!header(&tools, &[]), "the committed property is missing");
    assert!(header(&tools, &["--write"]) && header(&tools, &[]));

    let python = std::env::var("PYTHON").unwrap_or("python3".into());
    let output =
        Command::new(python).args(["-c", PROGRAM]).env("PYTHONPATH", scratch.0.join("python")).output().unwrap();
    let expected = "{'made_up_option': True} Whether an option is made up. The value can be set, but not read.\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{}", String::from_utf8_lossy(&output.stderr));
}

/// Runs the generator on the checkout that contains this crate, and returns whether it succeeded.
fn header(tools: &Path, arguments: &[&str]) -> bool {
    let mut command = Command::new(env!("CARGO_BIN_EXE_header"));
    command.args(arguments).env("CARGO_MANIFEST_DIR", tools).status().unwrap().success()
}

/// A copy of the sources in a temporary folder, which is removed when the value is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        // Read at run time, as in `header`.
        let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("../../..");
        let scratch = Self(std::env::temp_dir().join(format!("anywasm-new-option-{}", std::process::id())));
        fs::create_dir_all(scratch.0.join("tests/tools/rust")).unwrap();
        for folder in ["src", "python"] {
            copy(&root.join(folder), &scratch.0.join(folder));
        }
        scratch
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Copies the source files in a folder and its subfolders.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else if from.extension().is_some_and(|extension| extension == "rs" || extension == "h" || extension == "py") {
            fs::copy(&from, &to).unwrap();
        }
    }
}
