//! The types of WebAssembly, as the shim reads them from a module's bytes.
//!
//! The shim does not ask the engine for types: the functions that return types (`wasm_func_type`, `wasm_extern_kind`,
//! `wasm_*type_limits`) abort the process on types that `wasm.h` cannot express.

use std::fmt;
use std::sync::Arc;

/// A value type. The numbers are those of the binary format (core spec, "Value Types"), and part of the C layer.
#[repr(u8)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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
    /// A reference type whose code is longer than a byte (typed function references, GC, exceptions).
    Other = 0x64,
}

impl ValType {
    /// Returns the type with this code, which a caller of the C layer wrote; none for [`ValType::Other`].
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

/// A function's parameters and results. They are shared, since each handle to a function holds its type.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FuncType {
    /// Parameter types, in order.
    pub params: Arc<[ValType]>,
    /// Result types, in order.
    pub results: Arc<[ValType]>,
}

impl FuncType {
    /// Returns the number of value slots for a call. Results replace arguments in the same slots.
    pub fn slots(&self) -> usize {
        self.params.len().max(self.results.len())
    }

    /// Returns the types of all parameters, then of all results.
    pub fn all(&self) -> impl Iterator<Item = ValType> + '_ {
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

/// A range of sizes, in pages of a memory or elements of a table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Minimum size.
    pub min: u64,
    /// Maximum size; none where only the index type limits the size.
    pub max: Option<u64>,
}

impl Limits {
    /// Returns whether an import with these limits accepts an object with the `actual` limits (core spec, "Limits").
    pub fn accepts(&self, actual: &Limits) -> bool {
        actual.min >= self.min && self.max.is_none_or(|max| actual.max.is_some_and(|actual| actual <= max))
    }
}

/// A linear memory's type; the limits count pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemoryType {
    /// Size in pages.
    pub limits: Limits,
    /// Whether addresses are 64 bits wide.
    pub memory64: bool,
    /// Whether threads may share the memory.
    pub shared: bool,
    /// Base-2 logarithm of the page size; 16 unless custom page sizes are used.
    pub page_size_log2: u8,
}

/// A table's type; the limits count elements.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TableType {
    /// The elements' reference type.
    pub element: ValType,
    /// Size in elements.
    pub limits: Limits,
    /// Whether indices are 64 bits wide.
    pub table64: bool,
}

/// A global's type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GlobalType {
    /// The type of the global's value.
    pub content: ValType,
    /// Whether the global can be set.
    pub mutable: bool,
}

/// The type of anything that can be imported or exported.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ExternType {
    /// A function.
    Func(FuncType),
    /// A global.
    Global(GlobalType),
    /// A table.
    Table(TableType),
    /// A memory.
    Memory(MemoryType),
    /// An exception tag.
    Tag(FuncType),
}

impl ExternType {
    /// Returns whether an import of this type accepts an object of type `actual`.
    ///
    /// Accepts all types with [`ValType::Other`] in them: the engine checks these, since the shim cannot compare them.
    pub fn accepts(&self, actual: &ExternType) -> bool {
        match (self, actual) {
            (Self::Func(a), Self::Func(b)) | (Self::Tag(a), Self::Tag(b)) => {
                a == b || a.all().chain(b.all()).any(|ty| ty == ValType::Other)
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
            Self::Table(ty) => write!(f, "(table {}{} {})", index_type(ty.table64), Sizes(&ty.limits), ty.element),
            Self::Memory(ty) => {
                let shared = if ty.shared { " shared" } else { "" };
                write!(f, "(memory {}{}{shared}", index_type(ty.memory64), Sizes(&ty.limits))?;
                if ty.page_size_log2 != 16 {
                    write!(f, " (pagesize {})", 1u64 << ty.page_size_log2)?;
                }
                f.write_str(")")
            }
            Self::Tag(ty) => write!(f, "(tag {ty})"),
        }
    }
}

/// Returns the text for the index type of a memory or a table; empty for the default, i32.
fn index_type(is_64_bit: bool) -> &'static str {
    if is_64_bit { "i64 " } else { "" }
}

/// Writes limits as in the text format.
struct Sizes<'a>(&'a Limits);

impl fmt::Display for Sizes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.min)?;
        self.0.max.map_or(Ok(()), |max| write!(f, " {max}"))
    }
}
