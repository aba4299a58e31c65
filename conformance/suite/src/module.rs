//! The description of a module. The runner needs the description before it compiles the module.

use crate::{adapter, features};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use wasmparser::{CompositeInnerType, ExternalKind, Parser, Payload, TypeRef};

/// The offset and the length of a module's bytes in the `.bin` file.
pub type ByteRange = (usize, usize);

/// The description of a module.
#[derive(Serialize)]
pub struct Description {
    bytes: ByteRange,
    /// The proposals that the module needs (see [`features::needs`]). A module in the text format is converted to the
    /// binary format to find them.
    needs: Vec<&'static str>,
    /// Whether the module is valid with all proposals together. A module can be valid although the suite expects an
    /// error: the suite is older than the proposals in `needs`, which make the module valid.
    valid: bool,
    /// The adapters, by kind. An adapter is a module that passes values that Python or `wasm.h` cannot pass.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    adapters: BTreeMap<&'static str, ByteRange>,
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

/// A module of a file, from which [`describe`] makes a description.
pub struct Source<'a> {
    pub contents: &'a [u8],
    /// Whether the module is in the text format.
    pub text: bool,
    /// Whether the suite expects an error for the module.
    pub refused: bool,
}

/// Describes a module. Appends the bytes of the module and its adapters to `bytes`. `fields` are the names of the
/// exports that commands use.
pub fn describe(source: &Source<'_>, fields: &BTreeSet<&str>, bytes: &mut Vec<u8>) -> Description {
    let Source { contents, text, refused } = *source;
    let mut append = |contents: &[u8]| {
        let offset = bytes.len();
        bytes.extend_from_slice(contents);
        (offset, contents.len())
    };
    let mut description = Description {
        bytes: append(contents),
        needs: Vec::new(),
        valid: false,
        adapters: BTreeMap::new(),
        exports: BTreeMap::new(),
    };
    let encoded = if text { encode(contents) } else { Some(contents.to_vec()) };
    let Some(wasm) = encoded else { return description };
    (description.needs, description.valid) = features::needs(&wasm, !refused);
    if text || !description.valid {
        return description;
    }
    let Ok(exports) = Exports::read(&wasm) else { return description };
    for kind in adapter::Kind::ALL {
        if let Some(adapter) = adapter::make(&exports, fields, kind) {
            let error = features::validation_error(&adapter);
            assert!(error.is_none(), "an adapter of kind {} is not valid: {error:?}", kind.name());
            description.adapters.insert(kind.name(), append(&adapter));
        }
    }
    description.exports = exports.list.iter().map(|export| (export.name.clone(), export.describe())).collect();
    description
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
    pub ty: ExportedType,
}

/// The type of an exported function or global.
pub enum ExportedType {
    /// The index of the function's type in the module, and the type.
    Func(u32, wasmparser::FuncType),
    Global(wasmparser::GlobalType),
}

impl Exported {
    fn describe(&self) -> Export {
        let names = |types: &[wasmparser::ValType]| types.iter().map(ToString::to_string).collect();
        match &self.ty {
            ExportedType::Func(_, ty) => Export::Func { params: names(ty.params()), results: names(ty.results()) },
            ExportedType::Global(ty) => Export::Global { global: ty.content_type.to_string() },
        }
    }
}

/// The exported functions and globals of a valid module, and the types of the module.
#[derive(Default)]
pub struct Exports<'a> {
    pub types: Option<wasmparser::TypeSectionReader<'a>>,
    /// Whether a type is a function type, by index of the type.
    pub is_func_type: Vec<bool>,
    pub list: Vec<Exported>,
}

impl<'a> Exports<'a> {
    fn read(wasm: &'a [u8]) -> wasmparser::Result<Self> {
        let mut exports = Self::default();
        let mut types: Vec<wasmparser::SubType> = Vec::new();
        // The index of each function's type, by index of the function.
        let mut func_types = Vec::new();
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
                            TypeRef::Func(index) | TypeRef::FuncExact(index) => func_types.push(index),
                            TypeRef::Global(ty) => globals.push(ty),
                            _ => {}
                        }
                    }
                }
                Payload::FunctionSection(section) => {
                    for index in section {
                        func_types.push(index?);
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
                        let ty = match export.kind {
                            ExternalKind::Func | ExternalKind::FuncExact => ExportedType::Func(
                                func_types[index],
                                types[func_types[index] as usize].unwrap_func().clone(),
                            ),
                            ExternalKind::Global => ExportedType::Global(globals[index]),
                            _ => continue,
                        };
                        exports.list.push(Exported { name: export.name.to_owned(), ty });
                    }
                }
                _ => {}
            }
        }
        exports.is_func_type =
            types.iter().map(|ty| matches!(ty.composite_type.inner, CompositeInnerType::Func(_))).collect();
        Ok(exports)
    }
}
