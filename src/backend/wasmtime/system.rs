//! Creates engines of a system library.
//!
//! The library's constructor ends the process if the constructor cannot create an engine. This file therefore refuses
//! all options with which the constructor would fail. `Config::validate`, `build_compiler` and `build_profiler` of
//! wasmtime refuse these options, in the versions that wasm_c_api/system.rs lists. An engine of a system library has no
//! options for Cranelift's flags, because only Cranelift can check the flags.

use crate::backend::ModuleOps;
use crate::backend::wasmtime::{Wasmtime, config, engine};
use crate::base::error::{Error, ErrorKind, Result};
use crate::base::options::Options;
use crate::base::target::Target;
use rustix::fs::{StatVfsMountFlags, statvfs};
use std::fs::OpenOptions;
use std::sync::{Arc, OnceLock};
use wasm_c_api as c;
use wasmparser::WasmFeatures;

/// Creates an engine. The caller owns the engine. `stack_size` is the number of stack bytes that a guest may use.
pub fn engine(options: &Options, stack_size: usize) -> Result<*mut c::wasm_engine_t> {
    check_library_version()?;
    check_options(options, stack_size)?;
    let config = config::config(options, stack_size)?;
    // SAFETY: `config` is a new configuration. The constructor takes ownership of `config`, and this function does not
    // use `config` again.
    Ok(unsafe { c::wasm_engine_new_with_config(config) })
}

/// Fails if the library's constructor would end the process because of these options.
fn check_options(options: &Options, stack_size: usize) -> Result<()> {
    if stack_size == 0 {
        return Err(config::contradiction(&"max_wasm_stack size cannot be zero"));
    }
    let features = options.switch_proposals(config::DEFAULT_FEATURES, config::max_features());
    if features.contains(WasmFeatures::RELAXED_SIMD) && !features.contains(WasmFeatures::SIMD) {
        let reason = "cannot disable the simd proposal but enable the relaxed simd proposal";
        return Err(config::contradiction(&reason));
    }
    if let Some(triple) = options.get("target") {
        // The library can compile for this machine. No function of the library returns a list of other possible
        // targets, so this function refuses other targets.
        if !Target::parse(triple)?.is_host {
            let host = Target::host().triple;
            let reason = format!("the target {triple} is another machine than this one, {host}");
            return Err(config::contradiction(&reason));
        }
    }
    check_profiler(options.get("profiler"))
}

/// Fails if this platform does not support the profiler, or if the library's constructor could not create the file that
/// the profiler writes.
fn check_profiler(profiler: Option<&str>) -> Result<()> {
    let pid = std::process::id();
    let (path, supported) = match profiler {
        Some("perfmap") => (format!("/tmp/perf-{pid}.map"), cfg!(unix)),
        Some("jitdump") => (format!("./jit-{pid}.dump"), cfg!(all(target_os = "linux", not(target_arch = "riscv64")))),
        Some("vtune") => (String::new(), cfg!(target_arch = "x86_64")),
        _ => return Ok(()),
    };
    if !supported {
        return Err(config::contradiction(&"this profiler is not supported on this platform"));
    }
    if path.is_empty() {
        return Ok(());
    }
    let failed = |reason: String| config::contradiction(&format!("the profiler cannot have its file {path}: {reason}"));
    OpenOptions::new().read(true).append(true).create(true).open(&path).map_err(|e| failed(e.to_string()))?;
    let mapped = profiler == Some("jitdump");
    if mapped && statvfs(".").is_ok_and(|found| found.f_flag.contains(StatVfsMountFlags::NOEXEC)) {
        return Err(failed("the file system is mounted with noexec".into()));
    }
    Ok(())
}

