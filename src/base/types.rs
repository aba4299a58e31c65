//! WebAssembly types. The shim, the Rust crate between an engine and Python, reads the types from the bytes of a
//! module.
//!
//! The shim does not ask the engine for types, because the functions of `wasm.h` that return types (`wasm_func_type`,
//! `wasm_extern_kind`, `wasm_*type_limits`) abort the process if `wasm.h` cannot express the type.

use std::fmt;
use std::sync::Arc;

/// A value type. The numbers are the codes of the binary format (core spec, "Value Types"). The C layer uses the same
/// codes.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ValType {
    /// 32-bit integer.
    I32 = 0x7f,
    /// 64-bit integer.
    I64 = 0x7e,
    /// 32-bit float.
    F32 = 0x7d,
    /// 64-bit float.
    F64 = 0x7c,
    /// 128-bit vector.
    V128 = 0x7b,
    /// Nullable reference to any function.
    FuncRef = 0x70,
    /// Nullable reference to any host object.
    ExternRef = 0x6f,
    /// Any other reference type (typed function references, GC, exceptions). The binary format uses more than one byte
    /// for such a type.
    Other = 0x64,
}

impl ValType {
    /// Returns the type with this code, which the C caller passed. Returns `None` for an unknown code and for the code
    /// of [`ValType::Other`].
    pub fn from_code(code: u8) -> Option<Self> {
        [Self::I32, Self::I64, Self::F32, Self::F64, Self::V128, Self::FuncRef, Self::ExternRef]
            .into_iter()
            .find(|ty| *ty as u8 == code)
    }

    /// Returns whether values of this type are references.
    pub fn is_ref(self) -> bool {
        matches!(self, Self::FuncRef | Self::ExternRef | Self::Other)
    }
}

impl fmt::Display for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::V128 => "v128",
            Self::FuncRef => "funcref",
            Self::ExternRef => "externref",
            Self::Other => "(ref ...)",
        })
    }
}

/// Type of a function. The arrays of types are shared (`Arc`), because each handle to a function (`Extern`) contains
/// the function's type.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct FuncType {
    /// Parameter types, in order.
    pub params: Arc<[ValType]>,
    /// Result types, in order.
    pub results: Arc<[ValType]>,
}

impl FuncType {
    /// Maximum number of parameters of a function or tag, and maximum number of results of a function. The validation
    /// of modules (`wasmparser`) applies the same limit.
    pub const MAX_ARITY: usize = 1000;

    /// Returns the number of slots that a call needs, where each slot holds one value. The results replace the
    /// arguments in the same slots, so a call needs one slot for each parameter or one for each result, whichever
    /// number is larger.
    pub fn slot_count(&self) -> usize {
        self.params.len().max(self.results.len())
    }

    /// Returns the types of all parameters, then of all results.
    pub fn all_types(&self) -> impl Iterator<Item = ValType> + '_ {
        self.params.iter().chain(self.results.iter()).copied()
    }
}

impl fmt::Display for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(func")?;
        for (word, types) in [("param", &self.params), ("result", &self.results)] {
            if !types.is_empty() {
                write!(f, " ({word}")?;
                types.iter().try_for_each(|ty| write!(f, " {ty}"))?;
                f.write_str(")")?;
            }
        }
        f.write_str(")")
    }
}

/// Range of sizes for a memory (in pages) or a table (in elements).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Minimum size.
    pub min: u64,
    /// Maximum size. `None` if only the index type limits the size.
    pub max: Option<u64>,
}

impl Limits {
    /// Returns whether an import with these limits accepts an object with the limits `actual` (core spec, import
    /// matching of "Limits").
    pub fn accepts(&self, actual: &Limits) -> bool {
        actual.min >= self.min && self.max.is_none_or(|max| actual.max.is_some_and(|actual| actual <= max))
    }
}

