//! Writing the binary format (core spec, "Binary Format").

/// A section: its id, its size, its contents.
pub fn section(out: &mut Vec<u8>, id: u8, contents: &[u8]) {
    out.push(id);
    leb128(out, contents.len());
    out.extend_from_slice(contents);
}

/// A number in as few bytes as it needs.
pub fn leb128(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
