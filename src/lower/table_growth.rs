//! Guards for `table.grow`: a function for each table that grows the table, or returns -1 if the table would get too
//! large. Every `table.grow` becomes a call of such a function.

use std::collections::{BTreeMap, BTreeSet};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{BlockType, Encode, Function, RefType, ValType};
use wasmparser::{BinaryReaderError, Operator, Parser, Payload, TypeRef};

/// The guards of a module.
pub struct Guards {
    /// The guards, by the index of their table, in the order of their functions.
    guards: BTreeMap<u32, Guard>,
    /// The maximum number of elements of a table.
    max: u32,
    /// The functions of the module that grow tables, as positions in the code section.
    bodies: BTreeSet<usize>,
}

struct Guard {
    element: RefType,
    /// The index of the guard's function type.
    ty: u32,
    /// The index of the guard's function.
    func: u32,
}

impl Guards {
    /// Reads which tables the module grows. Returns `None` if it grows none. `look` sees every operator, its offset, and
    /// the element types of the tables.
    pub fn find(
        wasm: &[u8],
        max: u32,
        mut look: impl FnMut(&Operator<'_>, usize, &[wasmparser::RefType]),
    ) -> Result<Option<Self>, BinaryReaderError> {
        let (mut types, mut funcs, mut tables) = (0, 0, Vec::new());
        let (mut grown, mut bodies, mut position) = (BTreeSet::new(), BTreeSet::new(), 0);
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(section) => {
                    for group in section {
                        types += group?.types().len() as u32;
                    }
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        match import?.ty {
                            TypeRef::Func(_) | TypeRef::FuncExact(_) => funcs += 1,
                            TypeRef::Table(ty) => tables.push(ty.element_type),
                            _ => {}
                        }
                    }
                }
                Payload::FunctionSection(section) => funcs += section.count(),
                Payload::TableSection(section) => {
                    for table in section {
                        tables.push(table?.ty.element_type);
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    for operator in body.get_operators_reader()?.into_iter_with_offsets() {
                        let (operator, offset) = operator?;
                        look(&operator, offset, &tables);
                        if let Operator::TableGrow { table } = operator {
                            grown.insert(table);
                            bodies.insert(position);
                        }
                    }
                    position += 1;
                }
                _ => {}
            }
        }
        let guards: BTreeMap<_, _> = grown
            .into_iter()
            .zip(0..)
            .map(|(table, number)| {
                // Every element type of a valid module can be written again.
                let element = RoundtripReencoder.ref_type(tables[table as usize]).unwrap_or(RefType::FUNCREF);
                (table, Guard { element, ty: types + number, func: funcs + number })
            })
            .collect();
        Ok((!guards.is_empty()).then_some(Self { guards, max, bodies }))
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
            out.extend([FUNC, 2]);
            ValType::Ref(guard.element).encode(&mut out);
            ValType::I32.encode(&mut out);
            out.push(1);
            ValType::I32.encode(&mut out);
        }
        out
    }

    /// Returns the indices of the guards' types, for the function section.
    pub fn type_indices(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.guards.values().for_each(|guard| guard.ty.encode(&mut out));
        out
    }

    /// Returns the bodies of the guards, for the code section.
    pub fn bodies(&self) -> impl Iterator<Item = Vec<u8>> {
        self.guards.keys().map(|table| {
            let mut body = Function::new([]);
            let mut code = body.instructions();
            code.local_get(1).i64_extend_i32_u().table_size(*table).i64_extend_i32_u().i64_add();
            code.i64_const(self.max.into()).i64_gt_u();
            code.if_(BlockType::Result(ValType::I32)).i32_const(-1);
            code.else_().local_get(0).local_get(1).table_grow(*table).end().end();
            body.into_raw_body()
        })
    }

    /// Returns whether the function at this position of the code section grows a table.
    pub fn changes(&self, position: usize) -> bool {
        self.bodies.contains(&position)
    }

    /// Returns the instruction that takes the place of `operator`, or `None` if it stays.
    pub fn replacement(&self, operator: &Operator<'_>) -> Option<Vec<u8>> {
        let Operator::TableGrow { table } = operator else { return None };
        let mut body = Function::new([]);
        body.instructions().call(self.guards.get(table)?.func);
        // A body starts with the number of its groups of locals.
        Some(body.into_raw_body().split_off(1))
    }
}
