//! Adapter modules. An adapter imports the exports of a module, and exports a function with the same name for each
//! import. The parameters and results of these functions have types that the runner can pass.
//!
//! An adapter passes floats as their bits. A Python float is a double, and the conversion to a double would change a
//! signaling 32-bit NaN. An adapter passes vectors as two halves. It passes references as external references if the
//! host supports external references, and as numbers if the host does not. The reference interpreter does the same for
//! types that JavaScript cannot express (`interpreter/script/js.ml`).
//!
//! The adapter imports an export `f` as `"module" "f"`. The types of parameters and results change as follows:
//!
//! | type | parameter | result |
//! |---|---|---|
//! | integer | the integer | the integer |
//! | float | its bits | its bits |
//! | v128 | two i64, the lower half first | two i64, the lower half first |
//! | reference, [`Kind::Null`] | no parameter: the reference is null | i32: 1 for null, 0 for any other reference |
//! | reference, [`Kind::Number`] | i32: 0 for null, 1 + n for the host object n | i32: classes, i32: n |
//! | reference, [`Kind::Host`] | externref | i32: classes, externref |
//!
//! Classes are bits: 1 null, 2 func, 4 extern, 8 any, 16 eq, 32 i31, 64 struct, 128 array, 256 exn. The runner uses the
//! same bits (`anywasm_conformance/values.py`). For a global, the adapter exports a function that returns the value.

use crate::module::{Exported, ExportedType, Exports};
use std::collections::BTreeSet;
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    AbstractHeapType, BlockType, CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection,
    GlobalType, HeapType, ImportSection, InstructionSink, Module, RefType, TypeSection, ValType,
};
use wasmparser::{AbstractHeapType as Abstract, HeapType as Heap};

/// The way in which an adapter passes references.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    /// No parameter or result of the functions is a reference.
    Bits,
    /// Reference parameters are null. A result only shows whether a reference is null. An engine without GC supports
    /// only this way to pass references.
    Null,
    /// The host passes its objects as numbers. The adapter converts the numbers to i31 references.
    Number,
    /// The host passes its objects as external references.
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

    /// Returns whether an adapter of this kind can pass these types, and is needed for these types.
    fn is_for(self, types: &[wasmparser::ValType]) -> bool {
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

/// Returns an adapter of this kind for the exports whose names are in `fields`. Leaves out exports whose types
/// the kind cannot pass. Returns `None` if no export is left.
pub fn make(exports: &Exports<'_>, fields: &BTreeSet<&str>, kind: Kind) -> Option<Vec<u8>> {
    let is_chosen = |export: &&Exported| {
        fields.contains(export.name.as_str())
            && match &export.ty {
                ExportedType::Func(_, ty) => kind.is_for(&[ty.params(), ty.results()].concat()),
                ExportedType::Global(ty) => kind.is_for(&[ty.content_type]),
            }
    };
    let chosen: Vec<&Exported> = exports.list.iter().filter(is_chosen).collect();
    if chosen.is_empty() { None } else { build(exports, &chosen, kind) }
}

/// Builds an adapter for the `chosen` exports. Returns `None` if a type cannot be encoded.
fn build(exports: &Exports<'_>, chosen: &[&Exported], kind: Kind) -> Option<Vec<u8>> {
    let mut types = TypeSection::new();
    if let Some(section) = &exports.types {
        RoundtripReencoder.parse_type_section(&mut types, section.clone()).ok()?;
    }
    let (mut import_section, mut func_section, mut export_section, mut code_section) =
        (ImportSection::new(), FunctionSection::new(), ExportSection::new(), CodeSection::new());
    let imported_funcs = chosen.iter().filter(|export| matches!(export.ty, ExportedType::Func(..))).count() as u32;
    let (mut next_func, mut next_global) = (0, 0);
    for (position, export) in chosen.iter().enumerate() {
        let position = position as u32;
        let mut body = Body { exports, kind, params: Vec::new(), results: Vec::new(), locals: Vec::new() };
        let function = match &export.ty {
            ExportedType::Func(type_index, ty) => {
                import_section.import("module", &export.name, EntityType::Function(*type_index));
                next_func += 1;
                body.function(next_func - 1, ty)?
            }
            ExportedType::Global(ty) => {
                let (val_type, mutable, shared) = (to_encoder_type(ty.content_type)?, ty.mutable, ty.shared);
                import_section.import("module", &export.name, GlobalType { val_type, mutable, shared });
                next_global += 1;
                body.global(next_global - 1, ty.content_type)?
            }
        };
        types.ty().function(body.params, body.results);
        func_section.function(exports.is_func_type.len() as u32 + position);
        export_section.export(&export.name, ExportKind::Func, imported_funcs + position);
        code_section.function(&function);
    }
    let mut module = Module::new();
    module
        .section(&types)
        .section(&import_section)
        .section(&func_section)
        .section(&export_section)
        .section(&code_section);
    Some(module.finish())
}

/// Converts a type of the parser to a type of the encoder. Returns `None` if the encoder cannot express the type.
fn to_encoder_type(ty: wasmparser::ValType) -> Option<ValType> {
    RoundtripReencoder.val_type(ty).ok()
}

const fn abstract_type(ty: AbstractHeapType) -> HeapType {
    HeapType::Abstract { shared: false, ty }
}

/// A function of an adapter, while it is built. The function corresponds to one export.
struct Body<'a> {
    exports: &'a Exports<'a>,
    kind: Kind,
    params: Vec<ValType>,
    results: Vec<ValType>,
    /// The locals that follow the parameters.
    locals: Vec<ValType>,
}

