//! The types of WebAssembly as the shim knows them: from the module's own bytes, never from an engine's reflection.
//!
//! Engines' reflection (`wasm_func_type`, `wasm_extern_kind`, `wasm_*type_limits`) aborts the process on types that
//! `wasm.h` has no word for, so nothing here comes from there.

use std::fmt;
use std::sync::Arc;

/// A value type, numbered as in the binary format so that a slice of them is what the C layer hands out.
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
    /// A reference type that needs more than a byte (typed function references, GC, exceptions).
    Other = 0x64,
}

impl ValType {
    /// The type with this code, as a caller of the C layer writes it.
    pub fn from_code(code: u8) -> Option<Self> {
        [Self::I32, Self::I64, Self::F32, Self::F64, Self::V128, Self::FuncRef, Self::ExternRef]
            .into_iter()
            .find(|ty| *ty as u8 == code)
    }

    /// Whether values of this type are references.
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

/// A function's parameters and results; shared, since each handle to a function has its type.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FuncType {
    /// Parameter types, in order.
    pub params: Arc<[ValType]>,
    /// Result types, in order.
    pub results: Arc<[ValType]>,
}

impl FuncType {
    /// How many value slots a call needs: arguments and results share them.
    pub fn slots(&self) -> usize {
        self.params.len().max(self.results.len())
    }

    /// All value types in the signature.
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

/// A range of sizes; what it counts (pages, elements) is the owner's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// At least this many.
    pub min: u64,
    /// At most this many; none: as many as the index type allows.
    pub max: Option<u64>,
}

impl Limits {
    /// Import matching of limits: what is there must lie within what is asked for (core spec, "Limits").
    pub fn accepts(&self, actual: &Limits) -> bool {
        actual.min >= self.min && self.max.is_none_or(|asked| actual.max.is_some_and(|max| max <= asked))
    }
}

/// A linear memory's type; the limits count pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemoryType {
    /// Size in pages.
    pub limits: Limits,
    /// Whether addresses are 64 bits wide.
    pub memory64: bool,
    /// Whether threads may share it.
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
    /// The type of its value.
    pub content: ValType,
    /// Whether it can be set.
    pub mutable: bool,
}

/// What can be imported or exported.
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
    /// Whether something of type `actual` may stand where `self` is asked for.
    ///
    /// Signatures that use reference types beyond this module's vocabulary are left for the engine to judge.
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
            Self::Table(ty) => write!(f, "(table {}{} {})", index(ty.table64), Sizes(&ty.limits), ty.element),
            Self::Memory(ty) => {
                let shared = if ty.shared { " shared" } else { "" };
                write!(f, "(memory {}{}{shared}", index(ty.memory64), Sizes(&ty.limits))?;
                if ty.page_size_log2 != 16 {
                    write!(f, " (pagesize {})", 1u64 << ty.page_size_log2)?;
                }
                f.write_str(")")
            }
            Self::Tag(ty) => write!(f, "(tag {ty})"),
        }
    }
}

fn index(wide: bool) -> &'static str {
    if wide { "i64 " } else { "" }
}

struct Sizes<'a>(&'a Limits);

impl fmt::Display for Sizes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.min)?;
        self.0.max.map_or(Ok(()), |max| write!(f, " {max}"))
    }
}
