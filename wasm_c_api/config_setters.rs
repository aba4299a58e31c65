//! Generates tables of the functions that set options of a wasmtime configuration. The shim looks up these setters by
//! the name of the option.

/// Returns the Rust code of two tables for `bindings.rs`. `bindings` is the code that bindgen has generated. The first
/// table contains the functions `wasmtime_config_NAME_set` that take a bool. The second table contains those that take
/// a number of bytes as a `u64`.
pub fn table_code(bindings: &str) -> String {
    one_table("WASMTIME_CONFIG_SWITCHES", "bool", bindings) + &one_table("WASMTIME_CONFIG_SIZES", "u64", bindings)
}

/// Returns the code of the table `table`, with the setters whose value has the type `value_type`.
fn one_table(table: &str, value_type: &str, bindings: &str) -> String {
    let names: Vec<_> =
        bindings.split("pub fn wasmtime_config_").skip(1).filter_map(|text| option_name(text, value_type)).collect();
    assert!(!names.is_empty(), "bindgen wrote no wasmtime_config_NAME_set that takes a {value_type}");
    let rows: String = names.iter().map(|name| format!("    ({name:?}, wasmtime_config_{name}_set),\n")).collect();
    format!("pub const {table}: &[(&str, unsafe extern \"C\" fn(*mut wasm_config_t, {value_type}))] = &[\n{rows}];\n")
}

/// Returns NAME if `text` begins with `NAME_set(config, value)` and the value has the type `value_type`.
fn option_name<'a>(text: &'a str, value_type: &str) -> Option<&'a str> {
    let (name, after_name) = text.split_once("_set(")?;
    let (parameters, _) = after_name.split_once(')')?;
    let (_, last_type) = parameters.trim_end().trim_end_matches(',').rsplit_once(':')?;
    // If `text` begins with another function, `split_once` has found a later setter. `name` then contains characters
    // that a name cannot contain.
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_name && last_type.trim() == value_type).then_some(name)
}
