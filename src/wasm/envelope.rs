//! The envelope: the format of a serialized module. An envelope contains the compiled code of an engine, and data to
//! check and to describe the module.
//!
//! Engines do not check compiled code when they load it. The envelope therefore contains a checksum and a stamp. The
//! checksum detects damaged bytes. The stamp names the engine, the versions, the target and the options, so that the shim
//! can refuse the code of another engine or machine. Both checks take place before the engine reads the code. They do not detect forged
//! bytes: never load a serialized module from an untrusted source.
//!
//! An envelope consists of these parts. All integers are little-endian.
//! 1. The magic number.
//! 2. The checksum (u32) of all bytes after the checksum.
//! 3. The stamp: its length (u32) and its bytes.
//! 4. The module in the binary format: its length (u32) and its bytes. The module is complete if the engine cannot
//!    serialize, or if the module has a start function. Otherwise the module has no code, because the next part contains
//!    the compiled code.
//! 5. What rewriting the module has changed: its length (u32) and its bytes. The first byte is that of
//!    [`Hidden::to_byte`](crate::wasm::hidden::Hidden::to_byte). The others are the map of code offsets, as
//!    [`OffsetMap::to_bytes`](crate::wasm::offsets::OffsetMap::to_bytes) writes it.
//! 6. The compiled code that the engine has serialized: its length (u32) and its bytes.

use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::wasm::binary::{push_leb128, push_section};
use wasmparser::{Parser, Payload};

/// The first bytes of each envelope.
const MAGIC: &[u8; 8] = b"\x7fanywasm";

/// The parts of a serialized module.
pub struct Envelope<'a> {
    /// The stamp: the engine, the versions, the target and the options, as `engine/version.rs` writes them.
    pub stamp: &'a [u8],
    /// The module in the binary format, complete or [without its code](without_code).
    pub wasm: &'a [u8],
    /// What rewriting the module has changed.
    pub rewriting: &'a [u8],
    /// The compiled code that the engine has serialized. Empty if the engine cannot serialize.
    pub code: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Returns the bytes of the envelope. Fails if a part is longer than 4 GiB.
    pub fn seal(&self) -> Result<Vec<u8>> {
        let mut body =
            Vec::with_capacity(16 + self.stamp.len() + self.wasm.len() + self.rewriting.len() + self.code.len());
        for part in [self.stamp, self.wasm, self.rewriting, self.code] {
            let Ok(length) = u32::try_from(part.len()) else { fail!(Engine, "a module of 4 GiB cannot be serialized") };
            body.extend_from_slice(&length.to_le_bytes());
            body.extend_from_slice(part);
        }
        let mut sealed = MAGIC.to_vec();
        sealed.extend_from_slice(&crc32fast::hash(&body).to_le_bytes());
        sealed.append(&mut body);
        Ok(sealed)
    }

    /// Returns the parts of the envelope `bytes`. Fails if the bytes are not an envelope, or are damaged.
    pub fn open(bytes: &'a [u8]) -> Result<Self> {
        let Some(after_magic) = bytes.strip_prefix(MAGIC) else {
            fail!(Incompatible, "not a serialized module: the first bytes are not anywasm's mark");
        };
        let damaged = || Error::new(ErrorKind::Incompatible, "the serialized module is damaged or cut off");
        let (checksum, mut body) = after_magic.split_first_chunk::<4>().ok_or_else(damaged)?;
        if crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
            return Err(damaged());
        }
        let mut read_part = || {
            let (length, tail) = body.split_first_chunk::<4>()?;
            let (part, tail) = tail.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            body = tail;
            Some(part)
        };
        let mut next_part = || read_part().ok_or_else(damaged);
        Ok(Self { stamp: next_part()?, wasm: next_part()?, rewriting: next_part()?, code: next_part()? })
    }

    /// Fails unless the envelope has the stamp `ours`. `ours` names the engine that loads the module, its version and
    /// its options.
    pub fn check_stamp(&self, ours: &str) -> Result<()> {
        if self.stamp != ours.as_bytes() {
            let theirs = String::from_utf8_lossy(self.stamp);
            fail!(Incompatible, "the module was serialized by {theirs}, but this is {ours}: compile it again");
        }
        Ok(())
    }
}

