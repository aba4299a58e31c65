//! The format of a serialized module: the compiled code of an engine in an envelope, with the data to check and to
//! describe the module.
//!
//! Engines do not check compiled code when they load it. The envelope therefore contains a stamp, which names the
//! engine, its version and its options, and a checksum. Damaged bytes and code of another engine are refused before the
//! engine gets them. The checks do not help against forged bytes: never load a serialized module from an untrusted
//! source.
//!
//! Layout, with little-endian integers: magic number, checksum of the rest (u32), and three byte strings, each with its
//! length (u32) in front: the stamp, the module, and the serialization of the engine. The module is complete if the
//! engine cannot serialize, and otherwise without its code.

use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::wasm::binary::{leb128, section};
use wasmparser::{Parser, Payload};

const MAGIC: &[u8; 8] = b"\x7fanywasm";

/// The parts of a serialized module.
pub struct Envelope<'a> {
    /// The name of the engine, its version and its options.
    pub stamp: &'a [u8],
    /// The module in the binary format, complete or [without its code](without_code).
    pub wasm: &'a [u8],
    /// The serialization of the engine. Empty if the engine cannot serialize.
    pub code: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Returns the serialized module.
    pub fn seal(&self) -> Result<Vec<u8>> {
        let mut body = Vec::with_capacity(12 + self.stamp.len() + self.wasm.len() + self.code.len());
        for part in [self.stamp, self.wasm, self.code] {
            let Ok(length) = u32::try_from(part.len()) else { fail!(Engine, "a module of 4 GiB cannot be serialized") };
            body.extend_from_slice(&length.to_le_bytes());
            body.extend_from_slice(part);
        }
        let mut sealed = MAGIC.to_vec();
        sealed.extend_from_slice(&crc32fast::hash(&body).to_le_bytes());
        sealed.append(&mut body);
        Ok(sealed)
    }

    /// Returns the parts of a serialized module. Fails if the bytes are damaged.
    pub fn open(bytes: &'a [u8]) -> Result<Self> {
        let Some(rest) = bytes.strip_prefix(MAGIC) else {
            fail!(Incompatible, "not a serialized module: the first bytes are not anywasm's mark");
        };
        let damaged = || Error::new(ErrorKind::Incompatible, "the serialized module is damaged or cut off");
        let (checksum, mut rest) = rest.split_first_chunk::<4>().ok_or_else(damaged)?;
        if crc32fast::hash(rest) != u32::from_le_bytes(*checksum) {
            return Err(damaged());
        }
        let mut part = || {
            let (length, tail) = rest.split_first_chunk::<4>()?;
            let (part, tail) = tail.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            rest = tail;
            Some(part)
        };
        let mut next = || part().ok_or_else(damaged);
        Ok(Self { stamp: next()?, wasm: next()?, code: next()? })
    }

    /// Fails unless the stamp is `ours`, the stamp of this engine, version and options.
    pub fn check_stamp(&self, ours: &str) -> Result<()> {
        if self.stamp != ours.as_bytes() {
            let theirs = String::from_utf8_lossy(self.stamp);
            fail!(Incompatible, "the module was serialized by {theirs}, but this is {ours}: compile it again");
        }
        Ok(())
    }
}

/// Returns a module without its code, data and elements. Types, imports, exports, the start section, names and custom
/// sections stay. Each function gets an empty body, because a module with a function section must have a code section.
pub fn without_code(wasm: &[u8]) -> Vec<u8> {
    let mut out = wasm[..8.min(wasm.len())].to_vec();
    for payload in Parser::new(0).parse_all(wasm).map_while(std::result::Result::ok) {
        let unchanged = match &payload {
            Payload::CodeSectionStart { count, .. } => {
                empty_bodies(&mut out, *count as usize);
                None
            }
            Payload::DataSection(_) | Payload::ElementSection(_) => None,
            Payload::DataCountSection { .. } => None,
            other => other.as_section(),
        };
        if let Some((id, range)) = unchanged {
            section(&mut out, id, &wasm[range]);
        }
    }
    out
}

/// Appends a code section with `count` empty bodies.
fn empty_bodies(out: &mut Vec<u8>, count: usize) {
    // A body: its size, the number of groups of locals, and `end`.
    const BODY: [u8; 3] = [2, 0, 0x0b];
    let mut bodies = Vec::new();
    leb128(&mut bodies, count);
    bodies.extend(BODY.repeat(count));
    section(out, 10, &bodies);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::module_info::ModuleInfo;

    #[test]
    fn damage_anywhere_is_noticed() {
        let sealed = Envelope { stamp: b"e 1", wasm: b"w", code: b"machine code" }.seal().unwrap();
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
        let sealed = Envelope { stamp: b"wasmi 1", wasm: b"", code: b"" }.seal().unwrap();
        let envelope = Envelope::open(&sealed).unwrap();
        envelope.check_stamp("wasmi 1").unwrap();
        let error = envelope.check_stamp("wasmi 2").unwrap_err();
        assert_eq!(error.kind, ErrorKind::Incompatible);
        assert_eq!(error.message, "the module was serialized by wasmi 1, but this is wasmi 2: compile it again");
        let error = Envelope::open(b"\0asm").err().unwrap();
        assert_eq!(error.message, "not a serialized module: the first bytes are not anywasm's mark");
    }
}
