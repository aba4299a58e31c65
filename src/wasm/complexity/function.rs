//! The complexity of a function.

use std::collections::HashSet;
use wasmparser::{
    BinaryReaderError, BlockType, FrameKind, FuncValidator, FunctionBody, ModuleArity, Operator, OperatorsReader,
    WasmModuleResources,
};

/// Counts the steps that a compiler needs for the local variables of a function.
///
/// A compiler translates local variables into values that are assigned only once. This needs additional values:
///
/// * For each loop, the compiler creates a value for each local variable that code in the loop reads and that is set
///   before or outside the loop. If `p` is the number of these pairs of a loop and a variable, the register allocator
///   takes about `p * (p + n)` steps for a function with `n` instructions: it compares the values, which are alive at
///   the same time, with each other and with all other values.
/// * If code reads a local variable, the compiler looks for the values of the variable in all blocks since the previous
///   use of the variable. It creates a value at each place where branches meet.
///
/// Each branch also merges the values that it passes to its target.
pub struct FunctionCounter {
    /// The last use of each local variable.
    last_uses: Vec<LastUse>,
    /// The loops around the current instruction, outermost first. A loop is identified by the number of loops that
    /// began before it.
    open_loops: Vec<u32>,
    /// For each block around the current instruction, whether the block is a loop.
    blocks: Vec<bool>,
    /// Number of loops that have begun.
    loops: u32,
    /// Number of places so far where branches meet.
    joins: u32,
    /// Number of instructions.
    instructions: u64,
    /// Number of pairs of a loop and a local variable that the loop reads.
    loop_reads: u64,
    merges: u64,
    /// The largest number of operands at the same time.
    operands: u64,
    /// The globals that the function uses.
    globals: HashSet<u32>,
    /// Whether the function has an instruction that an engine may need to be rewritten: `memory.grow`, `table.grow` or
    /// `table.init`.
    pub may_be_rewritten: bool,
}

/// The last use of a local variable.
#[derive(Clone, Copy, Default)]
struct LastUse {
    /// Number of loops that had begun.
    loops: u32,
    /// Number of places before the use where branches meet.
    joins: u32,
}

/// Number of steps and of merges for each instruction that are usual. Only those beyond the usual number are counted,
/// because the limits apply to all functions of a module together, and must not depend on the size of the module.
const USUAL_LOOP_STEPS: u64 = 2000;
const USUAL_MERGES: u64 = 10;

impl FunctionCounter {
    /// Begins to count a function with `locals` parameters and local variables.
    fn new(locals: u32) -> Self {
        Self {
            last_uses: vec![LastUse::default(); locals as usize],
            open_loops: Vec::new(),
            blocks: Vec::new(),
            loops: 0,
            joins: 0,
            instructions: 0,
            loop_reads: 0,
            merges: 0,
            operands: 0,
            globals: HashSet::new(),
            may_be_rewritten: false,
        }
    }

    /// Counts an instruction of a valid function. `validator` has not yet validated the instruction, so its blocks are
    /// those around the instruction.
    fn add(&mut self, operator: &Operator<'_>, validator: &FuncValidator<impl WasmModuleResources>) {
        self.instructions += 1;
        self.operands = self.operands.max(u64::from(validator.operand_stack_height()));
        match operator {
            Operator::LocalGet { local_index } => self.read(*local_index),
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => self.write(*local_index),
            Operator::GlobalGet { global_index } | Operator::GlobalSet { global_index } => {
                self.globals.insert(*global_index);
            }
            Operator::Loop { .. } => {
                self.open_loops.push(self.loops);
                self.loops += 1;
                self.blocks.push(true);
            }
            Operator::Block { .. } | Operator::If { .. } | Operator::Try { .. } | Operator::TryTable { .. } => {
                self.blocks.push(false);
            }
            Operator::End => match self.blocks.pop() {
                Some(true) => drop(self.open_loops.pop()),
                Some(false) => self.joins += 1,
                None => {}
            },
            Operator::Br { relative_depth }
            | Operator::BrIf { relative_depth }
            | Operator::BrOnNull { relative_depth }
            | Operator::BrOnNonNull { relative_depth } => self.merges += arity(validator, *relative_depth),
            Operator::BrTable { targets } => {
                self.merges += u64::from(targets.len() + 1) * arity(validator, targets.default());
            }
            Operator::MemoryGrow { .. } | Operator::TableGrow { .. } | Operator::TableInit { .. } => {
                self.may_be_rewritten = true;
            }
            _ => {}
        }
    }

