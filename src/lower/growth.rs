//! Guards for `memory.grow` and `table.grow`: a function for each memory and table that the module grows. It grows the
//! object, or returns -1 where a limit does not allow it, or the engine must not be asked. Every growth becomes a call of
//! such a function.

use crate::lower::Needs;
use crate::lower::spaces::Spaces;
use crate::wasm::hidden::HiddenExport;
use std::collections::{BTreeMap, BTreeSet};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{BlockType, Encode, Function, GlobalType, InstructionSink, RefType, ValType};
use wasmparser::{BinaryReaderError, Operator, Parser, Payload};

/// Base-2 logarithm of the size of a page, unless the memory says otherwise.
const PAGE_SIZE_LOG2: u32 = 16;

/// The guards of a module.
pub struct Guards {
    /// The guards, by the object that they grow, in the order of their functions.
    guards: BTreeMap<Object, Guard>,
    /// The globals that the guards use, in the order of their indices.
    globals: Vec<Global>,
    /// The functions of the module that grow objects, as positions in the code section.
    bodies: BTreeSet<usize>,
}

/// An object that a module grows, with its index.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Object {
    Memory(u32),
    Table(u32),
}

struct Guard {
    /// The type of the elements of a table; `None` for a memory.
    element: Option<RefType>,
    /// Whether sizes have 64 bits.
    is_64: bool,
    /// Base-2 logarithm of the number of bytes, or elements, that the object grows by at least.
    unit_log2: u32,
    /// The index of the guard's function type.
    ty: u32,
    /// The index of the guard's function.
    func: u32,
}

/// A global that guards use.
#[derive(Clone, Copy)]
struct Global {
    use_: Use,
    index: u32,
    /// The value that the global starts with.
    init: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// How often the instance may still grow its objects, as an i32.
    Counter,
    /// The maximum size of each memory or table, as an i64.
    Limit(HiddenExport),
}

