//! Generates Python constants for the numbers that the shim and Python share. The sources are enumerations in Rust and
//! constants in the C header.

use crate::python::{INDENT, comment, docstring};
use crate::{documentation, parse};
use std::path::Path;
use syn::{Expr, ExprLit, Lit};

/// Path of the generated file, relative to the root of the checkout.
pub const FILE: &str = "python/anywasm/core/_constants.py";

/// A Rust enumeration for which the generator writes a Python class.
struct Enumeration {
    /// Path of the Rust file, relative to `src`.
    file: &'static str,
    /// Name of the enumeration in Rust.
    name: &'static str,
    /// Name of the class in Python.
    class: &'static str,
    /// Base class of the Python class.
    base: &'static str,
    /// Function that returns the Python name of a variant.
    variant_name: fn(&str) -> String,
}

const ENUMERATIONS: &[Enumeration] = &[
    Enumeration {
        file: "base/error.rs",
        name: "ErrorKind",
        class: "ErrorKind",
        base: "enum.IntEnum",
        variant_name: upper_snake,
    },
    Enumeration {
        file: "base/trap.rs",
        name: "TrapCode",
        class: "TrapCode",
        base: "TrapCodeBase",
        variant_name: upper_snake,
    },
    // The text format writes `funcref` and `externref` as one word, so the Python names have no underscore.
    Enumeration {
        file: "base/types.rs",
        name: "ValType",
        class: "ValType",
        base: "ValTypeBase",
        variant_name: str::to_uppercase,
    },
    Enumeration {
        file: "wasi/calls.rs",
        name: "Version",
        class: "WasiVersion",
        base: "enum.IntEnum",
        variant_name: upper_snake,
    },
];

/// Beginning of each header line that defines a constant for Python.
const PREFIX: &str = "#define AW_WASI_";

/// Returns the text of the generated file. `header` is the text of `src/anywasm.h`.
pub fn generate(root: &Path, header: &str) -> String {
    let mut text = String::from(
        "\"\"\"Numbers that the shim and this package share. Generated from the Rust code by `make header`; do not edit.\"\"\"\n\n\
         from __future__ import annotations\n\nimport enum\n\n\
         from anywasm.core.enum_bases import TrapCodeBase, ValTypeBase\n",
    );
    for enumeration in ENUMERATIONS {
        let path = root.join("src").join(enumeration.file);
        text += "\n\n";
        text += &class(enumeration, &parse(&path)).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()));
    }
    text + "\n\n" + &defines(header)
}

/// Returns the Python class for an enumeration. `file` is the Rust file that contains the enumeration.
fn class(enumeration: &Enumeration, file: &syn::File) -> Result<String, String> {
    let Enumeration { name, class, base, variant_name, .. } = enumeration;
    let item = file.items.iter().find_map(|item| match item {
        syn::Item::Enum(item) if item.ident == name => Some(item),
        _ => None,
    });
    let item = item.ok_or(format!("there is no enum `{name}`"))?;
    let summary = without_links(&documentation(&item.attrs));
    let mut text = format!("class {class}({base}):\n{}\n", docstring(INDENT, &summary));
    let mut next_number = 0;
    for variant in &item.variants {
        let number = match &variant.discriminant {
            None => next_number.to_string(),
            Some((_, Expr::Lit(ExprLit { lit: Lit::Int(number), .. }))) => upper_case_hex(&number.to_string()),
            Some(_) => return Err(format!("`{name}::{}` is not a plain number", variant.ident)),
        };
        next_number = parse_number(&number)? + 1;
        text += &comment(INDENT, &without_links(&documentation(&variant.attrs)));
        text += &format!("{INDENT}{} = {number}\n", variant_name(&variant.ident.to_string()));
    }
    Ok(text)
}

/// Returns Python constants for the constants of the header, with the same comments.
fn defines(header: &str) -> String {
    let mut text = String::new();
    let mut comment_text = String::new();
    for line in header.lines() {
        if let Some(line_text) = line.strip_prefix("// ") {
            comment_text += line_text;
            comment_text.push(' ');
            continue;
        }
        if let Some((name, number)) = line.strip_prefix(PREFIX).and_then(|rest| rest.split_once(' ')) {
            text += &comment("", comment_text.trim_end());
            text += &format!("WASI_{name} = {number}\n");
        }
        comment_text.clear();
    }
    assert!(!text.is_empty(), "the header has no {PREFIX}NAME");
    text
}

/// Returns documentation in which rustdoc links such as ``[`Error`]`` are plain code such as `Error`.
fn without_links(documentation: &str) -> String {
    documentation.replace("[`", "`").replace("`]", "`")
}

/// Returns a number with upper-case hexadecimal digits, as `ruff format` requires.
fn upper_case_hex(number: &str) -> String {
    number.strip_prefix("0x").map_or(number.to_owned(), |digits| format!("0x{}", digits.to_uppercase()))
}

/// Returns the value of a decimal or hexadecimal number.
fn parse_number(number: &str) -> Result<u64, String> {
    let parsed = match number.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => number.parse(),
    };
    parsed.map_err(|e| format!("{number}: {e}"))
}

/// Returns `OUT_OF_FUEL` for `OutOfFuel`.
fn upper_snake(name: &str) -> String {
    let mut text = String::new();
    for char in name.chars() {
        if char.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(char.to_ascii_uppercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class_of(variant_name: fn(&str) -> String, source: &str) -> Result<String, String> {
        let enumeration =
            Enumeration { file: "x.rs", name: "Kind", class: "PyKind", base: "enum.IntEnum", variant_name };
        class(&enumeration, &syn::parse_str(source).unwrap())
    }

    #[test]
    fn an_enumeration_is_a_class() {
        let source = "/// A kind; see [`Error`].\nenum Kind { /// First.\n OutOfFuel, AnyRef = 0x7f, Next }";
        let expected = "class PyKind(enum.IntEnum):\n    \"\"\"A kind; see `Error`.\"\"\"\n\n    #: First.\n    \
                        OUT_OF_FUEL = 0\n    ANY_REF = 0x7F\n    NEXT = 128\n";
        assert_eq!(class_of(upper_snake, source).unwrap(), expected);
        assert!(class_of(str::to_uppercase, source).unwrap().contains("ANYREF = 0x7F"));
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        assert_eq!(class_of(upper_snake, "enum Other {}").unwrap_err(), "there is no enum `Kind`");
        assert_eq!(class_of(upper_snake, "enum Kind { A = B }").unwrap_err(), "`Kind::A` is not a plain number");
    }

    #[test]
    fn the_headers_constants_keep_their_comments() {
        let header = "// A function.\n#define AW_FUNC 0\n\n// Files may\n// be read.\n#define AW_WASI_READ 4\n";
        assert_eq!(defines(header), "#: Files may be read.\nWASI_READ = 4\n");
    }
}
