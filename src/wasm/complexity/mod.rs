//! The complexity of a module: counts that determine how much time and memory an engine needs to compile the module.
//!
//! A compiler can need minutes and gigabytes for a module of a few kilobytes, and nothing can stop an engine that is
//! compiling. The shim therefore counts beforehand what makes compilers slow. If a count exceeds the engine's limit
//! ([`Limits`]), the shim refuses the module. The option `max_complexity` raises the limits.

mod function;

use crate::base::error::{Result, fail};
use function::FunctionCounter;
pub use function::count as count_function;
use wasmparser::{
    BinaryReaderError, CompositeInnerType, ConstExpr, DataKind, ElementItems, ElementKind, Operator, Payload, SubType,
    TableInit,
};

/// The counts of a module, or their limits on an engine.
#[derive(Clone, Copy, Default, Debug, PartialEq)]
pub struct Counts {
    /// Functions that have a body.
    pub functions: u64,
    /// Types, parameters, results and fields in the type section.
    pub types: u64,
    /// Parameters and local variables of all functions together.
    pub locals: u64,
    /// Parameters, local variables and operands that one function has at the same time.
    pub function_values: u64,
    /// Elements of all element segments together.
    pub elements: u64,
    /// Instructions of the longest constant expression.
    pub const_instructions: u64,
    /// Globals, elements and offsets whose initial values are computed when the module is instantiated, because they are
    /// not constants.
    pub startup_items: u64,
    /// Instructions of all constant expressions that compute the values of `startup_items`.
    pub startup_instructions: u64,
    /// Different globals that one function uses.
    pub function_globals: u64,
    /// Steps for the local variables that loops read: see [`FunctionCounter`].
    pub loop_steps: u64,
    /// Values that compilers merge where branches meet: see [`FunctionCounter`].
    pub merges: u64,
}

/// The largest counts that an engine compiles by default.
pub type Limits = Counts;

impl Limits {
    /// The limits for an engine that compiles with Cranelift. With each count just below its limit, all bundled engines
    /// compile the module in less than 45 seconds and 2 GB, on a machine with two cores.
    pub const CRANELIFT: Self = Self {
        functions: 350_000,
        types: 1_000_000,
        locals: 200_000_000,
        function_values: u64::MAX,
        elements: 1_000_000,
        const_instructions: 100_000,
        startup_items: u64::MAX,
        startup_instructions: u64::MAX,
        function_globals: u64::MAX,
        loop_steps: 5_000_000_000,
        merges: 10_000_000,
    };
}

impl Counts {
    /// Adds what a section of a valid module contains.
    pub fn add_section(&mut self, payload: &Payload<'_>) -> std::result::Result<(), BinaryReaderError> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section.clone() {
                    self.types += group?.types().map(type_size).sum::<u64>();
                }
            }
            Payload::TableSection(section) => {
                for table in section.clone() {
                    if let TableInit::Expr(init) = table?.init {
                        self.add_expression(&init)?;
                    }
                }
            }
            Payload::GlobalSection(section) => {
                for global in section.clone() {
                    self.add_expression(&global?.init_expr)?;
                }
            }
            Payload::ElementSection(section) => {
                for segment in section.clone() {
                    let segment = segment?;
                    if let ElementKind::Active { offset_expr, .. } = segment.kind {
                        self.add_expression(&offset_expr)?;
                    }
                    match segment.items {
                        ElementItems::Functions(items) => self.elements += u64::from(items.count()),
                        ElementItems::Expressions(_, items) => {
                            self.elements += u64::from(items.count());
                            for item in items {
                                self.add_expression(&item?)?;
                            }
                        }
                    }
                }
            }
            Payload::DataSection(section) => {
                for segment in section.clone() {
                    if let DataKind::Active { offset_expr, .. } = segment?.kind {
                        self.add_expression(&offset_expr)?;
                    }
                }
            }
            Payload::CodeSectionStart { count, .. } => self.functions += u64::from(*count),
            _ => {}
        }
        Ok(())
    }

    /// Adds a function whose instructions `counter` has counted.
    pub fn add_function(&mut self, counter: &FunctionCounter) {
        self.locals += counter.locals();
        self.function_values = self.function_values.max(counter.values());
        self.function_globals = self.function_globals.max(counter.globals());
        self.loop_steps = self.loop_steps.saturating_add(counter.loop_steps());
        self.merges += counter.merges();
    }

    fn add_expression(&mut self, expression: &ConstExpr<'_>) -> std::result::Result<(), BinaryReaderError> {
        let mut reader = expression.get_operators_reader();
        let (mut instructions, mut is_constant) = (0, true);
        while !reader.eof() {
            is_constant &= is_constant_operator(&reader.read()?);
            instructions += 1;
        }
        self.const_instructions = self.const_instructions.max(instructions);
        // A constant is one instruction, and an `end` follows it.
        if !is_constant || instructions != 2 {
            self.startup_items += 1;
            self.startup_instructions += instructions;
        }
        Ok(())
    }

    /// Returns the name, the meaning and the value of each count.
    pub fn rows(&self) -> [(&'static str, &'static str, u64); 11] {
        [
            ("functions", "functions in a module", self.functions),
            ("types", "types, parameters, results and fields in the type section of a module", self.types),
            ("locals", "parameters and local variables in all functions of a module", self.locals),
            ("function_values", "local variables and operands at the same time in a function", self.function_values),
            ("elements", "elements in all element segments of a module", self.elements),
            ("const_instructions", "instructions in a constant expression", self.const_instructions),
            (
                "startup_items",
                "globals, elements and offsets of a module with computed initial values",
                self.startup_items,
            ),
            ("startup_instructions", "instructions that compute initial values of a module", self.startup_instructions),
            ("function_globals", "different globals that a function uses", self.function_globals),
            ("loop_steps", "steps to compile the local variables that loops read", self.loop_steps),
            ("merges", "values to merge where branches meet", self.merges),
        ]
    }

    /// Fails if a count exceeds its limit. `percent` is the value of the option `max_complexity`: the limits apply in
    /// this proportion, and 0 means no limits. `engine` is the engine's name.
    pub fn check(&self, limits: &Limits, percent: u64, engine: &str) -> Result<()> {
        for ((_, noun, count), (_, _, limit)) in self.rows().into_iter().zip(limits.rows()) {
            let scaled = u128::from(limit) * u128::from(percent) / 100;
            if percent != 0 && limit != u64::MAX && u128::from(count) > scaled {
                let needed = (u128::from(count) * 100).div_ceil(u128::from(limit));
                fail!(
                    Unsupported,
                    "the module is too complex for the engine `{engine}`: {count} {noun}, and {scaled} is \
                     the most, because compiling more can take minutes and gigabytes; the engine option \
                     `max_complexity={needed}` (percent of the default limits) allows this module"
                );
            }
        }
        Ok(())
    }
}