impl Body<'_> {
    /// Returns a function that calls the imported function `index`.
    fn function(&mut self, index: u32, ty: &wasmparser::FuncType) -> Option<Function> {
        // Adds all parameters before the first local, because the index of a local depends on the number of parameters.
        for param in ty.params() {
            let types = self.param_types(*param);
            self.params.extend(types);
        }
        let mut bytes = Vec::new();
        let mut sink = InstructionSink::new(&mut bytes);
        let mut first_param = 0;
        for param in ty.params() {
            first_param += self.param(&mut sink, *param, first_param)?;
        }
        sink.call(index);
        self.convert_results(&mut sink, ty.results())?;
        Some(self.finish(bytes))
    }

    /// Returns a function that reads the imported global `index`.
    fn global(&mut self, index: u32, ty: wasmparser::ValType) -> Option<Function> {
        let mut bytes = Vec::new();
        let mut sink = InstructionSink::new(&mut bytes);
        sink.global_get(index);
        self.convert_results(&mut sink, &[ty])?;
        Some(self.finish(bytes))
    }

    /// Returns the function with these instructions and an `end`.
    fn finish(&self, bytes: Vec<u8>) -> Function {
        let mut function = Function::new(self.locals.iter().map(|ty| (1, *ty)));
        function.raw(bytes);
        function.instructions().end();
        function
    }

    /// Adds a local and returns its index.
    fn local(&mut self, ty: ValType) -> u32 {
        self.locals.push(ty);
        (self.params.len() + self.locals.len() - 1) as u32
    }

    /// Returns the types of the adapter's parameters for one parameter of the original function.
    fn param_types(&self, ty: wasmparser::ValType) -> Vec<ValType> {
        match (ty, self.kind) {
            (wasmparser::ValType::I32 | wasmparser::ValType::F32, _) => vec![ValType::I32],
            (wasmparser::ValType::I64 | wasmparser::ValType::F64, _) => vec![ValType::I64],
            (wasmparser::ValType::V128, _) => vec![ValType::I64; 2],
            (_, Kind::Host) => vec![ValType::Ref(RefType::EXTERNREF)],
            (_, Kind::Number) => vec![ValType::I32],
            (_, Kind::Null | Kind::Bits) => vec![],
        }
    }

    /// Pushes a parameter of the original function. Computes it from the adapter's parameters from `first_param` on.
    /// Returns the number of the adapter's parameters that the computation uses.
    fn param(&mut self, sink: &mut InstructionSink<'_>, ty: wasmparser::ValType, first_param: u32) -> Option<u32> {
        match ty {
            wasmparser::ValType::I32 | wasmparser::ValType::I64 => sink.local_get(first_param),
            wasmparser::ValType::F32 => sink.local_get(first_param).f32_reinterpret_i32(),
            wasmparser::ValType::F64 => sink.local_get(first_param).f64_reinterpret_i64(),
            wasmparser::ValType::V128 => {
                sink.local_get(first_param).i64x2_splat().local_get(first_param + 1).i64x2_replace_lane(1);
                return Some(2);
            }
            wasmparser::ValType::Ref(ty) => return self.reference(sink, ty, first_param),
        };
        Some(1)
    }

    /// Pushes a reference. Computes it from the adapter's parameter `param`. Returns the number of parameters that the
    /// adapter has for this reference: 0 or 1.
    fn reference(&mut self, sink: &mut InstructionSink<'_>, ty: wasmparser::RefType, param: u32) -> Option<u32> {
        let heap = RoundtripReencoder.heap_type(ty.heap_type()).ok()?;
        if self.kind == Kind::Null {
            sink.ref_null(heap);
            return Some(0);
        }
        // The local is nullable, because a validator does not notice that both branches below set the local.
        let reference = self.local(ValType::Ref(RefType { nullable: true, heap_type: heap }));
        sink.local_get(param);
        if self.kind == Kind::Host {
            sink.ref_is_null();
        } else {
            sink.i32_eqz();
        }
        sink.if_(BlockType::Empty);
        if ty.is_nullable() {
            sink.ref_null(heap).local_set(reference);
        } else {
            sink.unreachable();
        }
        sink.else_();
        if self.host_object(sink, ty.heap_type(), param) {
            sink.local_set(reference);
        } else {
            sink.unreachable();
        }
        sink.end().local_get(reference);
        if !ty.is_nullable() {
            sink.ref_as_non_null();
        }
        Some(1)
    }

    /// Pushes the host object in the adapter's parameter `param`, as a reference to `heap`. Returns false if no host
    /// object has this type.
    fn host_object(&self, sink: &mut InstructionSink<'_>, heap: Heap, param: u32) -> bool {
        let Heap::Abstract { ty, shared: false } = heap else { return false };
        match (ty, self.kind) {
            (Abstract::Extern, Kind::Host) => sink.local_get(param),
            (Abstract::Any, Kind::Host) => sink.local_get(param).any_convert_extern(),
            (Abstract::Any | Abstract::Extern, _) => {
                sink.local_get(param).i32_const(1).i32_sub().ref_i31();
                if ty == Abstract::Extern { sink.extern_convert_any() } else { sink }
            }
            _ => return false,
        };
        true
    }

    /// Converts the results of the original function to the results of the adapter. Both are on the stack.
    fn convert_results(&mut self, sink: &mut InstructionSink<'_>, types: &[wasmparser::ValType]) -> Option<()> {
        let mut locals = Vec::new();
        for ty in types {
            // The local is nullable, because a validator allows reads of a non-nullable local only after a write.
            let local = match ty {
                wasmparser::ValType::Ref(ty) => ValType::Ref(RefType {
                    nullable: true,
                    heap_type: RoundtripReencoder.heap_type(ty.heap_type()).ok()?,
                }),
                other => to_encoder_type(*other)?,
            };
            locals.push(self.local(local));
        }
        locals.iter().rev().for_each(|local| {
            sink.local_set(*local);
        });
        for (ty, local) in types.iter().zip(locals) {
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

    /// Replaces the reference on the stack by the bits of its classes and by its identity (see `identity`). `local`
    /// contains the same reference.
    fn classify(&mut self, sink: &mut InstructionSink<'_>, heap: Heap, local: u32) -> Option<()> {
        sink.ref_is_null();
        self.results.push(ValType::I32);
        if self.kind == Kind::Null {
            return Some(());
        }
        let family = self.family(heap);
        // A reference of the family `Any` needs a test for each class. Each other family has only one class.
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

    /// Returns the family of a heap type.
    fn family(&self, heap: Heap) -> Family {
        let is_func_type = |index: wasmparser::UnpackedIndex| {
            let index = index.as_module_index().map(|index| index as usize);
            index.and_then(|index| self.exports.is_func_type.get(index)).is_some_and(|is_func| *is_func)
        };
        match heap {
            Heap::Abstract { ty: Abstract::Func | Abstract::NoFunc, .. } => Family::Func,
            Heap::Abstract { ty: Abstract::Extern | Abstract::NoExtern, .. } => Family::Extern,
            Heap::Abstract { ty: Abstract::Exn | Abstract::NoExn, .. } => Family::Exn,
            Heap::Concrete(index) | Heap::Exact(index) if is_func_type(index) => Family::Func,
            _ => Family::Any,
        }
    }

    /// Pushes the value by which the host recognizes an object: an externref, or the number of the object.
    fn identity(&mut self, sink: &mut InstructionSink<'_>, family: Family, local: u32) {
        let has_objects = matches!(family, Family::Extern | Family::Any);
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
        if !has_objects {
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

/// A hierarchy of reference types (core spec, "Heap Types"). All types of a family have the same top type.
#[derive(Clone, Copy, PartialEq)]
enum Family {
    Func,
    Extern,
    Any,
    Exn,
}
