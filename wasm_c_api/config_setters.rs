//! Lists the setters of wasmtime's configuration by name, so that the shim finds the setter of an option.

/// Returns the code of two tables for `bindings.rs`, made from the functions `wasmtime_config_NAME_set` that are bound.
/// One table has the setters that take a bool, the other has those that take a number of bytes as `u64`.
pub fn tables(bindings: &str) -> String {
    table("WASMTIME_CONFIG_SWITCHES", "bool", bindings) + &table("WASMTIME_CONFIG_SIZES", "u64", bindings)
}

fn table(table: &str, value: &str, bindings: &str) -> String {
    let names: Vec<_> =
        bindings.split("pub fn wasmtime_config_").skip(1).filter_map(|text| name(text, value)).collect();
    assert!(!names.is_empty(), "bindgen wrote no wasmtime_config_NAME_set that takes a {value}");
    let rows: String = names.iter().map(|name| format!("    ({name:?}, wasmtime_config_{name}_set),\n")).collect();
    format!("pub const {table}: &[(&str, unsafe extern \"C\" fn(*mut wasm_config_t, {value}))] = &[\n{rows}];\n")
}

/// Returns NAME if `text` begins with `NAME_set(config, value)` and the value has this type.
fn name<'a>(text: &'a str, value: &str) -> Option<&'a str> {
    let (name, rest) = text.split_once("_set(")?;
    let (parameters, _) = rest.split_once(')')?;
    let (_, last) = parameters.trim_end().trim_end_matches(',').rsplit_once(':')?;
    // Text that does not begin with a setter contains one further on, behind other characters than those of a name.
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (is_name && last.trim() == value).then_some(name)
}