/// Returns whether the value of a constant expression with this instruction is known before the instantiation.
fn is_constant_operator(operator: &Operator<'_>) -> bool {
    use Operator as O;
    matches!(
        operator,
        O::I32Const { .. }
            | O::I64Const { .. }
            | O::F32Const { .. }
            | O::F64Const { .. }
            | O::V128Const { .. }
            | O::RefNull { .. }
            | O::RefFunc { .. }
            | O::End
    )
}

/// Returns the number of parameters, results and fields of a type, plus one for the type itself.
fn type_size(ty: &SubType) -> u64 {
    1 + match &ty.composite_type.inner {
        CompositeInnerType::Func(ty) => ty.params().len() + ty.results().len(),
        CompositeInnerType::Struct(ty) => ty.fields.len(),
        CompositeInnerType::Array(_) | CompositeInnerType::Cont(_) => 1,
    } as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::module_info::validate;
    use wasmparser::WasmFeatures;

    fn counts(source: &str) -> Counts {
        let features = WasmFeatures::WASM3;
        validate(&wat::parse_str(source).unwrap(), features, features, "name of an engine").unwrap().counts
    }

    #[test]
    fn sections_are_counted() {
        let counts = counts(
            r#"(module
                 (type (func (param i32 i32) (result i64)))
                 (type (struct (field i32) (field i64)))
                 (import "m" "f" (func (type 0)))
                 (table 5 funcref)
                 (elem (i32.const 0) func 0 1 2)
                 (elem (i32.const (; 2 ;) 1) funcref (ref.func 0) (ref.null func))
                 (global i32 (i32.add (i32.const 1) (i32.sub (i32.const 1) (i32.const 1))))
                 (func (param i32) (local i32 i32))
                 (func (local i64) (drop (i32.add (i32.const 1) (i32.const 2)))))"#,
        );
        let expected = Counts {
            functions: 2,
            // The two types above, and two types of functions without results: `(func (param i32))` and `(func)`.
            types: 4 + 3 + 2 + 1,
            locals: 4,
            function_values: 3,
            elements: 5,
            const_instructions: 6,
            // The sum of the global.
            startup_items: 1,
            startup_instructions: 6,
            function_globals: 0,
            loop_steps: 0,
            merges: 0,
        };
        assert_eq!(counts, expected);
    }

    #[test]
    fn the_error_says_what_allows_the_module() {
        let (counts, limits) =
            (Counts { locals: 1001, ..Counts::default() }, Counts { locals: 100, ..Limits::CRANELIFT });
        for percent in [0, 1001, 2000] {
            counts.check(&limits, percent, "x").unwrap();
        }
        let error = counts.check(&limits, 500, "x").unwrap_err();
        assert_eq!(
            error.message,
            "the module is too complex for the engine `x`: 1001 parameters and local variables in all functions of a \
             module, and 500 is the most, because compiling more can take minutes and gigabytes; the engine option \
             `max_complexity=1001` (percent of the default limits) allows this module"
        );
    }
}
