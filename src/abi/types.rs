//! The plain structs of the C layer.

use crate::abi::pointer;
use crate::base::error::{Result, fail};
use crate::base::types::{ExternType, FuncType, GlobalType, Limits, MemoryType, TableType, ValType};
use std::sync::Arc;

/// Bytes that belong to another object and live as long as it; text is UTF-8, without a NUL.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    /// NULL where there is no text at all.
    pub data: *const u8,
    /// In bytes.
    pub len: usize,
}

impl Str {
    /// No text.
    pub const NONE: Self = Self { data: std::ptr::null(), len: 0 };

    /// These bytes, which must outlive the result.
    pub fn of(bytes: &[u8]) -> Self {
        Self { data: bytes.as_ptr(), len: bytes.len() }
    }

    /// This text, if any, which must outlive the result.
    pub fn of_option(text: Option<&str>) -> Self {
        text.map_or(Self::NONE, |text| Self::of(text.as_bytes()))
    }
}

/// Bytes that the caller owns and gives back to `aw_bytes_delete`.
#[repr(C)]
pub struct Bytes {
    /// Never NULL.
    pub data: *const u8,
    /// In bytes.
    pub len: usize,
}

impl Bytes {
    /// Gives the bytes to the caller.
    pub fn give(bytes: Vec<u8>) -> *mut Self {
        let bytes: &'static mut [u8] = Box::leak(bytes.into_boxed_slice());
        pointer::give(Self { data: bytes.as_ptr(), len: bytes.len() })
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        // SAFETY: `give` leaked a boxed slice of this address and length; drop runs once.
        drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(self.data.cast_mut(), self.len)) });
    }
}

/// A function.
pub const AW_FUNC: u8 = 0;
/// A global.
pub const AW_GLOBAL: u8 = 1;
/// A table.
pub const AW_TABLE: u8 = 2;
/// A memory.
pub const AW_MEMORY: u8 = 3;
/// An exception tag.
pub const AW_TAG: u8 = 4;
/// A reference to a function of which the engine tells nothing.
pub const AW_OPAQUE: u8 = 5;

/// Flag: a global that can be set.
pub const AW_MUTABLE: u8 = 1;
/// Flag: a memory or table whose indices are 64 bits wide.
pub const AW_INDEX64: u8 = 2;
/// Flag: a memory that threads share.
pub const AW_SHARED: u8 = 4;
/// Flag: `max` counts.
pub const AW_HAS_MAX: u8 = 8;

/// The type of anything that can be imported or exported. Value types are the codes of the binary format.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CExternType {
    /// `AW_FUNC` to `AW_OPAQUE`.
    pub kind: u8,
    /// A global's or a table's value type; else 0.
    pub content: u8,
    /// `AW_MUTABLE`, `AW_INDEX64`, `AW_SHARED`, `AW_HAS_MAX`.
    pub flags: u8,
    /// A memory's; else 0.
    pub page_size_log2: u8,
    /// In pages or elements.
    pub min: u64,
    /// In pages or elements; only with `AW_HAS_MAX`.
    pub max: u64,
    /// A function's or tag's; belongs to the object that the type was asked of.
    pub params: *const u8,
    /// How many.
    pub params_len: usize,
    /// A function's or tag's; belongs to the object that the type was asked of.
    pub results: *const u8,
    /// How many.
    pub results_len: usize,
}

impl CExternType {
    const EMPTY: Self = Self {
        kind: AW_OPAQUE,
        content: 0,
        flags: 0,
        page_size_log2: 0,
        min: 0,
        max: 0,
        params: std::ptr::null(),
        params_len: 0,
        results: std::ptr::null(),
        results_len: 0,
    };