/// Returns a copy of the module `wasm` without its code, data and elements. The copy keeps the types, imports, exports,
/// names, custom sections and the start section. Each function of the copy has an empty body, because a module with a
/// function section must have a code section.
pub fn without_code(wasm: &[u8]) -> Vec<u8> {
    let mut out = wasm[..8.min(wasm.len())].to_vec();
    for payload in Parser::new(0).parse_all(wasm).map_while(std::result::Result::ok) {
        let unchanged = match &payload {
            Payload::CodeSectionStart { count, .. } => {
                push_empty_bodies(&mut out, *count as usize);
                None
            }
            Payload::DataSection(_) | Payload::ElementSection(_) => None,
            Payload::DataCountSection { .. } => None,
            other => other.as_section(),
        };
        if let Some((id, range)) = unchanged {
            push_section(&mut out, id, &wasm[range]);
        }
    }
    out
}

/// Appends a code section to `out`, with `count` functions whose bodies are empty.
fn push_empty_bodies(out: &mut Vec<u8>, count: usize) {
    // A function body of 2 bytes: the size 2, no groups of locals, and the instruction `end`.
    const EMPTY_BODY: [u8; 3] = [2, 0, 0x0b];
    const CODE_SECTION: u8 = 10;
    let mut bodies = Vec::new();
    push_leb128(&mut bodies, count);
    bodies.extend(EMPTY_BODY.repeat(count));
    push_section(out, CODE_SECTION, &bodies);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::module_info::ModuleInfo;

    #[test]
    fn damage_anywhere_is_noticed() {
        let sealed = Envelope { stamp: b"e 1", wasm: b"w", rewriting: b"", code: b"machine code" }.seal().unwrap();
        assert_eq!(Envelope::open(&sealed).unwrap().code, b"machine code");
        for position in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[position] ^= 0x10;
            assert!(Envelope::open(&damaged).is_err(), "byte {position}");
            assert!(Envelope::open(&sealed[..position]).is_err(), "cut at {position}");
        }
    }

    #[test]
    fn the_description_of_a_module_does_not_need_its_code() {
        let wasm = wat::parse_str(
            r#"(module $m (import "a" "b" (func)) (memory (export "mem") 1) (data (i32.const 0) "0123456789")
                 (func $f (export "f") (result i32) (i32.const 7)) (@custom "note" "hi"))"#,
        )
        .unwrap();
        let reduced = without_code(&wasm);
        assert!(reduced.len() < wasm.len());
        let (before, after) = (ModuleInfo::parse(&wasm).unwrap(), ModuleInfo::parse(&reduced).unwrap());
        assert_eq!(format!("{:?}", before.exports), format!("{:?}", after.exports));
        assert_eq!(format!("{:?}", before.imports), format!("{:?}", after.imports));
        assert_eq!(before.func_names, after.func_names);
        assert_eq!(before.custom_sections.len(), after.custom_sections.len());
    }
    #[test]
    fn another_stamp_is_refused() {
        let sealed = Envelope { stamp: b"wasmi 1", wasm: b"", rewriting: b"", code: b"" }.seal().unwrap();
        let envelope = Envelope::open(&sealed).unwrap();
        envelope.check_stamp("wasmi 1").unwrap();
        let error = envelope.check_stamp("wasmi 2").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Incompatible);
        assert_eq!(error.message, "the module was serialized by wasmi 1, but this is wasmi 2: compile it again");
        let error = Envelope::open(b"\0asm").err().unwrap();
        assert_eq!(error.message, "not a serialized module: the first bytes are not anywasm's mark");
    }
}
