// wasmi 2.0.0, through `wasm.h`.

use super::{CodeLifetime, Conversions, ExternalRefs, Quirks};
use crate::backend::reserve::CompileMemory;
use crate::backend::standard::slices::Resumable;
use crate::base::capabilities as cap;
use crate::lower::Needs;
use crate::wasm::complexity::Limits;
use wasm_c_api as c;
use wasmparser::WasmFeatures;

/// How often an instance may grow its memories and tables.
const MAX_GROWTHS: u32 = 20_000;

/// Maximum number of elements of a table: the limit of the WebAssembly JavaScript API ("Implementation-defined Limits").
const MAX_TABLE_ELEMENTS: u32 = 10_000_000;

/// Number of bytes of native stack that each growth keeps at most. Measured: 176 for a memory.
const GROWTH_STACK_SIZE: usize = 256;

pub const QUIRKS: Quirks = Quirks {
    capabilities: cap::FUNCREF
        .with(cap::FUNCREF_CALL)
        .with(cap::EXTERNREF)
        .with(cap::MEMORY64)
        .with(cap::CUSTOM_PAGE_SIZES)
        .with(cap::V128)
        .with(cap::VIEWS)
        .with(cap::FUEL)
        .with(cap::EPOCH)
        .with(cap::SIGNAL_HANDLERS),
    by_helper_modules: cap::V128.with(cap::EXTERNREF).with(cap::MEMORY64).with(cap::CUSTOM_PAGE_SIZES),
    options: &["max_wasm_stack", "consume_fuel", "epoch_interruption", "interruptible"],
    ref_to_func: Some(c::wasmi_ref_to_func),
    external_refs: ExternalRefs::HostFunctions(Conversions {
        functions: c::wasmi_external_ref_functions,
        new_global: c::wasmi_external_ref_global,
    }),
    // An interpreter pays for each instruction of rewritten code.
    resumable: Some(Resumable {
        set_fuel: c::wasmi_store_set_fuel,
        fuel: c::wasmi_store_fuel,
        call: c::wasmi_func_call,
    }),
    // The interpreter runs guests on a separate stack, but each growth of a memory or table keeps native stack: its
    // handlers, `memory_grow` and `table_grow`, do not end in a tail call on this processor.
    stack_size: GROWTH_STACK_SIZE * MAX_GROWTHS as usize,
    // The engine cannot resume a start function that it runs itself.
    needs: Needs {
        max_growths: Some(MAX_GROWTHS),
        // A table with 64-bit indices could otherwise take all memory of the machine.
        max_table_elements: Some(MAX_TABLE_ELEMENTS),
        deferred_start: true,
        ..Needs::NONE
    },
    // `wasm_instance_exports` of wasmi returns the exports sorted by name.
    exports_sorted: true,
    // `ModuleImports` in wasmi groups the imports by kind.
    imports_grouped: true,
    // `CodeMap` in wasmi keeps the code of all functions until the engine is dropped.
    code_lifetime: CodeLifetime::ReplacedEngine,
    // wasmi counts the bytes of a memory with 64 bits, and panics on overflow. A page has 2^16 bytes.
    max_memory_pages: (1 << 48) - 1,
    // wasmi writes every element of a new table, so the machine must have memory for all elements.
    max_table_elements: MAX_TABLE_ELEMENTS as u64,
    complexity_limits: Limits {
        // `LOCAL_VARIABLES_MAX` of wasmi. A function cannot have more than 2^16 - 1 slots either, and a vector takes two.
        function_values: 30_000,
        // wasmi evaluates a constant expression by a recursion of as many calls.
        const_instructions: 1_000,
        // wasmi uses local variables as they are.
        loop_steps: u64::MAX,
        merges: u64::MAX,
        ..Limits::CRANELIFT
    },
    calls_interleave: true,
    // wasmi translates a function when it is first called. It keeps a copy of the module.
    compile_memory: CompileMemory { per_function: 80, per_byte: 3 },
    // `Config::default_features` of wasmi.
    features: |_| {
        WasmFeatures::WASM2
            | WasmFeatures::GC_TYPES
            | WasmFeatures::MULTI_MEMORY
            | WasmFeatures::TAIL_CALL
            | WasmFeatures::EXTENDED_CONST
            | WasmFeatures::MEMORY64
            | WasmFeatures::RELAXED_SIMD
    },
    optional_features: WasmFeatures::CUSTOM_PAGE_SIZES.union(WasmFeatures::WIDE_ARITHMETIC),
    ..Quirks::NONE
};
