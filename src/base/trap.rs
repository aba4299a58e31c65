//! Trap codes, which identify the reason of a trap.

/// Reason of a trap. The C layer (`src/abi`) passes the number to its callers as the code of an error. The numbers are
/// the same as in wasmtime's header `trap.h`.
#[repr(i32)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(
    missing_docs,
    dead_code,
    reason = "the names say what happened; some codes come from an engine as numbers only"
)]
pub enum TrapCode {
    StackOverflow = 0,
    MemoryOutOfBounds = 1,
    HeapMisaligned = 2,
    TableOutOfBounds = 3,
    IndirectCallToNull = 4,
    BadSignature = 5,
    IntegerOverflow = 6,
    IntegerDivisionByZero = 7,
    BadConversionToInteger = 8,
    UnreachableCodeReached = 9,
    Interrupt = 10,
    OutOfFuel = 11,
    AtomicWaitNonSharedMemory = 12,
    NullReference = 13,
    ArrayOutOfBounds = 14,
    AllocationTooLarge = 15,
    CastFailure = 16,
    UncaughtException = 49,
}
