//! What metering must know of single instructions.

use crate::lower::spaces::Spaces;
use wasmparser::{BinaryReaderError, BlockType, Operator};

/// The cost of an instruction that throws. An engine needs microseconds for it. Functions that the exception leaves do
/// not pay what they owe.
const THROW_COST: u64 = 1000;

/// Returns the cost of an instruction: one, and nothing for an instruction that no machine code comes from, as in
/// wasmtime's metering.
pub fn cost(operator: &Operator<'_>) -> u64 {
    use Operator::{Block, Catch, CatchAll, Delegate, Drop, Else, End, Loop, Nop, Return, Try, TryTable, Unreachable};
    match operator {
        Nop | Drop | Block { .. } | Loop { .. } | Unreachable | Return | Else | End => 0,
        TryTable { .. } | Try { .. } | Catch { .. } | CatchAll | Delegate { .. } => 0,
        _ if throws(operator) => THROW_COST,
        _ => 1,
    }
}

/// The length operand of a bulk instruction. It is on top of the stack.
#[derive(Clone, Copy)]
pub struct Length {
    pub is_64: bool,
    /// Whether the length counts bytes, not elements.
    pub in_bytes: bool,
}

/// Returns the length operand of a bulk instruction, or `None` for another instruction.
pub fn length(operator: &Operator<'_>, spaces: &Spaces) -> Option<Length> {
    use Operator::{
        ArrayCopy, ArrayFill, ArrayInitData, ArrayInitElem, ArrayNew, ArrayNewData, ArrayNewDefault, ArrayNewElem,
        MemoryCopy, MemoryFill, MemoryInit, TableCopy, TableFill, TableInit,
    };
    let memory = |index: &u32| spaces.memories[*index as usize].memory64;
    let table = |index: &u32| spaces.tables[*index as usize].table64;
    let (is_64, in_bytes) = match operator {
        MemoryFill { mem } => (memory(mem), true),
        // The length has the width of the narrower memory.
        MemoryCopy { dst_mem, src_mem } => (memory(dst_mem) && memory(src_mem), true),
        MemoryInit { .. } => (false, true),
        TableFill { table: index } => (table(index), false),
        TableCopy { dst_table, src_table } => (table(dst_table) && table(src_table), false),
        TableInit { .. } | ArrayNew { .. } | ArrayNewDefault { .. } | ArrayNewData { .. } | ArrayNewElem { .. } => {
            (false, false)
        }
        ArrayFill { .. } | ArrayCopy { .. } | ArrayInitData { .. } | ArrayInitElem { .. } => (false, false),
        _ => return None,
    };
    Some(Length { is_64, in_bytes })
}

/// A call.
#[derive(Clone, Copy)]
pub struct Call {
    /// The index of the called function, if it is known.
    pub callee: Option<u32>,
    /// Whether the call comes back to the function. A tail call does not.
    pub returns: bool,
}

/// Returns the call that an instruction makes.
pub fn call(operator: &Operator<'_>) -> Option<Call> {
    use Operator::{
        CallIndirect, CallRef, Resume, ResumeThrow, ResumeThrowRef, ReturnCall, ReturnCallIndirect, ReturnCallRef,
        Suspend, Switch,
    };
    let (callee, returns) = match operator {
        Operator::Call { function_index } => (Some(*function_index), true),
        ReturnCall { function_index } => (Some(*function_index), false),
        CallIndirect { .. } | CallRef { .. } => (None, true),
        Resume { .. } | ResumeThrow { .. } | ResumeThrowRef { .. } | Suspend { .. } | Switch { .. } => (None, true),
        ReturnCallIndirect { .. } | ReturnCallRef { .. } => (None, false),
        _ => return None,
    };
    Some(Call { callee, returns })
}

/// Returns whether an instruction throws an exception.
pub fn throws(operator: &Operator<'_>) -> bool {
    matches!(operator, Operator::Throw { .. } | Operator::ThrowRef | Operator::Rethrow { .. })
}

/// Returns whether an instruction begins a block that catches exceptions.
pub fn catches(operator: &Operator<'_>) -> bool {
    matches!(operator, Operator::TryTable { .. } | Operator::Try { .. })
}

/// Returns the type of the block that an instruction begins.
pub fn opened_block(operator: &Operator<'_>) -> Option<BlockType> {
    match operator {
        Operator::Block { blockty }
        | Operator::Loop { blockty }
        | Operator::If { blockty }
        | Operator::Try { blockty } => Some(*blockty),
        Operator::TryTable { try_table } => Some(try_table.ty),
        _ => None,
    }
}

/// Returns whether an instruction ends a part of a block, so that other code goes on after it.
pub fn ends_part(operator: &Operator<'_>) -> bool {
    matches!(operator, Operator::Else | Operator::Catch { .. } | Operator::CatchAll) || ends_block(operator)
}

/// Returns whether an instruction ends a block.
pub fn ends_block(operator: &Operator<'_>) -> bool {
    matches!(operator, Operator::End | Operator::Delegate { .. })
}

/// Returns whether the instruction after this one cannot be reached from this one.
pub fn leaves(operator: &Operator<'_>) -> bool {
    use Operator::{Br, BrTable, Return, Unreachable};
    throws(operator)
        || matches!(operator, Br { .. } | BrTable { .. } | Return | Unreachable)
        || call(operator).is_some_and(|call| !call.returns)
}

/// Calls `each` with the relative depth of each label that an instruction may branch to.
pub fn branch_targets(operator: &Operator<'_>, mut each: impl FnMut(u32)) -> Result<(), BinaryReaderError> {
    use Operator::{Br, BrIf, BrOnCast, BrOnCastDescEq, BrOnCastDescEqFail, BrOnCastFail, BrOnNonNull, BrOnNull};
    match operator {
        Br { relative_depth }
        | BrIf { relative_depth }
        | BrOnNull { relative_depth }
        | BrOnNonNull { relative_depth } => {
            each(*relative_depth);
        }
        BrOnCast { relative_depth, .. }
        | BrOnCastFail { relative_depth, .. }
        | BrOnCastDescEq { relative_depth, .. }
        | BrOnCastDescEqFail { relative_depth, .. } => each(*relative_depth),
        Operator::BrTable { targets } => {
            each(targets.default());
            for target in targets.targets() {
                each(target?);
            }
        }
        _ => {}
    }
    Ok(())
}
