//! Target triples, as the crate `target-lexicon` reads them.
//!
//! Names are those of wasmer 1.1 (target-lexicon 0.12), which programs compare with.

use crate::base::error::{Error, ErrorKind, Result};
use target_lexicon::{Architecture, BinaryFormat, CallingConvention, Endianness, OperatingSystem, ParseError, Triple};

/// A triple, in words.
pub struct Target {
    /// Without what goes without saying: `x86_64-linux-musl` is `x86_64-unknown-linux-musl`.
    pub triple: String,
    /// `x86_64`.
    pub architecture: String,
    /// `unknown`.
    pub vendor: String,
    /// `linux`, on Darwin with its version.
    pub operating_system: String,
    /// `elf`.
    pub binary_format: String,
    /// `musl`.
    pub environment: String,
    /// `little` or `big`; None where the architecture is unknown.
    pub endianness: Option<&'static str>,
    /// None where the operating system has none.
    pub calling_convention: Option<&'static str>,
    /// In bytes; 0 where the architecture is unknown.
    pub pointer_width: u8,
    /// Whether code for this machine is code for it.
    pub is_host: bool,
}

impl Target {
    /// The triple that a text says. What is left out of the text is `unknown`.
    pub fn parse(text: &str) -> Result<Self> {
        let triple: Triple = text.parse().map_err(|e: ParseError| Error::new(ErrorKind::Invalid, e.to_string()))?;
        let mut target = Self::of(&triple);
        if let Some(format) = guessed_wrong(&triple).filter(|_| !text.ends_with("-elf")) {
            target.triple = target.triple.trim_end_matches("-elf").to_owned();
            target.binary_format = format.to_owned();
        }
        Ok(target)
    }

    /// The machine this runs on.
    pub fn host() -> Self {
        Self::of(&Triple::host())
    }

    fn of(triple: &Triple) -> Self {
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
            is_host: is_like(triple, &Triple::host()),
        }
    }
}

/// As wasmer 1.1 names it, which has no name for Apple's.
fn calling_convention(triple: &Triple) -> Option<&'static str> {
    use OperatingSystem::{WasiP1, WasiP2};
    match (triple.default_calling_convention(), triple.operating_system, triple.architecture) {
        (Ok(CallingConvention::SystemV), ..) => Some("system_v"),
        (Ok(CallingConvention::WindowsFastcall), ..) => Some("windows_fastcall"),
        // The crate knows it of `wasm32-wasi` only.
        (Ok(CallingConvention::WasmBasicCAbi), ..) | (_, WasiP1 | WasiP2, Architecture::Wasm32) => {
            Some("wasm_basic_c_abi")
        }
        (Ok(_), ..) => Some("(unknown)"),
        (Err(()), ..) => None,
    }
}

/// The binary format of a triple that names none, where the operating system does not tell: the crate takes ELF for
/// granted then, even for WebAssembly.
fn guessed_wrong(triple: &Triple) -> Option<&'static str> {
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

/// Whether machine code for the one is machine code for the other. Vendor and environment make no difference: compiled
/// WebAssembly calls no C library.
fn is_like(one: &Triple, other: &Triple) -> bool {
    one.architecture == other.architecture
        && one.operating_system == other.operating_system
        && one.binary_format == other.binary_format
        && one.pointer_width() == other.pointer_width()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(one: &str, other: &str) -> bool {
        is_like(&one.parse().unwrap(), &other.parse().unwrap())
    }

    #[test]
    fn only_what_the_code_depends_on_counts() {
        assert!(like("x86_64-linux-musl", "x86_64-pc-linux-gnu"));
        assert!(!like("aarch64-linux-gnu", "x86_64-linux-gnu"));
        assert!(!like("x86_64-pc-windows-gnu", "x86_64-linux-gnu"));
        assert!(!like("x86_64-linux-gnux32", "x86_64-linux-gnu"));
        assert!(!like("x86_64-linux-gnu-coff", "x86_64-linux-gnu"));
        assert!(!like("x86_64", "x86_64-linux-gnu"));
        assert!(Target::host().is_host);
    }

    #[test]
    fn what_is_unknown_is_said() {
        let bad = |text| Target::parse(text).err().map(|e| e.message);
        assert_eq!(bad("linux").as_deref(), Some("Unrecognized architecture: linux"));
        assert_eq!(bad("x86_64-unknown-foo").as_deref(), Some("Unrecognized operating system: foo"));
        let bare = Target::parse("unknown").unwrap();
        assert_eq!((bare.endianness, bare.calling_convention, bare.pointer_width), (None, None, 0));
    }

    #[test]
    fn a_binary_format_is_not_made_up() {
        let both = |text| Target::parse(text).map(|target| (target.triple, target.binary_format)).unwrap();
        let expect = |triple: &str, format: &str| (triple.to_owned(), format.to_owned());
        assert_eq!(both("x86_64"), expect("x86_64-unknown-unknown", "unknown"));
        assert_eq!(both("x86_64-elf"), expect("x86_64-unknown-unknown-elf", "elf"));
        assert_eq!(both("x86_64-linux-elf"), expect("x86_64-unknown-linux", "elf"));
        assert_eq!(both("wasm32-wasip1"), expect("wasm32-wasip1", "wasm"));
    }

    #[test]
    fn calling_conventions_have_their_names() {
        let name = |text| Target::parse(text).unwrap().calling_convention;
        assert_eq!(name("wasm32-wasi"), Some("wasm_basic_c_abi"));
        assert_eq!(name("wasm32-wasip1"), Some("wasm_basic_c_abi"));
        assert_eq!(name("aarch64-apple-darwin"), Some("(unknown)"));
        assert_eq!(name("aarch64-pc-windows-msvc"), Some("windows_fastcall"));
        assert_eq!(name("x86_64"), None);
    }
}