    /// The C form of a type, which must outlive the result.
    pub fn of(ty: Option<&ExternType>) -> Self {
        match ty {
            None => Self::EMPTY,
            Some(ExternType::Func(ty)) => Self::of_func(AW_FUNC, ty),
            Some(ExternType::Tag(ty)) => Self::of_func(AW_TAG, ty),
            Some(ExternType::Global(ty)) => {
                let flags = if ty.mutable { AW_MUTABLE } else { 0 };
                Self { kind: AW_GLOBAL, content: ty.content as u8, flags, ..Self::EMPTY }
            }
            Some(ExternType::Table(ty)) => {
                let flags = if ty.table64 { AW_INDEX64 } else { 0 };
                Self { kind: AW_TABLE, content: ty.element as u8, flags, ..Self::EMPTY }.with(&ty.limits)
            }
            Some(ExternType::Memory(ty)) => {
                let wide = if ty.memory64 { AW_INDEX64 } else { 0 };
                let flags = wide | if ty.shared { AW_SHARED } else { 0 };
                Self { kind: AW_MEMORY, flags, page_size_log2: ty.page_size_log2, ..Self::EMPTY }.with(&ty.limits)
            }
        }
    }

    fn of_func(kind: u8, ty: &FuncType) -> Self {
        // A `ValType` is a byte with the code as its value.
        let (params, results) = (ty.params.as_ptr().cast(), ty.results.as_ptr().cast());
        Self { kind, params, params_len: ty.params.len(), results, results_len: ty.results.len(), ..Self::EMPTY }
    }

    fn with(self, limits: &Limits) -> Self {
        let flags = self.flags | if limits.max.is_some() { AW_HAS_MAX } else { 0 };
        Self { flags, min: limits.min, max: limits.max.unwrap_or(0), ..self }
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    fn limits(&self) -> Result<Limits> {
        let max = self.has(AW_HAS_MAX).then_some(self.max);
        if let Some(max) = max.filter(|max| *max < self.min) {
            fail!(Invalid, "the maximum size {max} is smaller than the minimum size {}", self.min);
        }
        Ok(Limits { min: self.min, max })
    }

    /// A memory type that a caller wrote, checked against the specification's bounds.
    pub fn memory(&self) -> Result<MemoryType> {
        let (limits, memory64, shared) = (self.limits()?, self.has(AW_INDEX64), self.has(AW_SHARED));
        if self.kind != AW_MEMORY || !matches!(self.page_size_log2, 0 | 16) {
            fail!(Invalid, "not the type of a memory: kind {}, page size 2^{}", self.kind, self.page_size_log2);
        }
        let most = most_pages(memory64, self.page_size_log2);
        if let Some(size) = [Some(limits.min), limits.max].into_iter().flatten().find(|size| *size > most) {
            fail!(Invalid, "a memory cannot have {size} pages: {most} is the most");
        }
        if shared && limits.max.is_none() {
            fail!(Invalid, "a shared memory needs a maximum size");
        }
        Ok(MemoryType { limits, memory64, shared, page_size_log2: self.page_size_log2 })
    }

    /// A table type that a caller wrote.
    pub fn table(&self) -> Result<TableType> {
        let (limits, table64) = (self.limits()?, self.has(AW_INDEX64));
        match ValType::from_code(self.content).filter(|ty| ty.is_ref()) {
            Some(element) if self.kind == AW_TABLE => Ok(TableType { element, limits, table64 }),
            _ => fail!(Invalid, "not the type of a table: kind {}, elements {:#x}", self.kind, self.content),
        }
    }

    /// A global type that a caller wrote.
    pub fn global(&self) -> Result<GlobalType> {
        match ValType::from_code(self.content) {
            Some(content) if self.kind == AW_GLOBAL => Ok(GlobalType { content, mutable: self.has(AW_MUTABLE) }),
            _ => fail!(Invalid, "not the type of a global: kind {}, content {:#x}", self.kind, self.content),
        }
    }
}

/// How many pages addresses reach: 2^32 or 2^64 bytes.
pub fn most_pages(memory64: bool, page_size_log2: u8) -> u64 {
    1u64.checked_shl(if memory64 { 64 } else { 32 } - u32::from(page_size_log2)).unwrap_or(u64::MAX)
}

/// The value types that a caller wrote as codes.
pub fn val_types(codes: &[u8]) -> Result<Arc<[ValType]>> {
    if let Some(code) = codes.iter().find(|code| ValType::from_code(**code).is_none()) {
        fail!(Invalid, "{code:#x} is not the code of a value type");
    }
    // One allocation, where collecting results takes several.
    Ok(codes.iter().map(|code| ValType::from_code(*code).unwrap_or(ValType::Other)).collect())
}