/// Fails if the loaded library has another version than the header that the shim was built with, because structs may
/// differ between versions. The library's name contains no version, and no function returns the version. So this
/// function reads the version from code that the library compiles.
fn check_library_version() -> Result<()> {
    static LOADED_VERSION: OnceLock<Option<String>> = OnceLock::new();
    let wanted = c::WASMTIME_VERSION_MAJOR.to_string();
    match LOADED_VERSION.get_or_init(|| loaded_version().ok().flatten()) {
        Some(version) if *version == wanted => Ok(()),
        other => {
            let loaded = other.as_deref().unwrap_or("of an unknown version");
            let text = format!(
                "the engine `system` was built with the headers of wasmtime {}, and the libwasmtime that is loaded is \
                 {loaded}: build anywasm again with the headers of that library",
                c::ENGINE_VERSION
            );
            Err(Error::new(ErrorKind::Engine, text))
        }
    }
}

/// Returns the major version that the library writes into compiled code. This function calls only functions of the
/// library that exist since the oldest versions and that take only pointers. So these calls work with every version.
fn loaded_version() -> Result<Option<String>> {
    // SAFETY: the constructor takes no arguments. The new `Engine` is the only owner of the returned engine.
    let engine = engine::Engine(unsafe { c::wasm_engine_new() });
    let empty: Arc<[u8]> = Arc::from(*b"\0asm\x01\0\0\0");
    Ok(version_in(&Wasmtime::module_serialize(&Wasmtime::module_new(&engine, &empty)?)?))
}

/// Offsets of fields in the header of a 64-bit ELF file, with the fields' names in elf.h.
mod file_header {
    /// `e_shoff`, 8 bytes: the offset of the table of section headers.
    pub const SECTION_HEADERS: usize = 0x28;
    /// `e_shentsize`, 2 bytes: the size of a section header.
    pub const SECTION_HEADER_SIZE: usize = 0x3a;
    /// `e_shnum`, 2 bytes: the number of section headers.
    pub const SECTION_COUNT: usize = 0x3c;
    /// `e_shstrndx`, 2 bytes: the index of the section that contains the names of all sections.
    pub const NAMES_INDEX: usize = 0x3e;
}

/// Offsets of fields in a section header of a 64-bit ELF file, with the fields' names in elf.h.
mod section_header {
    /// `sh_name`, 4 bytes: the offset of the section's name in the section of names.
    pub const NAME: usize = 0;
    /// `sh_offset`, 8 bytes: the offset of the section's contents in the file.
    pub const CONTENTS: usize = 0x18;
}

/// Reads the major version from compiled code, a 64-bit ELF file. Returns `None` if the file has no version.
///
/// The section `.wasmtime.engine` contains one byte with another meaning, one byte with the length of the version, and
/// the text of the version (wasmtime, `engine/serialization.rs`).
fn version_in(elf: &[u8]) -> Option<String> {
    // Reads a number of `len` bytes at `offset`. The first byte is the least significant byte.
    let read_number = |offset: usize, len: usize| {
        let bytes = elf.get(offset..offset.checked_add(len)?)?;
        usize::try_from(bytes.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte))).ok()
    };
    let headers_offset = read_number(file_header::SECTION_HEADERS, 8)?;
    let header_size = read_number(file_header::SECTION_HEADER_SIZE, 2)?;
    let header_offset = |index: usize| headers_offset.checked_add(index.checked_mul(header_size)?);
    let names_header_offset = header_offset(read_number(file_header::NAMES_INDEX, 2)?)?;
    let names_offset = read_number(names_header_offset.checked_add(section_header::CONTENTS)?, 8)?;
    for index in 0..read_number(file_header::SECTION_COUNT, 2)? {
        let section_offset = header_offset(index)?;
        let name_offset = read_number(section_offset.checked_add(section_header::NAME)?, 4)?;
        let name = elf.get(names_offset.checked_add(name_offset)?..)?;
        if name.starts_with(b".wasmtime.engine\0") {
            let contents_offset = read_number(section_offset.checked_add(section_header::CONTENTS)?, 8)?;
            let len = read_number(contents_offset.checked_add(1)?, 1)?;
            let version = elf.get(contents_offset.checked_add(2)?..)?.get(..len)?;
            return String::from_utf8(version.to_vec()).ok();
        }
    }
    None
}
