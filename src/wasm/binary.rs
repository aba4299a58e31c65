//! Functions that write parts of a module in the binary format (core spec, "Binary Format").

/// Appends a section to `out`: the section's id, the size of its contents in bytes, and the contents.
pub fn push_section(out: &mut Vec<u8>, id: u8, contents: &[u8]) {
    out.push(id);
    push_leb128(out, contents.len());
    out.extend_from_slice(contents);
}

/// Appends an unsigned integer to `out`, in LEB128 with as few bytes as possible.
pub fn push_leb128(out: &mut Vec<u8>, mut value: usize) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmparser::BinaryReader;

    #[test]
    fn integers_use_as_few_bytes_as_possible() {
        let cases = [(0, 1), (0x7f, 1), (0x80, 2), (0x3fff, 2), (0x4000, 3), (u32::MAX as usize, 5)];
        for (value, len) in cases {
            let mut bytes = Vec::new();
            push_leb128(&mut bytes, value);
            assert_eq!(bytes.len(), len, "{value:#x}");
            assert_eq!(BinaryReader::new(&bytes, 0).read_var_u32().unwrap() as usize, value);
        }
    }

    #[test]
    fn a_section_is_appended() {
        let mut out = vec![9];
        push_section(&mut out, 1, &[7; 200]);
        assert_eq!((&out[..4], out.len()), ([9, 1, 0xc8, 1].as_slice(), 204));
    }
}
