//! Adapter modules: they import what a module exports and export it again with types that the runner can hand over.
//!
//! Floats travel as their bits, since Python's floats are doubles and a signaling NaN of 32 bits does not survive
//! the way; vectors as two halves; references as numbers, or as external references where the host has those. What the
//! reference interpreter does for types that JavaScript cannot express (`interpreter/script/js.ml`) is the model.
//!
//! Each export `f` is imported as `"module" "f"`. A parameter or result becomes
//!
//! | type | in | out |
//! |---|---|---|
//! | integer | itself | itself |
//! | float | its bits | its bits |
//! | v128 | two i64, the lower half first | the same |
//! | reference, [`Kind::Null`] | nothing: null | i32: 1 where null |
//! | reference, [`Kind::Number`] | i32: 0 for null, 1 + n for the host's object n | i32 classes, i32 n |
//! | reference, [`Kind::Host`] | externref | i32 classes, externref |
//!
//! Classes are bits: 1 null, 2 func, 4 extern, 8 any, 16 eq, 32 i31, 64 struct, 128 array, 256 exn. A global is read by
//! a function of its name.

use crate::module::{Exported, Exports, What};
use std::collections::BTreeSet;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    AbstractHeapType, BlockType, CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    GlobalType, HeapType, ImportSection, InstructionSink, Module, RefType, TypeSection, ValType,
};
use wasmparser::{AbstractHeapType as Abstract, HeapType as Heap};

/// How references travel.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    /// There are none.
    Bits,
    /// Only null goes in, and only whether one is null comes out: all that an engine without GC can say.
    Null,
    /// The host's objects are numbers, an i31 to the guest.
    Number,
    /// The host's objects are external references.
    Host,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Bits, Self::Null, Self::Number, Self::Host];

    pub fn name(self) -> &'static str {
        match self {
            Self::Bits => "bits",
            Self::Null => "null",
            Self::Number => "number",
            Self::Host => "host",
        }
    }

    /// Whether an adapter of this kind can carry a function or global of these types, and has something to do.
    fn serves(self, types: &[wasmparser::ValType]) -> bool {
        let mut refs = types.iter().filter_map(|ty| ty.as_reference_type());
        match self {
            Self::Bits => refs.next().is_none() && types.iter().any(|ty| !is_integer(ty)),
            Self::Null => {
                let simple = |ty| [wasmparser::RefType::FUNCREF, wasmparser::RefType::EXTERNREF].contains(&ty);
                types.iter().any(|ty| ty.is_reference_type()) && refs.all(simple)
            }
            Self::Number | Self::Host => refs.next().is_some(),
        }
    }
}

fn is_integer(ty: &wasmparser::ValType) -> bool {
    matches!(ty, wasmparser::ValType::I32 | wasmparser::ValType::I64)
}

/// The adapter of a kind for those exports that are used and that it can carry; none where there are none.
pub fn make(exports: &Exports<'_>, fields: &BTreeSet<&str>, kind: Kind) -> Option<Vec<u8>> {
    let served = |export: &&Exported| {
        fields.contains(export.name.as_str())
            && match &export.what {
                What::Func(_, ty) => kind.serves(&[ty.params(), ty.results()].concat()),
                What::Global(ty) => kind.serves(&[ty.content_type]),
            }
    };
    let chosen: Vec<&Exported> = exports.list.iter().filter(served).collect();
    if chosen.is_empty() { None } else { build(exports, &chosen, kind) }
}

fn build(exports: &Exports<'_>, chosen: &[&Exported], kind: Kind) -> Option<Vec<u8>> {
    let mut types = TypeSection::new();
    if let Some(section) = &exports.types {
        RoundtripReencoder.parse_type_section(&mut types, section.clone()).ok()?;
    }
    let (mut imports, mut funcs, mut outward, mut code) =
        (ImportSection::new(), FunctionSection::new(), ExportSection::new(), CodeSection::new());
    let imported = chosen.iter().filter(|export| matches!(export.what, What::Func(..))).count() as u32;
    let (mut func, mut global) = (0, 0);
    for (position, export) in chosen.iter().enumerate() {
        let position = position as u32;
        let mut body = Body { exports, kind, params: Vec::new(), results: Vec::new(), locals: Vec::new() };
        let made = match &export.what {
            What::Func(index, ty) => {
                imports.import("module", &export.name, EntityType::Function(*index));
                func += 1;
                body.function(func - 1, ty)?
            }
            What::Global(ty) => {
                let (val_type, mutable, shared) = (encoded(ty.content_type)?, ty.mutable, ty.shared);
                imports.import("module", &export.name, GlobalType { val_type, mutable, shared });
                global += 1;
                body.global(global - 1, ty.content_type)?
            }
        };
        types.ty().function(body.params, body.results);
        funcs.function(exports.functions.len() as u32 + position);
        outward.export(&export.name, ExportKind::Func, imported + position);
        code.function(&made);
    }
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&funcs).section(&outward).section(&code);
    Some(module.finish())
}

