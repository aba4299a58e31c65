//! Reads `engines.toml` and determines the engine that cargo's features select.

use crate::has_feature;
use std::fs::read_to_string;
use toml::{Table, Value};

const FILE: &str = "engines.toml";

/// The selected engine.
pub struct Engine {
    pub name: String,
    /// The name of the engine's package and the name of its Rust library. `None` if the engine is a library of the
    /// system.
    pub linked: Option<(String, String)>,
    /// The header from which the bindings are generated.
    pub header: String,
    /// The compilers that are linked in, if the engine's C API can choose one. The default compiler comes first.
    pub compilers: Vec<String>,
    /// The text that the build prints, if the engine has such a text.
    pub notice: Option<String>,
}

/// Returns the selected engine. If no engine is selected, or several are, returns the message for the compile error.
pub fn selected_engine() -> Result<Engine, String> {
    println!("cargo:rerun-if-changed={FILE}");
    let text = read_to_string(FILE).unwrap_or_else(|e| panic!("{FILE}: {e}"));
    let table: Table = text.parse().unwrap_or_else(|e| panic!("{FILE}: {e}"));
    let rows = tables(&table, "engine");
    let mut selected = rows.iter().filter(|row| is_selected(row));
    match (selected.next(), selected.next()) {
        (Some(row), None) => Ok(engine_from_row(row)),
        (None, _) => Err(none_selected_message(&rows)),
        (Some(_), Some(_)) => Err("more than one engine chosen: each defines the same `wasm_*` symbols, so build one \
                                   library for each engine"
            .into()),
    }
}

fn none_selected_message(rows: &[&Table]) -> String {
    let names: Vec<_> = rows.iter().map(|row| text(row, "name")).collect();
    let (last, others) = names.split_last().expect("engines.toml has at least one engine");
    format!("choose one engine: --features {} or {last} (each is its own library)", others.join(", "))
}

/// Returns the engine that `row` describes. If a feature selects a variant of the engine, the compilers and the notice
/// of the variant are used.
fn engine_from_row(row: &Table) -> Engine {
    let variant = tables(row, "variant").into_iter().find(|variant| is_selected(variant));
    let compilers = variant.unwrap_or(row).get("compilers").and_then(Value::as_array);
    Engine {
        name: text(row, "name").into(),
        linked: row.contains_key("crate").then(|| (text(row, "crate").into(), text(row, "lib").into())),
        header: text(row, "header").into(),
        compilers: compilers.into_iter().flatten().filter_map(Value::as_str).map(String::from).collect(),
        notice: variant.filter(|variant| variant.contains_key("notice")).map(|variant| text(variant, "notice").into()),
    }
}

/// Returns whether the feature with the name of the row is set.
fn is_selected(row: &Table) -> bool {
    has_feature(&text(row, "name").to_uppercase().replace('-', "_"))
}

/// Returns the array of tables at `key`. Returns an empty vector if the key is missing.
fn tables<'a>(table: &'a Table, key: &str) -> Vec<&'a Table> {
    table.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table).collect()
}

/// Returns the text at `key`. Panics if the key is missing.
fn text<'a>(row: &'a Table, key: &str) -> &'a str {
    row.get(key).and_then(Value::as_str).unwrap_or_else(|| panic!("{FILE}: a row has no text `{key}`: {row:?}"))
}
