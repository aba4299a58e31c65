//! Guards for `memory.grow` and `table.grow`: a function for each memory and table that the module grows. It grows the
//! object, or returns -1 where the engine must not be asked. Every growth becomes a call of such a function.

use crate::lower::Needs;
use std::collections::{BTreeMap, BTreeSet};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{BlockType, Encode, Function, GlobalType, InstructionSink, RefType, ValType};
use wasmparser::{BinaryReaderError, Operator, Parser, Payload, TypeRef};

/// The guards of a module.
pub struct Guards {
    /// The guards, by the object that they grow, in the order of their functions.
    guards: BTreeMap<Object, Guard>,
    /// The maximum number of elements of a table.
    max_table_elements: Option<u32>,
    /// The counter of growths, if their number is limited.
    counter: Option<Counter>,
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
    /// The index of the guard's function type.
    ty: u32,
    /// The index of the guard's function.
    func: u32,
}

/// A global that holds how often the instance may still grow its objects.
struct Counter {
    index: u32,
    max: u32,
}

/// What the guards must know of a module.
#[derive(Default)]
struct Facts {
    types: u32,
    funcs: u32,
    globals: u32,
    tables: Vec<wasmparser::TableType>,
    memories: Vec<wasmparser::MemoryType>,
}

impl Guards {
    /// Reads what the functions `rewritable` grow; these are positions in the code section. Returns `None` if they grow
    /// nothing that the engine needs a guard for. `look` sees each of their operators, its offset, and the types of the
    /// tables.
    pub fn find(
        wasm: &[u8],
        rewritable: &[usize],
        needs: &Needs,
        mut look: impl FnMut(&Operator<'_>, usize, &[wasmparser::TableType]),
    ) -> Result<Option<Self>, BinaryReaderError> {
        let mut facts = Facts::default();
        let (mut grown, mut bodies, mut position) = (BTreeSet::new(), BTreeSet::new(), 0);
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            let Payload::CodeSectionEntry(body) = payload else {
                facts.add(&payload)?;
                continue;
            };
            position += 1;
            if rewritable.binary_search(&(position - 1)).is_err() {
                continue;
            }
            for operator in body.get_operators_reader()?.into_iter_with_offsets() {
                let (operator, offset) = operator?;
                look(&operator, offset, &facts.tables);
                if let Some(object) = grown_object(&operator).filter(|object| needs_guard(*object, needs)) {
                    grown.insert(object);
                    bodies.insert(position - 1);
                }
            }
        }
        if grown.is_empty() {
            return Ok(None);
        }
        let guards = grown.into_iter().zip(0..).map(|(object, number)| (object, facts.guard(object, number)));
        let counter = needs.max_growths.map(|max| Counter { index: facts.globals, max });
        Ok(Some(Self { guards: guards.collect(), max_table_elements: needs.max_table_elements, counter, bodies }))
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

    /// Returns the global of the counter, for the global section. Returns `None` if growths are not counted.
    pub fn global(&self) -> Option<Vec<u8>> {
        let counter = self.counter.as_ref()?;
        let mut out = Vec::new();
        GlobalType { val_type: ValType::I32, mutable: true, shared: false }.encode(&mut out);
        wasm_encoder::ConstExpr::i32_const(counter.max as i32).encode(&mut out);
        Some(out)
    }

    /// Returns the bodies of the guards, for the code section.
    pub fn bodies(&self) -> impl Iterator<Item = Vec<u8>> {
        self.guards.iter().map(|(object, guard)| {
            let mut body = Function::new([]);
            let mut code = body.instructions();
            if let (Object::Table(table), Some(max), false) = (*object, self.max_table_elements, guard.is_64) {
                code.local_get(guard.delta()).i64_extend_i32_u().table_size(table).i64_extend_i32_u().i64_add();
                code.i64_const(max.into()).i64_gt_u();
                guard.refuse_if(&mut code);
            }
            if let Some(counter) = &self.counter {
                code.global_get(counter.index).i32_eqz();
                guard.refuse_if(&mut code);
                code.global_get(counter.index).i32_const(1).i32_sub().global_set(counter.index);
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

impl Facts {
    fn add(&mut self, payload: &Payload<'_>) -> Result<(), BinaryReaderError> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section.clone() {
                    self.types += group?.types().len() as u32;
                }
            }
            Payload::ImportSection(section) => {
                for import in section.clone().into_imports() {
                    match import?.ty {
                        TypeRef::Func(_) | TypeRef::FuncExact(_) => self.funcs += 1,
                        TypeRef::Table(ty) => self.tables.push(ty),
                        TypeRef::Memory(ty) => self.memories.push(ty),
                        TypeRef::Global(_) => self.globals += 1,
                        TypeRef::Tag(_) => {}
                    }
                }
            }
            Payload::FunctionSection(section) => self.funcs += section.count(),
            Payload::TableSection(section) => {
                for table in section.clone() {
                    self.tables.push(table?.ty);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section.clone() {
                    self.memories.push(memory?);
                }
            }
            Payload::GlobalSection(section) => self.globals += section.count(),
            _ => {}
        }
        Ok(())
    }

    /// Returns the guard of an object of a valid module. `number` counts the guards.
    fn guard(&self, object: Object, number: u32) -> Guard {
        let (element, is_64) = match object {
            Object::Memory(memory) => (None, self.memories[memory as usize].memory64),
            Object::Table(table) => {
                let ty = self.tables[table as usize];
                // Every element type of a valid module can be written again.
                (Some(RoundtripReencoder.ref_type(ty.element_type).unwrap_or(RefType::FUNCREF)), ty.table64)
            }
        };
        Guard { element, is_64, ty: self.types + number, func: self.funcs + number }
    }
}

fn grown_object(operator: &Operator<'_>) -> Option<Object> {
    match operator {
        Operator::MemoryGrow { mem } => Some(Object::Memory(*mem)),
        Operator::TableGrow { table } => Some(Object::Table(*table)),
        _ => None,
    }
}

fn needs_guard(object: Object, needs: &Needs) -> bool {
    needs.max_growths.is_some() || matches!(object, Object::Table(_)) && needs.max_table_elements.is_some()
}
