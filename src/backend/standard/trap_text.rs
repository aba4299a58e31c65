//! Finds trap codes in the messages of engines, because `wasm.h` has no trap codes.

use crate::base::trap::TrapCode;

/// Texts in messages, and the trap code for each text. The most specific texts come first.
///
/// A row matches if the message, converted to lower case, contains the row's text. wasmtime and wasmer write sentences.
/// wasmi writes the debug output of its error type.
const TEXTS: &[(&str, TrapCode)] = &[
    ("unreachable", TrapCode::UnreachableCodeReached),
    ("integer divide by zero", TrapCode::IntegerDivisionByZero),
    ("integerdivisionbyzero", TrapCode::IntegerDivisionByZero),
    ("integer overflow", TrapCode::IntegerOverflow),
    ("integeroverflow", TrapCode::IntegerOverflow),
    ("invalid conversion to integer", TrapCode::BadConversionToInteger),
    ("badconversiontointeger", TrapCode::BadConversionToInteger),
    ("call stack exhausted", TrapCode::StackOverflow),
    ("stackoverflow", TrapCode::StackOverflow),
    ("undefined element", TrapCode::TableOutOfBounds),
    ("out of bounds table access", TrapCode::TableOutOfBounds),
    ("tableoutofbounds", TrapCode::TableOutOfBounds),
    ("uninitialized element", TrapCode::IndirectCallToNull),
    ("indirectcalltonull", TrapCode::IndirectCallToNull),
    ("indirect call type mismatch", TrapCode::BadSignature),
    ("badsignature", TrapCode::BadSignature),
    ("out of bounds memory access", TrapCode::MemoryOutOfBounds),
    ("memoryoutofbounds", TrapCode::MemoryOutOfBounds),
    ("memory(outofboundsaccess)", TrapCode::MemoryOutOfBounds),
    ("elementsegmentdoesnotfit", TrapCode::TableOutOfBounds),
    ("out of bounds array access", TrapCode::ArrayOutOfBounds),
    ("unaligned atomic", TrapCode::HeapMisaligned),
    ("non-shared memory", TrapCode::AtomicWaitNonSharedMemory),
    ("null reference", TrapCode::NullReference),
    ("cast failure", TrapCode::CastFailure),
    ("allocation size too large", TrapCode::AllocationTooLarge),
    ("uninitialized exnref", TrapCode::NullReference),
    // wasmer, for a wait on a memory that is not shared.
    ("interrupted by host", TrapCode::AtomicWaitNonSharedMemory),
    ("all fuel consumed", TrapCode::OutOfFuel),
    ("outoffuel", TrapCode::OutOfFuel),
    ("uncaught exception", TrapCode::UncaughtException),
    ("thrown wasm exception", TrapCode::UncaughtException),
];

/// Returns the trap code for an engine's message. Returns `None` if the message matches no row.
pub fn code(message: &str) -> Option<TrapCode> {
    let message = message.to_lowercase();
    TEXTS.iter().find(|(text, _)| message.contains(text)).map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_codes_in_sentences_and_in_debug_forms() {
        assert_eq!(code("wasm trap: wasm `unreachable` instruction executed"), Some(TrapCode::UnreachableCodeReached));
        assert_eq!(code("Error { kind: TrapCode(StackOverflow) }"), Some(TrapCode::StackOverflow));
        assert_eq!(code("undefined element: out of bounds table access"), Some(TrapCode::TableOutOfBounds));
        assert_eq!(code("something else"), None);
    }
}
