// wasmi 2.0.0, through `wasm.h`.

use super::{CodeLifetime, Quirks};
use crate::backend::reserve::CompileMemory;
use crate::base::capabilities as cap;
use crate::wasm::complexity::Limits;
use wasmparser::WasmFeatures;

pub const QUIRKS: Quirks = Quirks {
    capabilities: cap::FUNCREF.with(cap::VIEWS),
    // The interpreter runs guests on a separate stack.
    stack_size: 0,
    // `wasm_instance_exports` of wasmi returns the exports sorted by name.
    exports_sorted: true,
    // `ModuleImports` in wasmi groups the imports by kind.
    imports_grouped: true,
    // `CodeMap` in wasmi keeps the code of all functions until the engine is dropped.
    code_lifetime: CodeLifetime::ReplacedEngine,
    // wasmi counts the bytes of a memory with 64 bits, and panics on overflow. A page has 2^16 bytes.
    max_memory_pages: (1 << 48) - 1,
    // wasmi writes every element of a new table, so the machine must have memory for all elements.
    max_table_elements: 10_000_000,
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
    ..Quirks::NONE
};