/// Type of a linear memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemoryType {
    /// Limits of the size in pages.
    pub limits: Limits,
    /// Whether addresses are 64 bits wide.
    pub memory64: bool,
    /// Whether threads may share the memory.
    pub shared: bool,
    /// Base-2 logarithm of the page size in bytes. The proposal "custom page sizes" allows other values than the
    /// default.
    pub page_size_log2: u8,
}

impl MemoryType {
    /// Base-2 logarithm of the default page size, which is 64 KiB (core spec, "Memory Instances").
    pub const DEFAULT_PAGE_SIZE_LOG2: u8 = 16;
}

/// Type of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TableType {
    /// Reference type of the elements.
    pub element: ValType,
    /// Limits of the size in elements.
    pub limits: Limits,
    /// Whether indices are 64 bits wide.
    pub table64: bool,
}

/// Type of a global.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GlobalType {
    /// Type of the global's value.
    pub content: ValType,
    /// Whether code can set the global.
    pub mutable: bool,
}

/// Type of an extern, that is of anything that can be imported or exported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ExternType {
    /// Type of a function.
    Func(FuncType),
    /// Type of a global.
    Global(GlobalType),
    /// Type of a table.
    Table(TableType),
    /// Type of a memory.
    Memory(MemoryType),
    /// Type of an exception tag. The parameters are the types of the values in an exception.
    Tag(FuncType),
}

impl ExternType {
    /// Returns whether an import of this type accepts an object of type `actual`.
    ///
    /// The result is also true if one of the types contains [`ValType::Other`]: the shim cannot tell two types with
    /// this code apart, so the shim leaves the check of the import to the engine.
    pub fn accepts(&self, actual: &ExternType) -> bool {
        match (self, actual) {
            (Self::Func(a), Self::Func(b)) | (Self::Tag(a), Self::Tag(b)) => {
                a == b || a.all_types().chain(b.all_types()).any(|ty| ty == ValType::Other)
            }
            (Self::Global(a), Self::Global(b)) => {
                a.mutable == b.mutable
                    && (a.content == b.content || a.content == ValType::Other || b.content == ValType::Other)
            }
            (Self::Table(a), Self::Table(b)) => {
                (a.element == b.element || a.element == ValType::Other || b.element == ValType::Other)
                    && a.table64 == b.table64
                    && a.limits.accepts(&b.limits)
            }
            (Self::Memory(a), Self::Memory(b)) => {
                a.memory64 == b.memory64
                    && a.shared == b.shared
                    && a.page_size_log2 == b.page_size_log2
                    && a.limits.accepts(&b.limits)
            }
            _ => false,
        }
    }
}

impl fmt::Display for ExternType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Func(ty) => write!(f, "{ty}"),
            Self::Global(ty) if ty.mutable => write!(f, "(global (mut {}))", ty.content),
            Self::Global(ty) => write!(f, "(global {})", ty.content),
            Self::Table(ty) => {
                write!(f, "(table {}{} {})", index_type(ty.table64), DisplayLimits(&ty.limits), ty.element)
            }
            Self::Memory(ty) => {
                let shared = if ty.shared { " shared" } else { "" };
                write!(f, "(memory {}{}{shared}", index_type(ty.memory64), DisplayLimits(&ty.limits))?;
                if ty.page_size_log2 != MemoryType::DEFAULT_PAGE_SIZE_LOG2 {
                    write!(f, " (pagesize {})", 1u64 << ty.page_size_log2)?;
                }
                f.write_str(")")
            }
            Self::Tag(ty) => write!(f, "(tag {ty})"),
        }
    }
}

/// Returns the index type of a memory or table as WebAssembly's text format writes it. The text is empty for `i32`,
/// which is the default.
fn index_type(is_64_bit: bool) -> &'static str {
    if is_64_bit { "i64 " } else { "" }
}

/// Limits that are displayed as in WebAssembly's text format: `MIN` or `MIN MAX`.
struct DisplayLimits<'a>(&'a Limits);

impl fmt::Display for DisplayLimits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.min)?;
        self.0.max.map_or(Ok(()), |max| write!(f, " {max}"))
    }
}