    fn read(&mut self, local: u32) {
        let Some(last) = self.last_uses.get(local as usize) else { return };
        let known_loops = self.open_loops.partition_point(|number| *number < last.loops);
        self.loop_reads += (self.open_loops.len() - known_loops) as u64;
        self.merges += u64::from(self.joins - last.joins);
        self.write(local);
    }

    fn write(&mut self, local: u32) {
        let now = LastUse { loops: self.loops, joins: self.joins };
        if let Some(last) = self.last_uses.get_mut(local as usize) {
            *last = now;
        }
    }

    /// Returns the number of parameters and local variables.
    pub fn locals(&self) -> u64 {
        self.last_uses.len() as u64
    }

    /// Returns the number of different globals.
    pub fn globals(&self) -> u64 {
        self.globals.len() as u64
    }

    /// Returns the largest number of parameters, local variables and operands at the same time.
    pub fn values(&self) -> u64 {
        self.locals() + self.operands
    }

    /// Returns the number of steps for the local variables that loops read, beyond the usual number.
    pub fn loop_steps(&self) -> u64 {
        let steps = self.loop_reads.saturating_mul(self.loop_reads.saturating_add(self.instructions));
        steps.saturating_sub(self.instructions * USUAL_LOOP_STEPS)
    }

    /// Returns the number of merges beyond the usual number.
    pub fn merges(&self) -> u64 {
        self.merges.saturating_sub(self.instructions * USUAL_MERGES)
    }
}

/// Validates the code of a function and counts it.
pub fn count(
    validator: &mut FuncValidator<impl WasmModuleResources>,
    body: &FunctionBody<'_>,
) -> Result<FunctionCounter, BinaryReaderError> {
    let mut reader = body.get_binary_reader();
    validator.read_locals(&mut reader)?;
    let mut counter = FunctionCounter::new(validator.len_locals());
    let mut operators = OperatorsReader::new(reader);
    while !operators.eof() {
        let offset = operators.original_position();
        let operator = operators.read()?;
        counter.add(&operator, validator);
        validator.op(offset, &operator)?;
    }
    operators.finish()?;
    Ok(counter)
}

