//! Generates the properties of Python's class `Config` from the table of engine options.

use crate::python::{assign_call, literal, tuple};
use crate::{documentation, parse, string};
use std::path::Path;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Token};

/// Path of the generated file, relative to the root of the checkout.
pub const FILE: &str = "python/anywasm/wasmtime/_options.py";

/// Path of the file with the table, relative to the root of the checkout.
const TABLE: &str = "src/base/option_table.rs";

/// A row of the table, which defines one option.
#[derive(PartialEq, Debug)]
struct Row {
    documentation: String,
    name: String,
    /// Name of the function that creates the row, such as `switch`. The function determines which values the option
    /// accepts.
    domain: String,
    /// Values that the option accepts if the domain is `choice`. Otherwise empty.
    choices: Vec<String>,
    /// Whether the generator writes a property of `Config` for the option.
    has_property: bool,
}

/// Returns the text of the generated file.
pub fn generate(root: &Path) -> String {
    python_file(&rows(&parse(&root.join(TABLE))))
}

/// Returns the rows in the macro call `options! { ... }` in the file with the table.
fn rows(file: &syn::File) -> Vec<Row> {
    let calls = file.items.iter().filter_map(|item| match item {
        syn::Item::Macro(item) if item.mac.path.is_ident("options") => Some(&item.mac),
        _ => None,
    });
    let [call] = calls.collect::<Vec<_>>()[..] else { panic!("{TABLE} does not have one `options! {{ ... }}`") };
    call.parse_body::<Rows>().unwrap_or_else(|e| panic!("{TABLE}: {e}")).0
}

/// All rows of the table, as `syn` parses them in the macro call.
struct Rows(Vec<Row>);

impl Parse for Rows {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut rows = Vec::new();
        while !input.is_empty() {
            let attributes = input.call(syn::Attribute::parse_outer)?;
            let expression: Expr = input.parse()?;
            input.parse::<Token![;]>()?;
            rows.push(Row::new(&documentation(&attributes), &expression)?);
        }
        Ok(Self(rows))
    }
}

impl Row {
    /// Returns the row that an expression such as `switch("consume_fuel").requires(cap::FUEL)` defines.
    fn new(documentation: &str, mut expression: &Expr) -> syn::Result<Self> {
        let mut has_property = true;
        while let Expr::MethodCall(call) = expression {
            has_property &= call.method != "without_property";
            expression = &call.receiver;
        }
        let error = |text| Err(syn::Error::new_spanned(expression, text));
        let Expr::Call(call) = expression else { return error("a row begins with the call of a function") };
        let Expr::Path(function) = &*call.func else { return error("a row begins with the call of a function") };
        let Some(name) = call.args.first().and_then(string) else { return error("the first argument is a name") };
        Ok(Self {
            documentation: documentation.to_owned(),
            name,
            domain: function.path.require_ident()?.to_string(),
            choices: call.args.iter().nth(1).map(strings).unwrap_or_default(),
            has_property,
        })
    }

    /// Returns the Python code that defines the property.
    fn property(&self) -> String {
        let mut arguments = vec![literal(&self.name), literal(&self.documentation)];
        let function = match self.domain.as_str() {
            "proposal" | "switch" => "switch_property",
            "size" | "percent" => "size_property",
            "target" => "target_property",
            "choice" => {
                arguments.insert(1, tuple(&self.choices));
                "choice_property"
            }
            domain => panic!("the option `{}`: there is no property for the domain `{domain}`", self.name),
        };
        assign_call(&self.name, function, &arguments)
    }
}

/// Returns the texts in an expression such as `&["a", "b"]`. Returns an empty list for any other expression.
fn strings(expression: &Expr) -> Vec<String> {
    match expression {
        Expr::Reference(reference) => match &*reference.expr {
            Expr::Array(array) => array.elems.iter().filter_map(string).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Returns the text of the Python file with a property for each row.
fn python_file(rows: &[Row]) -> String {
    let properties: String = rows.iter().filter(|row| row.has_property).map(Row::property).collect();
    format!(
        "\"\"\"The properties of `Config`. Generated from {TABLE} by `make header`; do not edit.\"\"\"\n\n\
         from __future__ import annotations\n\n\
         from anywasm.wasmtime.option_properties import (\n    OptionValues,\n    choice_property,\n    \
         size_property,\n    switch_property,\n    target_property,\n)\n\n\n\
         class OptionProperties(OptionValues):\n    \"\"\"A property for each option of an engine.\"\"\"\n\n{properties}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows_of(table: &str) -> Vec<Row> {
        rows(&syn::parse_str(&format!("options! {{ {table} }}")).unwrap())
    }

    #[test]
    fn a_row_is_one_property() {
        let table = "/// Whether a\n/// thing happens.\n switch(\"thing\").requires(cap::FUEL).in_stamp();";
        assert!(
            python_file(&rows_of(table))
                .ends_with("\n\n    thing = switch_property(\"thing\", \"Whether a thing happens.\")\n")
        );
        let proposals = rows_of("/// Whether modules may.\n proposal(\"wasm_x\", WasmFeatures::X);");
        assert_eq!(proposals[0].property(), "    wasm_x = switch_property(\"wasm_x\", \"Whether modules may.\")\n");
    }

    #[test]
    fn a_choice_has_its_choices() {
        let rows = rows_of("/// A colour.\n choice(\"colour\", &[\"red\", \"green\"]).ignorable();");
        assert_eq!(
            rows[0].property(),
            "    colour = choice_property(\"colour\", (\"red\", \"green\"), \"A colour.\")\n"
        );
    }

    #[test]
    fn an_option_can_have_no_property() {
        let rows = rows_of("/// Hidden.\n text(\"hidden\").ignorable().without_property();");
        assert!(!rows[0].has_property);
        assert!(!python_file(&rows).contains("hidden"));
    }

    #[test]
    #[should_panic(expected = "there is no property for the domain `text`")]
    fn a_domain_without_property_is_an_error() {
        rows_of("/// A text.\n text(\"some\");")[0].property();
    }

    #[test]
    #[should_panic(expected = "the first argument is a name")]
    fn a_name_that_is_no_literal_is_an_error() {
        rows_of("/// Whether.\n switch(NAME);");
    }
}