fn encoded(ty: wasmparser::ValType) -> Option<ValType> {
    RoundtripReencoder.val_type(ty).ok()
}

const fn abstract_type(ty: AbstractHeapType) -> HeapType {
    HeapType::Abstract { shared: false, ty }
}

/// The function of one export while it is written.
struct Body<'a> {
    exports: &'a Exports<'a>,
    kind: Kind,
    params: Vec<ValType>,
    results: Vec<ValType>,
    /// Locals behind the parameters.
    locals: Vec<ValType>,
}

impl Body<'_> {
    fn function(&mut self, index: u32, ty: &wasmparser::FuncType) -> Option<Function> {
        // All locals have numbers only once all parameters are known.
        for param in ty.params() {
            let carried = self.carried_in(*param);
            self.params.extend(carried);
        }
        let mut bytes = Vec::new();
        let mut sink = InstructionSink::new(&mut bytes);
        let mut at = 0;
        for param in ty.params() {
            at += self.param(&mut sink, *param, at)?;
        }
        sink.call(index);
        self.outputs(&mut sink, ty.results())?;
        Some(self.finish(bytes))
    }

    fn global(&mut self, index: u32, ty: wasmparser::ValType) -> Option<Function> {
        let mut bytes = Vec::new();
        let mut sink = InstructionSink::new(&mut bytes);
        sink.global_get(index);
        self.outputs(&mut sink, &[ty])?;
        Some(self.finish(bytes))
    }

    fn finish(&self, bytes: Vec<u8>) -> Function {
        let mut function = Function::new(self.locals.iter().map(|ty| (1, *ty)));
        function.raw(bytes);
        function.instructions().end();
        function
    }

    fn local(&mut self, ty: ValType) -> u32 {
        self.locals.push(ty);
        (self.params.len() + self.locals.len() - 1) as u32
    }

    fn carried_in(&self, ty: wasmparser::ValType) -> Vec<ValType> {
        match (ty, self.kind) {
            (wasmparser::ValType::I32 | wasmparser::ValType::F32, _) => vec![ValType::I32],
            (wasmparser::ValType::I64 | wasmparser::ValType::F64, _) => vec![ValType::I64],
            (wasmparser::ValType::V128, _) => vec![ValType::I64; 2],
            (_, Kind::Host) => vec![ValType::Ref(RefType::EXTERNREF)],
            (_, Kind::Number) => vec![ValType::I32],
            (_, Kind::Null | Kind::Bits) => vec![],
        }
    }

    /// Puts a parameter on the stack; gives how many of the adapter's own it is made of.
    fn param(&mut self, sink: &mut InstructionSink<'_>, ty: wasmparser::ValType, at: u32) -> Option<u32> {
        match ty {
            wasmparser::ValType::I32 | wasmparser::ValType::I64 => sink.local_get(at),
            wasmparser::ValType::F32 => sink.local_get(at).f32_reinterpret_i32(),
            wasmparser::ValType::F64 => sink.local_get(at).f64_reinterpret_i64(),
            wasmparser::ValType::V128 => {
                sink.local_get(at).i64x2_splat().local_get(at + 1).i64x2_replace_lane(1);
                return Some(2);
            }
            wasmparser::ValType::Ref(ty) => return self.reference(sink, ty, at),
        };
        Some(1)
    }

    fn reference(&mut self, sink: &mut InstructionSink<'_>, ty: wasmparser::RefType, at: u32) -> Option<u32> {
        let heap = RoundtripReencoder.heap_type(ty.heap_type()).ok()?;
        if self.kind == Kind::Null {
            sink.ref_null(heap);
            return Some(0);
        }
        // Nullable, since a validator does not see that both branches set it.
        let made = self.local(ValType::Ref(RefType { nullable: true, heap_type: heap }));
        sink.local_get(at);
        if self.kind == Kind::Host {
            sink.ref_is_null();
        } else {
            sink.i32_eqz();
        }
        sink.if_(BlockType::Empty);
        if ty.is_nullable() {
            sink.ref_null(heap).local_set(made);
        } else {
            sink.unreachable();
        }
        sink.else_();
        if self.host_object(sink, ty.heap_type(), at) {
            sink.local_set(made);
        } else {
            sink.unreachable();
        }
        sink.end().local_get(made);
        if !ty.is_nullable() {
            sink.ref_as_non_null();
        }
        Some(1)
    }

    /// Makes the host's object of a number, as a reference of this type; false for a type that has none.
    fn host_object(&self, sink: &mut InstructionSink<'_>, heap: Heap, at: u32) -> bool {
        let Heap::Abstract { ty, shared: false } = heap else { return false };
        match (ty, self.kind) {
            (Abstract::Extern, Kind::Host) => sink.local_get(at),
            (Abstract::Any, Kind::Host) => sink.local_get(at).any_convert_extern(),
            (Abstract::Any | Abstract::Extern, _) => {
                sink.local_get(at).i32_const(1).i32_sub().ref_i31();
                if ty == Abstract::Extern { sink.extern_convert_any() } else { sink }
            }
            _ => return false,
        };
        true
    }

    fn outputs(&mut self, sink: &mut InstructionSink<'_>, types: &[wasmparser::ValType]) -> Option<()> {
        let mut kept = Vec::new();
        for ty in types {
            // Nullable, since only such locals can be read without having been set before the validator's eyes.
            let local = match ty {
                wasmparser::ValType::Ref(ty) => ValType::Ref(RefType {
                    nullable: true,
                    heap_type: RoundtripReencoder.heap_type(ty.heap_type()).ok()?,
                }),
                other => encoded(*other)?,
            };
            kept.push(self.local(local));
        }
        kept.iter().rev().for_each(|local| {
            sink.local_set(*local);
        });
        for (ty, local) in types.iter().zip(kept) {
            sink.local_get(local);
            match ty {
                wasmparser::ValType::I32 => self.results.push(ValType::I32),
                wasmparser::ValType::I64 => self.results.push(ValType::I64),
                wasmparser::ValType::F32 => {
                    sink.i32_reinterpret_f32();
                    self.results.push(ValType::I32);
                }
                wasmparser::ValType::F64 => {
                    sink.i64_reinterpret_f64();
                    self.results.push(ValType::I64);
                }
                wasmparser::ValType::V128 => {
                    sink.i64x2_extract_lane(0).local_get(local).i64x2_extract_lane(1);
                    self.results.extend([ValType::I64; 2]);
                }
                wasmparser::ValType::Ref(ty) => self.classify(sink, ty.heap_type(), local)?,
            }
        }
        Some(())
    }

    /// With the reference on the stack and in `local`: leaves its classes, and what the host knows it by.
    fn classify(&mut self, sink: &mut InstructionSink<'_>, heap: Heap, local: u32) -> Option<()> {
        sink.ref_is_null();
        self.results.push(ValType::I32);
        if self.kind == Kind::Null {
            return Some(());
        }
        let family = self.family(heap);
        // Everything within the family of `any` is looked at as that; of the others there is only one class each.
        let tests: &[(HeapType, i32)] = match family {
            Family::Func => &[(HeapType::FUNC, 2)],
            Family::Exn => &[(abstract_type(AbstractHeapType::Exn), 256)],
            Family::Extern => &[(HeapType::EXTERN, 4)],
            Family::Any => &[
                (HeapType::ANY, 8),
                (abstract_type(AbstractHeapType::Eq), 16),
                (HeapType::I31, 32),
                (abstract_type(AbstractHeapType::Struct), 64),
                (abstract_type(AbstractHeapType::Array), 128),
            ],
        };
        for (heap, bit) in tests {
            if family == Family::Any {
                sink.local_get(local).ref_test_non_null(*heap);
            } else {
                sink.local_get(local).ref_is_null().i32_eqz();
            }
            sink.i32_const(*bit).i32_mul().i32_or();
        }
        self.identity(sink, family, local);
        Some(())
    }

    fn family(&self, heap: Heap) -> Family {
        let function = |index: wasmparser::UnpackedIndex| {
            let index = index.as_module_index().map(|index| index as usize);
            index.and_then(|index| self.exports.functions.get(index)).is_some_and(|function| *function)
        };
        match heap {
            Heap::Abstract { ty: Abstract::Func | Abstract::NoFunc, .. } => Family::Func,
            Heap::Abstract { ty: Abstract::Extern | Abstract::NoExtern, .. } => Family::Extern,
            Heap::Abstract { ty: Abstract::Exn | Abstract::NoExn, .. } => Family::Exn,
            Heap::Concrete(index) | Heap::Exact(index) if function(index) => Family::Func,
            _ => Family::Any,
        }
    }

    fn identity(&mut self, sink: &mut InstructionSink<'_>, family: Family, local: u32) {
        let known = matches!(family, Family::Extern | Family::Any);
        if self.kind == Kind::Host {
            self.results.push(ValType::Ref(RefType::EXTERNREF));
            match family {
                Family::Extern => sink.local_get(local),
                Family::Any => sink.local_get(local).extern_convert_any(),
                _ => sink.ref_null(HeapType::EXTERN),
            };
            return;
        }
        self.results.push(ValType::I32);
        if !known {
            sink.i32_const(0);
            return;
        }
        let any = self.local(ValType::Ref(RefType { nullable: true, heap_type: HeapType::ANY }));
        sink.local_get(local);
        if family == Family::Extern {
            sink.any_convert_extern();
        }
        sink.local_tee(any).ref_test_non_null(HeapType::I31).if_(BlockType::Result(ValType::I32));
        sink.local_get(any).ref_cast_non_null(HeapType::I31).i31_get_u().else_().i32_const(0).end();
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Family {
    Func,
    Extern,
    Any,
    Exn,
}