/// Returns the number of values that a branch to a label passes.
fn arity(validator: &FuncValidator<impl WasmModuleResources>, depth: u32) -> u64 {
    let count = match validator.label_block(depth) {
        None | Some((BlockType::Empty, _)) => 0,
        Some((BlockType::Type(_), kind)) => usize::from(kind != FrameKind::Loop),
        Some((BlockType::FuncType(index), kind)) => {
            let ty = validator.sub_type_at(index).map(|ty| ty.unwrap_func());
            ty.map_or(0, |ty| if kind == FrameKind::Loop { ty.params().len() } else { ty.results().len() })
        }
    };
    count as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmparser::{Parser, ValidPayload, Validator};

    /// Counts a function with five local variables.
    fn counter(body: &str) -> FunctionCounter {
        let source = format!("(module (type $pair (func (result i32 i32))) (func (local i32 i32 i32 i32 i32) {body}))");
        let (wasm, mut validator) = (wat::parse_str(source).unwrap(), Validator::new());
        let payloads = Parser::new(0).parse_all(&wasm).map(|payload| validator.payload(&payload.unwrap()).unwrap());
        let functions = payloads.filter_map(|payload| match payload {
            ValidPayload::Func(function, body) => Some((function, body)),
            _ => None,
        });
        let (function, body) = functions.last().unwrap();
        let mut validator = function.into_validator(Default::default());
        count(&mut validator, &body).unwrap()
    }

    const READ: &str = "(drop (local.get 0))";
    const OTHER: &str = "(drop (local.get 1))";

    /// Returns the number of pairs of a loop and a variable in a function that repeats the body `REPEATS` times.
    fn pairs(body: &str) -> u64 {
        let counter = counter(&body.repeat(REPEATS as usize));
        assert_eq!(counter.loop_reads % REPEATS, 0);
        counter.loop_reads / REPEATS
    }

    const REPEATS: u64 = 3;

    #[test]
    fn each_loop_around_a_read_is_counted_once_for_each_variable() {
        assert_eq!(pairs(&format!("{READ} {READ}")), 0);
        assert_eq!(pairs(&format!("(loop {READ} {READ})")), 1);
        assert_eq!(pairs(&format!("(loop (loop {READ}) {READ} {OTHER})")), 3);
        assert_eq!(pairs(&format!("(loop {READ}) (loop {READ})")), 2);
        assert_eq!(pairs(&format!("(loop {READ} (loop {READ}))")), 2);
    }

    #[test]
    fn a_loop_that_sets_a_variable_first_is_not_counted() {
        assert_eq!(pairs(&format!("(loop (local.set 0 (i32.const 1)) {READ})")), 0);
        assert_eq!(pairs(&format!("(loop (local.set 0 (i32.const 1)) (loop {READ}))")), 1);
    }

    #[test]
    fn different_globals_are_counted() {
        let source = "(module (global $a (mut i32) (i32.const 0)) (global $b i32 (i32.const 0))
            (func (global.set $a (global.get $b)) (drop (global.get $a))))";
        let (wasm, features) = (wat::parse_str(source).unwrap(), wasmparser::WasmFeatures::WASM2);
        assert_eq!(
            crate::wasm::module_info::validate(&wasm, features, features, "x").unwrap().counts.function_globals,
            2
        );
    }

    #[test]
    fn steps_grow_with_the_square_of_the_pairs() {
        let nested = |loops: usize| format!("{} {READ} {}", "(loop ".repeat(loops), ")".repeat(loops));
        // A loop is two instructions. Three others are in its middle and at the end of the function.
        let steps = |loops: u64| (loops * (loops + 2 * loops + 3)).saturating_sub(USUAL_LOOP_STEPS * (2 * loops + 3));
        for loops in [10, 1400, 3000] {
            assert_eq!(counter(&nested(loops)).loop_steps(), steps(loops as u64), "{loops}");
        }
        assert!(steps(3000) > 0);
    }

    #[test]
    fn a_read_merges_at_each_join_since_the_last_use() {
        assert_eq!(counter(&format!("(block) (block) {READ} (block) {READ} {READ}")).merges, 3);
        assert_eq!(counter(&format!("(block) {READ} {OTHER}")).merges, 2);
        assert_eq!(counter(&format!("(loop) {READ}")).merges, 0);
        assert_eq!(counter(&format!("(if (i32.const 1) (then) (else)) {READ}")).merges, 1);
        assert_eq!(counter(&format!("(block) (local.set 0 (i32.const 1)) (block) {READ}")).merges, 1);
    }

    #[test]
    fn merges_beyond_the_usual_number_are_counted() {
        let (blocks, usual) = ("(block) ".repeat(1000), USUAL_MERGES * 2003);
        assert_eq!(counter(&format!("{blocks} {READ}")).merges(), 0);
        let all = (0..5).map(|local| format!("(drop (local.get {local}))")).collect::<String>();
        let rounds = |count: usize| counter(&format!("{blocks} {all}").repeat(count)).merges();
        let expected = |count: u64| (count * 5000).saturating_sub(USUAL_MERGES * (count * 2010 + 1));
        assert_eq!((rounds(1), rounds(9)), (expected(1), expected(9)));
        assert!(usual > 1000);
    }

    #[test]
    fn a_branch_merges_the_values_that_it_passes() {
        let targets = "0 ".repeat(999);
        let body = format!(
            "(block $b (type $pair) (br_table {targets} 0 (i32.const 1) (i32.const 2) (i32.const 0))) drop drop"
        );
        assert_eq!(counter(&body).merges, 1000 * 2);
        assert_eq!(counter("(block $b (type $pair) (br $b (i32.const 1) (i32.const 2))) drop drop").merges, 2);
        assert_eq!(counter("(loop $l (br $l))").merges, 0);
    }
}
