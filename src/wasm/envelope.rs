//! What a serialized module is: the engine's code with what is needed to know that it fits, and to introspect it.
//!
//! An engine trusts the code it is given back. So the envelope says which engine in which version wrote it, for which
//! options, and carries a checksum: anything that does not fit, or is damaged, is refused before an engine sees it.
//! Bytes from an untrusted source must never be loaded: no check can tell good machine code from bad.
//!
//! Layout: magic, checksum of the rest (u32), then as length-prefixed (u32) byte strings: the stamp, the wasm (whole
//! where the engine cannot serialize, else without its code), the engine's bytes. Integers are little-endian.

use crate::base::error::{Error, ErrorKind, Result, fail};
use crate::wasm::binary::{leb128, section};
use wasmparser::{Parser, Payload};

const MAGIC: &[u8; 8] = b"\x7fanywasm";

/// The parts of a serialized module.
pub struct Envelope<'a> {
    /// Names the engine, its version and its options.
    pub stamp: &'a [u8],
    /// The module's wasm, or what introspection needs of it.
    pub wasm: &'a [u8],
    /// The engine's own serialization; empty where it has none.
    pub code: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// The parts as one byte string.
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

    /// The parts of `bytes`, checked for damage.
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

    /// Refuses bytes that another engine, version or set of options wrote.
    pub fn check_stamp(&self, ours: &str) -> Result<()> {
        if self.stamp != ours.as_bytes() {
            let theirs = String::from_utf8_lossy(self.stamp);
            fail!(Incompatible, "the module was serialized by {theirs}, but this is {ours}: compile it again");
        }
        Ok(())
    }
}

/// The module without its code and data: types, imports, exports, start section, names and custom sections stay, and
/// each function gets an empty body, since a module whose function section has no code section cannot be read.
pub fn without_code(wasm: &[u8]) -> Vec<u8> {
    let mut kept = wasm[..8.min(wasm.len())].to_vec();
    for payload in Parser::new(0).parse_all(wasm).map_while(std::result::Result::ok) {
        let kept_section = match &payload {
            Payload::CodeSectionStart { count, .. } => {
                empty_bodies(&mut kept, *count as usize);
                None
            }
            Payload::DataSection(_) | Payload::ElementSection(_) => None,
            Payload::DataCountSection { .. } => None,
            other => other.as_section(),
        };
        if let Some((id, range)) = kept_section {
            section(&mut kept, id, &wasm[range]);
        }
    }
    kept
}

fn empty_bodies(out: &mut Vec<u8>, count: usize) {
    // A body: its size, no locals, `end`.
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
    fn introspection_survives_without_code() {
        let wasm = wat::parse_str(
            r#"(module $m (import "a" "b" (func)) (memory (export "mem") 1) (data (i32.const 0) "0123456789")
                 (func $f (export "f") (result i32) (i32.const 7)) (@custom "note" "hi"))"#,
        )
        .unwrap();
        let kept = without_code(&wasm);
        assert!(kept.len() < wasm.len());
        let (before, after) = (ModuleInfo::parse(&wasm).unwrap(), ModuleInfo::parse(&kept).unwrap());
        assert_eq!(format!("{:?}", before.exports), format!("{:?}", after.exports));
        assert_eq!(format!("{:?}", before.imports), format!("{:?}", after.imports));
        assert_eq!(before.func_names, after.func_names);
        assert_eq!(before.custom_sections.len(), after.custom_sections.len());
    }
}
