//! Converts a folder of `.wast` files for the conformance runner: `conformance-suite SUITE OUT`.
//!
//! For each file, the program writes two files. `OUT/<path>.json` contains the commands in the format of
//! `wasm-tools json-from-wast`, and a table of the modules. `OUT/<path>.bin` contains the bytes of all modules.
//!
//! `OUT/index.json` contains the list of the files, and a small module for each proposal. The runner compiles these
//! modules to find the proposals that an engine supports.

mod adapter;
mod convert;
mod fallback;
mod features;
mod module;

use anyhow::{Context, Result, bail};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Makes cargo rebuild this program if the shared build folder contains the program of another checkout (see Makefile).
const _: Option<&str> = option_env!("ANYWASM_CHECKOUT");

/// The contents of `index.json`.
#[derive(Serialize)]
struct Index {
    files: Vec<File>,
    /// For each proposal, a module that needs the proposal, in hexadecimal.
    probes: BTreeMap<&'static str, String>,
}

/// A file of the suite.
#[derive(Serialize)]
struct File {
    /// The path relative to the suite, with `/` between folders.
    path: String,
    sha256: String,
    /// The number of commands.
    commands: usize,
    /// The error of the parser if the parser has refused the file. The runner only counts the commands of such a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    unparsed: Option<String>,
}

fn main() -> Result<()> {
    let args: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [suite, out] = &args[..] else { bail!("usage: conformance-suite SUITE OUT") };
    let mut paths = Vec::new();
    find_wast_files(suite, &mut paths)?;
    if paths.is_empty() {
        bail!("there is no .wast file in {}", suite.display());
    }
    paths.sort();
    let queue = Mutex::new(paths.iter());
    let files = Mutex::new(Vec::new());
    let worker = || -> Result<()> {
        loop {
            let Some(path) = queue.lock().expect("no worker panics").next() else { return Ok(()) };
            let file = convert_file(suite, path, out).with_context(|| path.display().to_string())?;
            files.lock().expect("no worker panics").push(file);
        }
    };
    std::thread::scope(|scope| {
        let count = std::thread::available_parallelism().map_or(1, |count| count.get());
        let workers: Vec<_> = (0..count).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("no worker panics"))
    })?;
    let mut files = files.into_inner().expect("no worker panics");
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let index = Index { files, probes: features::probes()? };
    fs::write(out.join("index.json"), serde_json::to_vec(&index)?)?;
    Ok(())
}

/// Appends the paths of all `.wast` files in a folder and its subfolders to `paths`.
fn find_wast_files(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            find_wast_files(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "wast") {
            paths.push(path);
        }
    }
    Ok(())
}

/// Converts a file and writes the results to the folder `out`.
fn convert_file(suite: &Path, path: &Path, out: &Path) -> Result<File> {
    let bytes = fs::read(path)?;
    let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let text = String::from_utf8(bytes).context("the file is not UTF-8")?;
    let relative = path.strip_prefix(suite)?;
    let name = relative.to_str().context("the path is not UTF-8")?.replace('\\', "/");
    let converted = convert::convert(&name, &text)?;
    let target = out.join(relative);
    fs::create_dir_all(target.parent().context("a file lies in a folder")?)?;
    fs::write(target.with_extension("wast.json"), &converted.json)?;
    fs::write(target.with_extension("wast.bin"), &converted.bytes)?;
    Ok(File { path: name, sha256, commands: converted.commands, unparsed: converted.unparsed })
}
