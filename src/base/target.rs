//! Target triples, parsed by the crate `target-lexicon`.
//!
//! The parts of a triple have the same texts as in wasmer 1.1 (target-lexicon 0.12), because programs for wasmer 1.1
//! compare the parts with these texts.

use crate::base::error::{Error, ErrorKind, Result};
use target_lexicon::{Architecture, BinaryFormat, CallingConvention, Endianness, OperatingSystem, ParseError, Triple};

/// A target triple with its parts as texts.
pub struct Target {
    /// Canonical text of the triple, such as `x86_64-unknown-linux-musl` for `x86_64-linux-musl`.
    pub triple: String,
    /// Architecture, such as `x86_64`.
    pub architecture: String,
    /// Vendor, such as `pc`; `unknown` if the triple contains no vendor.
    pub vendor: String,
    /// Operating system, such as `linux`. On Darwin, the text includes the version.
    pub operating_system: String,
    /// Format of object files, such as `elf`.
    pub binary_format: String,
    /// C library or float ABI, such as `musl`.
    pub environment: String,
    /// Byte order, `little` or `big`. `None` if the architecture is unknown.
    pub endianness: Option<&'static str>,
    /// Default calling convention. `None` if `target-lexicon` has no convention for the operating system.
    pub calling_convention: Option<&'static str>,
    /// Size of a pointer in bytes. 0 if the architecture is unknown.
    pub pointer_width: u8,
    /// Whether this machine can run code for the target.
    pub is_host: bool,
}

impl Target {
    /// Parses a triple. A part that the text does not contain becomes `unknown`.
    pub fn parse(text: &str) -> Result<Self> {
        let triple: Triple = text.parse().map_err(|e: ParseError| Error::new(ErrorKind::Invalid, e.to_string()))?;
        let mut target = Self::new(&triple);
        if let Some(format) = corrected_binary_format(&triple).filter(|_| !text.ends_with("-elf")) {
            target.triple = target.triple.trim_end_matches("-elf").to_owned();
            target.binary_format = format.to_owned();
        }
        Ok(target)
    }

    /// Returns the target of this machine.
    pub fn host() -> Self {
        Self::new(&Triple::host())
    }

    fn new(triple: &Triple) -> Self {
        Self {
            triple: triple.to_string(),
            architecture: triple.architecture.to_string(),
            vendor: triple.vendor.to_string(),
            operating_system: triple.operating_system.to_string(),
            binary_format: triple.binary_format.to_string(),
            environment: triple.environment.to_string(),
            endianness: triple.endianness().ok().map(|endianness| match endianness {
                Endianness::Little => "little",
                Endianness::Big => "big",
            }),
            calling_convention: calling_convention(triple),
            pointer_width: triple.pointer_width().map_or(0, |width| width.bytes()),
            is_host: is_compatible(triple, &Triple::host()),
        }
    }
}

/// Returns the target's default calling convention under its name in wasmer 1.1. In wasmer 1.1, Apple's convention has
/// the name `(unknown)`.
fn calling_convention(triple: &Triple) -> Option<&'static str> {
    use OperatingSystem::{WasiP1, WasiP2};
    match (triple.default_calling_convention(), triple.operating_system, triple.architecture) {
        (Ok(CallingConvention::SystemV), ..) => Some("system_v"),
        (Ok(CallingConvention::WindowsFastcall), ..) => Some("windows_fastcall"),
        // `target-lexicon` returns this convention for `wasm32-wasi` only, although `wasm32-wasip1` and `wasm32-wasip2`
        // use the same convention.
        (Ok(CallingConvention::WasmBasicCAbi), ..) | (_, WasiP1 | WasiP2, Architecture::Wasm32) => {
            Some("wasm_basic_c_abi")
        }
        (Ok(_), ..) => Some("(unknown)"),
        (Err(()), ..) => None,
    }
}

/// Returns the correct binary format for a triple that contains no binary format, if the operating system does not
/// imply a format either. `target-lexicon` assumes ELF for such a triple, even for WebAssembly. Returns `None` if the
/// format from `target-lexicon` is correct.
fn corrected_binary_format(triple: &Triple) -> Option<&'static str> {
    use OperatingSystem::{Emscripten, Nebulet, Unknown, VxWorks, Wasi, WasiP1, WasiP2};
    if triple.binary_format != BinaryFormat::Elf {
        return None;
    }
    match (triple.operating_system, triple.architecture) {
        (WasiP1 | WasiP2, Architecture::Wasm32 | Architecture::Wasm64) => Some("wasm"),
        (Emscripten | Nebulet | Unknown | VxWorks | Wasi | WasiP1 | WasiP2, _) => Some("unknown"),
        _ => None,
    }
}

/// Returns whether compiled code for one target runs on the other target. The vendor and the environment may differ,
/// because compiled WebAssembly calls no C library.
fn is_compatible(one: &Triple, other: &Triple) -> bool {
    one.architecture == other.architecture
        && one.operating_system == other.operating_system
        && one.binary_format == other.binary_format
        && one.pointer_width() == other.pointer_width()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compatible(one: &str, other: &str) -> bool {
        is_compatible(&one.parse().unwrap(), &other.parse().unwrap())
    }

    #[test]
    fn only_parts_that_change_the_code_are_compared() {
        assert!(compatible("x86_64-linux-musl", "x86_64-pc-linux-gnu"));
        assert!(!compatible("aarch64-linux-gnu", "x86_64-linux-gnu"));
        assert!(!compatible("x86_64-pc-windows-gnu", "x86_64-linux-gnu"));
        assert!(!compatible("x86_64-linux-gnux32", "x86_64-linux-gnu"));
        assert!(!compatible("x86_64-linux-gnu-coff", "x86_64-linux-gnu"));
        assert!(!compatible("x86_64", "x86_64-linux-gnu"));
        assert!(Target::host().is_host);
    }

    #[test]
    fn unknown_parts_are_errors_or_none() {
        let bad = |text| Target::parse(text).err().map(|e| e.message);
        assert_eq!(bad("linux").as_deref(), Some("Unrecognized architecture: linux"));
        assert_eq!(bad("x86_64-unknown-foo").as_deref(), Some("Unrecognized operating system: foo"));
        let bare = Target::parse("unknown").unwrap();
        assert_eq!((bare.endianness, bare.calling_convention, bare.pointer_width), (None, None, 0));
    }

    #[test]
    fn the_binary_format_is_not_assumed_to_be_elf() {
        let both = |text| Target::parse(text).map(|target| (target.triple, target.binary_format)).unwrap();
        let expect = |triple: &str, format: &str| (triple.to_owned(), format.to_owned());
        assert_eq!(both("x86_64"), expect("x86_64-unknown-unknown", "unknown"));
        assert_eq!(both("x86_64-elf"), expect("x86_64-unknown-unknown-elf", "elf"));
        assert_eq!(both("x86_64-linux-elf"), expect("x86_64-unknown-linux", "elf"));
        assert_eq!(both("wasm32-wasip1"), expect("wasm32-wasip1", "wasm"));
    }

    #[test]
    fn calling_conventions_have_the_names_of_wasmer() {
        let name = |text| Target::parse(text).unwrap().calling_convention;
        assert_eq!(name("wasm32-wasi"), Some("wasm_basic_c_abi"));
        assert_eq!(name("wasm32-wasip1"), Some("wasm_basic_c_abi"));
        assert_eq!(name("aarch64-apple-darwin"), Some("(unknown)"));
        assert_eq!(name("aarch64-pc-windows-msvc"), Some("windows_fastcall"));
        assert_eq!(name("x86_64"), None);
    }
}