impl Guards {
    /// Reads what the functions `rewritable` grow; these are positions in the code section. Returns `None` if they grow
    /// nothing that the engine needs a guard for. `look` sees each of their operators, and its offset. The first global
    /// that guards add has the index `next_global`.
    pub fn find(
        wasm: &[u8],
        spaces: &Spaces,
        rewritable: &[usize],
        needs: &Needs,
        next_global: u32,
        mut look: impl FnMut(&Operator<'_>, usize),
    ) -> Result<Option<Self>, BinaryReaderError> {
        let (mut grown, mut bodies, mut position) = (BTreeSet::new(), BTreeSet::new(), 0);
        for payload in Parser::new(0).parse_all(wasm) {
            let Payload::CodeSectionEntry(body) = payload? else { continue };
            position += 1;
            if rewritable.binary_search(&(position - 1)).is_err() {
                continue;
            }
            for operator in body.get_operators_reader()?.into_iter_with_offsets() {
                let (operator, offset) = operator?;
                look(&operator, offset);
                if let Some(object) = grown_object(&operator) {
                    grown.insert(object);
                    bodies.insert(position - 1);
                }
            }
        }
        if grown.is_empty() {
            return Ok(None);
        }
        let mut globals = Vec::new();
        let mut add = |is_needed: bool, use_, init: i64| {
            if is_needed {
                globals.push(Global { use_, index: next_global + globals.len() as u32, init });
            }
        };
        let grows = |is_kind: fn(&Object) -> bool| needs.limits && grown.iter().any(is_kind);
        add(needs.max_growths.is_some(), Use::Counter, needs.max_growths.unwrap_or(0).into());
        add(grows(|object| matches!(object, Object::Memory(_))), Use::Limit(HiddenExport::MemoryLimit), i64::MAX);
        let max = needs.max_table_elements.map_or(i64::MAX, i64::from);
        add(grows(|object| matches!(object, Object::Table(_))), Use::Limit(HiddenExport::TableLimit), max);
        let guards = grown.into_iter().zip(0..).map(|(object, number)| (object, Guard::new(spaces, object, number)));
        Ok(Some(Self { guards: guards.collect(), globals, bodies }))
    }

    /// Returns the index of the global behind a hidden export.
    pub fn limit(&self, export: HiddenExport) -> Option<u32> {
        self.global(Use::Limit(export)).map(|global| global.index)
    }

    fn global(&self, use_: Use) -> Option<Global> {
        self.globals.iter().find(|global| global.use_ == use_).copied()
    }

    /// Returns the number of guards.
    pub fn count(&self) -> usize {
        self.guards.len()
    }

    /// Returns the function types of the guards, for the type section.
    pub fn types(&self) -> Vec<u8> {
        const FUNC: u8 = 0x60;
        let mut out = Vec::new();
        for guard in self.guards.values() {
            out.push(FUNC);
            let params: Vec<_> = guard.element.map(ValType::Ref).into_iter().chain([guard.size()]).collect();
            params.as_slice().encode(&mut out);
            [guard.size()].as_slice().encode(&mut out);
        }
        out
    }

    /// Returns the indices of the guards' types, for the function section.
    pub fn type_indices(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.guards.values().for_each(|guard| guard.ty.encode(&mut out));
        out
    }

    /// Returns the globals that guards use, for the global section.
    pub fn globals(&self) -> impl Iterator<Item = (GlobalType, wasm_encoder::ConstExpr)> {
        self.globals.iter().map(|global| {
            let (val_type, init) = match global.use_ {
                Use::Counter => (ValType::I32, wasm_encoder::ConstExpr::i32_const(global.init as i32)),
                Use::Limit(_) => (ValType::I64, wasm_encoder::ConstExpr::i64_const(global.init)),
            };
            (GlobalType { val_type, mutable: true, shared: false }, init)
        })
    }

    /// Returns the bodies of the guards, for the code section.
    pub fn bodies(&self) -> impl Iterator<Item = Vec<u8>> {
        self.guards.iter().map(|(object, guard)| {
            let mut body = Function::new([]);
            let mut code = body.instructions();
            let (export, size): (_, fn(&mut InstructionSink<'_>, u32)) = match object {
                Object::Memory(_) => (HiddenExport::MemoryLimit, |code, index| {
                    code.memory_size(index);
                }),
                Object::Table(_) => (HiddenExport::TableLimit, |code, index| {
                    code.table_size(index);
                }),
            };
            let (Object::Memory(index) | Object::Table(index)) = *object;
            if let Some(limit) = self.limit(export) {
                guard.compare(&mut code, limit, |code| size(code, index));
                guard.refuse_if(&mut code);
            }
            if let Some(Global { index: counter, .. }) = self.global(Use::Counter) {
                code.global_get(counter).i32_eqz();
                guard.refuse_if(&mut code);
                code.global_get(counter).i32_const(1).i32_sub().global_set(counter);
            }
            match *object {
                Object::Memory(memory) => code.local_get(0).memory_grow(memory),
                Object::Table(table) => code.local_get(0).local_get(1).table_grow(table),
            };
            code.end();
            body.into_raw_body()
        })
    }

    /// Returns whether the function at this position of the code section grows an object that has a guard.
    pub fn changes(&self, position: usize) -> bool {
        self.bodies.contains(&position)
    }

    /// Returns the instruction that takes the place of `operator`, or `None` if it stays.
    pub fn replacement(&self, operator: &Operator<'_>) -> Option<Vec<u8>> {
        let guard = self.guards.get(&grown_object(operator)?)?;
        let mut body = Function::new([]);
        body.instructions().call(guard.func);
        // A body starts with the number of its groups of locals.
        Some(body.into_raw_body().split_off(1))
    }
}

impl Guard {
    /// Returns the guard of an object of a valid module. `number` counts the guards.
    fn new(spaces: &Spaces, object: Object, number: u32) -> Self {
        let (element, is_64, unit_log2) = match object {
            Object::Memory(memory) => {
                let ty = spaces.memories[memory as usize];
                (None, ty.memory64, ty.page_size_log2.unwrap_or(PAGE_SIZE_LOG2))
            }
            Object::Table(table) => {
                let ty = spaces.tables[table as usize];
                // Every element type of a valid module can be written again.
                (Some(RoundtripReencoder.ref_type(ty.element_type).unwrap_or(RefType::FUNCREF)), ty.table64, 0)
            }
        };
        let (ty, func) = (spaces.types.len() as u32 + number, spaces.func_types.len() as u32 + number);
        Self { element, is_64, unit_log2, ty, func }
    }

    /// Writes code that compares the size after the growth with a limit. Leaves 1 on the stack if the size would be too
    /// large. A growth by 0 is always allowed, because it is how some programs ask for the size.
    fn compare(&self, code: &mut InstructionSink<'_>, limit: u32, size: impl FnOnce(&mut InstructionSink<'_>)) {
        let extend = |code: &mut InstructionSink<'_>| {
            if !self.is_64 {
                code.i64_extend_i32_u();
            }
        };
        let units = |code: &mut InstructionSink<'_>| {
            code.global_get(limit).i64_const(self.unit_log2.into()).i64_shr_u();
        };
        // The growth alone is compared first, because the sum could be too large for 64 bits.
        code.local_get(self.delta());
        extend(code);
        units(code);
        code.i64_gt_u();
        code.local_get(self.delta());
        extend(code);
        size(code);
        extend(code);
        code.i64_add();
        units(code);
        code.i64_gt_u().i32_or();
        code.local_get(self.delta());
        extend(code);
        code.i64_eqz().i32_eqz().i32_and();
    }

    /// Returns the type of a size.
    fn size(&self) -> ValType {
        if self.is_64 { ValType::I64 } else { ValType::I32 }
    }

    /// Returns the index of the parameter that says by how much the object shall grow.
    fn delta(&self) -> u32 {
        u32::from(self.element.is_some())
    }

    /// Writes code that returns -1 if the number on the stack is not 0.
    fn refuse_if(&self, code: &mut InstructionSink<'_>) {
        code.if_(BlockType::Empty);
        if self.is_64 {
            code.i64_const(-1)
        } else {
            code.i32_const(-1)
        };
        code.return_().end();
    }
}

fn grown_object(operator: &Operator<'_>) -> Option<Object> {
    match operator {
        Operator::MemoryGrow { mem } => Some(Object::Memory(*mem)),
        Operator::TableGrow { table } => Some(Object::Table(*table)),
        _ => None,
    }
}
