//! Reads `engines.toml`, and finds the engine that cargo's features select.

use crate::feature;
use std::fs::read_to_string;
use toml::{Table, Value};

const FILE: &str = "engines.toml";

/// The selected engine.
pub struct Engine {
    pub name: String,
    /// The crate and the name of its library; `None` for a library of the system.
    pub linked: Option<(String, String)>,
    pub header: String,
    pub compilers: Vec<String>,
    /// Text to print, for a variant that has one.
    pub notice: Option<String>,
}

/// Returns the selected engine, or the message of the compile error if the number of selected engines is not one.
pub fn selected() -> Result<Engine, String> {
    println!("cargo:rerun-if-changed={FILE}");
    let text = read_to_string(FILE).unwrap_or_else(|e| panic!("{FILE}: {e}"));
    let table: Table = text.parse().unwrap_or_else(|e| panic!("{FILE}: {e}"));
    let rows = tables(&table, "engine");
    let mut selected = rows.iter().filter(|row| is_selected(row));
    match (selected.next(), selected.next()) {
        (Some(row), None) => Ok(engine(row)),
        (None, _) => Err(none_selected(&rows)),
        (Some(_), Some(_)) => Err("more than one engine chosen: each defines the same `wasm_*` symbols, so build one \
                                   library for each engine"
            .into()),
    }
}

fn none_selected(rows: &[&Table]) -> String {
    let names: Vec<_> = rows.iter().map(|row| text(row, "name")).collect();
    let (last, others) = names.split_last().expect("engines.toml has at least one engine");
    format!("choose one engine: --features {} or {last} (each is its own library)", others.join(", "))
}

/// The row of an engine, changed by the row of its variant if a feature selects that.
fn engine(row: &Table) -> Engine {
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

fn is_selected(row: &Table) -> bool {
    feature(&text(row, "name").to_uppercase().replace('-', "_"))
}

/// Returns an array of tables; empty if the key is missing.
fn tables<'a>(table: &'a Table, key: &str) -> Vec<&'a Table> {
    table.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table).collect()
}

fn text<'a>(row: &'a Table, key: &str) -> &'a str {
    row.get(key).and_then(Value::as_str).unwrap_or_else(|| panic!("{FILE}: a row has no text `{key}`: {row:?}"))
}
