//! Generators that write Python files from the shim's Rust sources. The program `header` calls the generators, and
//! writes or checks the files.

pub mod constants;
pub mod options;
pub mod python;

use std::fs;
use std::path::Path;

/// Makes cargo rebuild this crate if the shared build folder contains the crate as another checkout has built it. The
/// Makefile sets the variable.
const _: Option<&str> = option_env!("ANYWASM_CHECKOUT");

/// Parses a Rust source file. Panics if the file cannot be read or parsed.
fn parse(path: &Path) -> syn::File {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Returns the text of the documentation comments among these attributes, joined to one line.
fn documentation(attributes: &[syn::Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => string(&pair.value),
        _ => None,
    });
    lines.map(|line| line.trim().to_owned()).collect::<Vec<_>>().join(" ")
}

/// Returns the value of a string literal, or `None` for any other expression.
fn string(expression: &syn::Expr) -> Option<String> {
    match expression {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}
