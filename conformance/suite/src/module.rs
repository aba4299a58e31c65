//! The description of a module for the runner, which the runner uses before it compiles the module.

use crate::{adapter, features};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use wasmparser::{CompositeInnerType, ExternalKind, Parser, Payload, TypeRef};

/// The offset and length of bytes in the `.bin` file.
pub type Place = (usize, usize);

/// The description of a module.
#[derive(Serialize)]
pub struct Described {
    bytes: Place,
    /// The proposals that the module needs, as [`features::needs`] finds them. For a module in the text format, those
    /// of the encoded module.
    needs: Vec<&'static str>,
    /// Whether the module is valid with all proposals together. If the suite expects an invalid module, the needed
    /// proposals have made it valid.
    valid: bool,
    /// Modules that pass values which Python or `wasm.h` cannot pass, by kind.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    adapters: BTreeMap<&'static str, Place>,
    /// The types of exported functions and globals.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    exports: BTreeMap<String, Export>,
}

/// The type of an export.
#[derive(Serialize, Clone, Debug)]
#[serde(untagged)]
pub enum Export {
    Func { params: Vec<String>, results: Vec<String> },
    Global { global: String },
}

/// A module of a file.
pub struct Source<'a> {
    pub contents: &'a [u8],
    /// Whether the module is in the text format.
    pub text: bool,
    /// Whether the suite expects an error for the module.
    pub refused: bool,
}

/// Describes a module and appends its bytes to `bytes`. `fields` are the exports that commands use.
pub fn describe(source: &Source<'_>, fields: &BTreeSet<&str>, bytes: &mut Vec<u8>) -> Described {
    let Source { contents, text, refused } = *source;
    let mut place = |contents: &[u8]| {
        let at = bytes.len();
        bytes.extend_from_slice(contents);
        (at, contents.len())
    };
    let mut described = Described {
        bytes: place(contents),
        needs: Vec::new(),
        valid: false,
        adapters: BTreeMap::new(),
        exports: BTreeMap::new(),
    };
    let encoded = if text { encode(contents) } else { Some(contents.to_vec()) };
    let Some(wasm) = encoded else { return described };
    (described.needs, described.valid) = features::needs(&wasm, !refused);
    if text || !described.valid {
        return described;
    }
    let Ok(exports) = Exports::read(&wasm) else { return described };
    for kind in adapter::Kind::ALL {
        if let Some(adapter) = adapter::make(&exports, fields, kind) {
            let problem = features::problem(&adapter);
            assert!(problem.is_none(), "an adapter of kind {} is not valid: {problem:?}", kind.name());
            described.adapters.insert(kind.name(), place(&adapter));
        }
    }
    described.exports = exports.list.iter().map(|export| (export.name.clone(), export.describe())).collect();
    described
}

/// Converts a module in the text format to the binary format. Returns `None` if the text is invalid.
fn encode(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    let buffer = wast::parser::ParseBuffer::new(text).ok()?;
    wast::parser::parse::<wast::Wat<'_>>(&buffer).ok()?.encode().ok()
}

/// An exported function or global.
pub struct Exported {
    pub name: String,
    pub item: Item,
}

/// The type of an exported function or global.
pub enum Item {
    /// The index of the function's type, and the type.
    Func(u32, wasmparser::FuncType),
    Global(wasmparser::GlobalType),
}

impl Exported {
    fn describe(&self) -> Export {
        let all = |types: &[wasmparser::ValType]| types.iter().map(ToString::to_string).collect();
        match &self.item {
            Item::Func(_, ty) => Export::Func { params: all(ty.params()), results: all(ty.results()) },
            Item::Global(ty) => Export::Global { global: ty.content_type.to_string() },
        }
    }
}

/// The exported functions and globals of a valid module, with its type section.
#[derive(Default)]
pub struct Exports<'a> {
    pub types: Option<wasmparser::TypeSectionReader<'a>>,
    /// For each type, whether it is a function type.
    pub functions: Vec<bool>,
    pub list: Vec<Exported>,
}

impl<'a> Exports<'a> {
    fn read(wasm: &'a [u8]) -> wasmparser::Result<Self> {
        let mut exports = Self::default();
        let mut types: Vec<wasmparser::SubType> = Vec::new();
        let mut funcs = Vec::new();
        let mut globals = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(section) => {
                    for group in section.clone() {
                        types.extend(group?.types().cloned());
                    }
                    exports.types = Some(section);
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        match import?.ty {
                            TypeRef::Func(index) | TypeRef::FuncExact(index) => funcs.push(index),
                            TypeRef::Global(ty) => globals.push(ty),
                            _ => {}
                        }
                    }
                }
                Payload::FunctionSection(section) => {
                    for index in section {
                        funcs.push(index?);
                    }
                }
                Payload::GlobalSection(section) => {
                    for global in section {
                        globals.push(global?.ty);
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        let index = export.index as usize;
                        let item = match export.kind {
                            ExternalKind::Func | ExternalKind::FuncExact => {
                                Item::Func(funcs[index], types[funcs[index] as usize].unwrap_func().clone())
                            }
                            ExternalKind::Global => Item::Global(globals[index]),
                            _ => continue,
                        };
                        exports.list.push(Exported { name: export.name.to_owned(), item });
                    }
                }
                _ => {}
            }
        }
        exports.functions =
            types.iter().map(|ty| matches!(ty.composite_type.inner, CompositeInnerType::Func(_))).collect();
        Ok(exports)
    }
}
