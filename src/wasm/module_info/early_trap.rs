//! Functions whose first instruction can trap.
//!
//! If code can be interrupted, wasmtime 48 checks for an interrupt at the beginning of each function body. If the first
//! instruction of the function then traps, wasmtime reports the beginning of the body as the offset of the trap. This
//! file determines the real offset of the trap.

use crate::wasm::module_info::reader::Parsed;
use wasmparser::{FunctionBody, Operator};

/// Returns the offset of the first instruction that is neither a constant nor `nop`. Returns `None` unless this
/// instruction is `unreachable` or accesses a memory.
#[rustfmt::skip]
pub fn early_trap(body: &FunctionBody<'_>) -> Parsed<Option<usize>> {
    use Operator as O;
    for operator in body.get_operators_reader()?.into_iter_with_offsets() {
        match operator? {
            (O::Nop | O::I32Const { .. } | O::I64Const { .. } | O::F32Const { .. } | O::F64Const { .. }, _) => {}
            (
                O::Unreachable
                | O::I32Load { .. } | O::I64Load { .. } | O::F32Load { .. } | O::F64Load { .. }
                | O::I32Load8S { .. } | O::I32Load8U { .. } | O::I32Load16S { .. } | O::I32Load16U { .. }
                | O::I64Load8S { .. } | O::I64Load8U { .. } | O::I64Load16S { .. } | O::I64Load16U { .. }
                | O::I64Load32S { .. } | O::I64Load32U { .. }
                | O::I32Store { .. } | O::I64Store { .. } | O::F32Store { .. } | O::F64Store { .. }
                | O::I32Store8 { .. } | O::I32Store16 { .. }
                | O::I64Store8 { .. } | O::I64Store16 { .. } | O::I64Store32 { .. },
                offset,
            ) => return Ok(Some(offset)),
            _ => return Ok(None),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use crate::wasm::module_info::ModuleInfo;

    #[test]
    fn only_a_first_instruction_that_can_trap_is_found() {
        let wasm = wat::parse_str(
            r#"(module (memory 1)
                 (func unreachable)
                 (func (drop (i32.load (i32.const 0))))
                 (func nop unreachable)
                 (func (drop (i32.add (i32.const 1) (i32.const 2))) unreachable)
                 (func (i32.store (i32.const 0) (i32.const 1))))"#,
        )
        .unwrap();
        let info = ModuleInfo::parse(&wasm).unwrap();
        let distance = |index: usize| {
            let start = info.bodies[index].start;
            info.early_trap(index as u32, start).map(|trap| trap - start)
        };
        // The first byte of each body is the number of its groups of locals.
        assert_eq!([0, 1, 2, 3, 4].map(distance), [Some(1), Some(3), Some(2), None, Some(5)]);
        assert_eq!(info.early_trap(1, info.bodies[0].start), None, "the body of another function");
    }
}
