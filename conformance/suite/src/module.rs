//! One module of a file: what the runner must know of it before an engine sees it.

use crate::{adapter, features};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use wasmparser::{CompositeInnerType, ExternalKind, Parser, Payload, TypeRef};

/// Where bytes are in the `.bin` file: offset and length.
pub type Place = (usize, usize);

#[derive(Serialize)]
pub struct Described {
    bytes: Place,
    /// The proposals it needs, as [`features::needs`] finds them; of a text, those of what it means.
    needs: Vec<&'static str>,
    /// Whether it is valid with all proposals together: of a module that was to be invalid, that the needed ones have
    /// made it legal.
    valid: bool,
    /// Modules that carry what Python or `wasm.h` cannot hand over, by kind.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    adapters: BTreeMap<&'static str, Place>,
    /// Types of exported functions and globals: parameters and results, or the content.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    exports: BTreeMap<String, Export>,
}

#[derive(Serialize, Clone, Debug)]
#[serde(untagged)]
pub enum Export {
    Func { params: Vec<String>, results: Vec<String> },
    Global { global: String },
}

/// A module of a file, and what its commands want of it.
pub struct Given<'a> {
    pub contents: &'a [u8],
    /// Whether it is to be read by a parser of the text format.
    pub text: bool,
    /// Whether it must be refused.
    pub refused: bool,
}

/// Describes a module and puts its bytes behind the others; `fields` are the exports that are used.
pub fn describe(given: &Given<'_>, fields: &BTreeSet<&str>, bytes: &mut Vec<u8>) -> Described {
    let Given { contents, text, refused } = *given;
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
        if let Some(made) = adapter::make(&exports, fields, kind) {
            let problem = features::problem(&made);
            assert!(problem.is_none(), "an adapter of kind {} is not valid: {problem:?}", kind.name());
            described.adapters.insert(kind.name(), place(&made));
        }
    }
    described.exports = exports.list.iter().map(|export| (export.name.clone(), export.describe())).collect();
    described
}

fn encode(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    let buffer = wast::parser::ParseBuffer::new(text).ok()?;
    wast::parser::parse::<wast::Wat<'_>>(&buffer).ok()?.encode().ok()
}

/// An exported function or global.
pub struct Exported {
    pub name: String,
    pub what: What,
}

pub enum What {
    /// The index of its type, and the type.
    Func(u32, wasmparser::FuncType),
    Global(wasmparser::GlobalType),
}

impl Exported {
    fn describe(&self) -> Export {
        let all = |types: &[wasmparser::ValType]| types.iter().map(ToString::to_string).collect();
        match &self.what {
            What::Func(_, ty) => Export::Func { params: all(ty.params()), results: all(ty.results()) },
            What::Global(ty) => Export::Global { global: ty.content_type.to_string() },
        }
    }
}

/// The exported functions and globals of a valid module, with its type section.
#[derive(Default)]
pub struct Exports<'a> {
    pub types: Option<wasmparser::TypeSectionReader<'a>>,
    /// Of each type, whether it is a function's.
    pub functions: Vec<bool>,
    pub list: Vec<Exported>,
}

impl<'a> Exports<'a> {
    fn read(wasm: &'a [u8]) -> wasmparser::Result<Self> {
        let mut found = Self::default();
        let mut types: Vec<wasmparser::SubType> = Vec::new();
        let mut funcs = Vec::new();
        let mut globals = Vec::new();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(section) => {
                    for group in section.clone() {
                        types.extend(group?.types().cloned());
                    }
                    found.types = Some(section);
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
                        let what = match export.kind {
                            ExternalKind::Func | ExternalKind::FuncExact => {
                                What::Func(funcs[index], types[funcs[index] as usize].unwrap_func().clone())
                            }
                            ExternalKind::Global => What::Global(globals[index]),
                            _ => continue,
                        };
                        found.list.push(Exported { name: export.name.to_owned(), what });
                    }
                }
                _ => {}
            }
        }
        found.functions =
            types.iter().map(|ty| matches!(ty.composite_type.inner, CompositeInnerType::Func(_))).collect();
        Ok(found)
    }
}
