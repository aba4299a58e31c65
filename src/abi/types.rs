//! Structs of the C layer for texts, bytes and types, and constants for value types and kinds of externs.

use crate::base::error::{Result, fail};
use crate::base::pointer::{self, Handle};
use crate::base::types::{ExternType, FuncType, GlobalType, Limits, MemoryType, TableType, ValType};
use std::sync::Arc;

/// Bytes or a text that another object owns. The bytes are valid as long as that object lives. A text is UTF-8. No NUL
/// follows the last byte.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    /// Address of the first byte. NULL means that there is no text.
    pub data: *const u8,
    /// Number of bytes.
    pub len: usize,
}

impl Str {
    /// Value that means that there is no text.
    pub const NONE: Self = Self { data: std::ptr::null(), len: 0 };

    /// Returns a `Str` that points to these bytes. The bytes must outlive the `Str`.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self { data: bytes.as_ptr(), len: bytes.len() }
    }

    /// Returns a `Str` that points to this text, or `NONE` if there is no text. The text must outlive the `Str`.
    pub fn from_option(text: Option<&str>) -> Self {
        text.map_or(Self::NONE, |text| Self::from_bytes(text.as_bytes()))
    }
}

/// Bytes that the caller owns and deletes with `aw_bytes_delete`.
#[repr(C)]
pub struct Bytes {
    /// Address of the first byte. Never NULL.
    data: *const u8,
    /// Number of bytes.
    len: usize,
    /// Owns the memory that `data` points to.
    owned: Box<OwnedBytes>,
}

impl Handle for Bytes {}

/// The Rust value that owns the memory of a `Bytes`.
struct OwnedBytes(Vec<u8>);

impl Bytes {
    /// Returns the C struct for these bytes. The pointer stays valid when the vector moves into `owned`: only the `Vec`
    /// value moves, not its elements.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { data: bytes.as_ptr(), len: bytes.len(), owned: Box::new(OwnedBytes(bytes)) }
    }

    /// Returns the bytes as a Rust slice, for the shim's tests.
    pub fn as_slice(&self) -> &[u8] {
        &self.owned.0
    }
}

/// Value type `i32`. Each value type has the same code as in the binary format.
pub const AW_I32: u8 = 0x7f;
/// Value type `i64`.
pub const AW_I64: u8 = 0x7e;
/// Value type `f32`.
pub const AW_F32: u8 = 0x7d;
/// Value type `f64`.
pub const AW_F64: u8 = 0x7c;
/// Value type `v128`.
pub const AW_V128: u8 = 0x7b;
/// Value type `funcref`.
pub const AW_FUNCREF: u8 = 0x70;
/// Value type `externref`.
pub const AW_EXTERNREF: u8 = 0x6f;
/// Any reference type other than `funcref` and `externref`. The types of a module can contain this code, but the
/// functions of the C layer do not accept the code from the caller.
pub const AW_OTHER_REF: u8 = 0x64;

const _: () = {
    assert!(AW_I32 == ValType::I32 as u8 && AW_I64 == ValType::I64 as u8);
    assert!(AW_F32 == ValType::F32 as u8 && AW_F64 == ValType::F64 as u8);
    assert!(AW_V128 == ValType::V128 as u8 && AW_FUNCREF == ValType::FuncRef as u8);
    assert!(AW_EXTERNREF == ValType::ExternRef as u8 && AW_OTHER_REF == ValType::Other as u8);
};

/// Kind of an extern: a function.
pub const AW_FUNC: u8 = 0;
/// Kind of an extern: a global.
pub const AW_GLOBAL: u8 = 1;
/// Kind of an extern: a table.
pub const AW_TABLE: u8 = 2;
/// Kind of an extern: a memory.
pub const AW_MEMORY: u8 = 3;
/// Kind of an extern: an exception tag.
pub const AW_TAG: u8 = 4;
/// Kind of an extern: an opaque reference, that is a reference to a function whose type the engine does not report.
pub const AW_OPAQUE: u8 = 5;

/// Flag of a global: the global is mutable.
pub const AW_MUTABLE: u8 = 1;
/// Flag of a memory or table: indices are 64 bits wide.
pub const AW_INDEX64: u8 = 2;
/// Flag of a memory: threads share the memory.
pub const AW_SHARED: u8 = 4;
/// Flag of a memory or table: the field `max` holds a maximum size.
pub const AW_HAS_MAX: u8 = 8;

/// Type of an extern, that is of a function, global, table, memory or tag.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CExternType {
    /// Kind of the extern, `AW_FUNC` to `AW_OPAQUE`.
    pub kind: u8,
    /// Value type of a global, or of the elements of a table. 0 for all other kinds.
    pub content: u8,
    /// Sum of the flags `AW_MUTABLE`, `AW_INDEX64`, `AW_SHARED` and `AW_HAS_MAX` that the type has.
    pub flags: u8,
    /// Base-2 logarithm of a memory's page size in bytes. 0 for all other kinds.
    pub page_size_log2: u8,
    /// Minimum size of a memory in pages, or of a table in elements. 0 for all other kinds.
    pub min: u64,
    /// Maximum size of a memory in pages, or of a table in elements. Only valid with the flag `AW_HAS_MAX`.
    pub max: u64,
    /// Parameter types of a function or tag, as codes of value types. The object that has the type owns the array, so
    /// the array is valid as long as the object lives.
    pub params: *const u8,
    /// Number of parameters.
    pub params_len: usize,
    /// Result types of a function or tag, as codes of value types. The object that has the type owns the array, so the
    /// array is valid as long as the object lives.
    pub results: *const u8,
    /// Number of results.
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

    /// Returns the C struct for a type. The struct points to the parameter and result types, so `ty` must outlive the
    /// struct. `None` means the type of an opaque reference, a function whose type the engine does not report.
    pub fn new(ty: Option<&ExternType>) -> Self {
        match ty {
            None => Self::EMPTY,
            Some(ExternType::Func(ty)) => Self::new_func(AW_FUNC, ty),
            Some(ExternType::Tag(ty)) => Self::new_func(AW_TAG, ty),
            Some(ExternType::Global(ty)) => {
                let flags = if ty.mutable { AW_MUTABLE } else { 0 };
                Self { kind: AW_GLOBAL, content: ty.content as u8, flags, ..Self::EMPTY }
            }
            Some(ExternType::Table(ty)) => {
                let flags = if ty.table64 { AW_INDEX64 } else { 0 };
                Self { kind: AW_TABLE, content: ty.element as u8, flags, ..Self::EMPTY }.with_limits(&ty.limits)
            }
            Some(ExternType::Memory(ty)) => {
                let index_flag = if ty.memory64 { AW_INDEX64 } else { 0 };
                let flags = index_flag | if ty.shared { AW_SHARED } else { 0 };
                Self { kind: AW_MEMORY, flags, page_size_log2: ty.page_size_log2, ..Self::EMPTY }
                    .with_limits(&ty.limits)
            }
        }
    }

    fn new_func(kind: u8, ty: &FuncType) -> Self {
        // The casts are valid because a `ValType` is one byte with the code of the type as its value.
        let (params, results) = (ty.params.as_ptr().cast(), ty.results.as_ptr().cast());
        Self { kind, params, params_len: ty.params.len(), results, results_len: ty.results.len(), ..Self::EMPTY }
    }

    fn with_limits(self, limits: &Limits) -> Self {
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

    /// Returns the memory type that this struct describes. Fails if the kind is not a memory, or if the type is invalid
    /// according to the core specification.
    pub fn memory(&self) -> Result<MemoryType> {
        let (limits, memory64, shared) = (self.limits()?, self.has(AW_INDEX64), self.has(AW_SHARED));
        // The proposal "custom page sizes" allows pages of one byte and the default size only.
        if self.kind != AW_MEMORY || !matches!(self.page_size_log2, 0 | MemoryType::DEFAULT_PAGE_SIZE_LOG2) {
            fail!(Invalid, "not the type of a memory: kind {}, page size 2^{}", self.kind, self.page_size_log2);
        }
        let max = max_pages(memory64, self.page_size_log2);
        if let Some(size) = [Some(limits.min), limits.max].into_iter().flatten().find(|size| *size > max) {
            fail!(Invalid, "a memory cannot have {size} pages: {max} is the most");
        }
        if shared && limits.max.is_none() {
            fail!(Invalid, "a shared memory needs a maximum size");
        }
        Ok(MemoryType { limits, memory64, shared, page_size_log2: self.page_size_log2 })
    }

    /// Returns the table type that this struct describes. Fails if the kind is not a table, or if the elements are not
    /// references.
    pub fn table(&self) -> Result<TableType> {
        let (limits, table64) = (self.limits()?, self.has(AW_INDEX64));
        match ValType::from_code(self.content).filter(|ty| ty.is_ref()) {
            Some(element) if self.kind == AW_TABLE => Ok(TableType { element, limits, table64 }),
            _ => fail!(Invalid, "not the type of a table: kind {}, elements {:#x}", self.kind, self.content),
        }
    }

    /// Returns the global type that this struct describes. Fails if the kind is not a global, or if the value type is
    /// unknown.
    pub fn global(&self) -> Result<GlobalType> {
        match ValType::from_code(self.content) {
            Some(content) if self.kind == AW_GLOBAL => Ok(GlobalType { content, mutable: self.has(AW_MUTABLE) }),
            _ => fail!(Invalid, "not the type of a global: kind {}, content {:#x}", self.kind, self.content),
        }
    }
}

/// Returns the number of pages in the address space of a memory, which has 2^32 bytes, or 2^64 bytes if `memory64` is
/// true.
pub fn max_pages(memory64: bool, page_size_log2: u8) -> u64 {
    1u64.checked_shl(if memory64 { 64 } else { 32 } - u32::from(page_size_log2)).unwrap_or(u64::MAX)
}

/// Returns the function type with these parameter and result types, which C passed as arrays of codes.
///
/// # Safety
/// `params` is NULL or points to `params_len` bytes, and `results` is NULL or points to `results_len` bytes. Nobody
/// changes or frees these bytes during the call.
pub unsafe fn func_type(
    params: *const u8,
    params_len: usize,
    results: *const u8,
    results_len: usize,
) -> Result<FuncType> {
    // SAFETY: the caller guarantees that `params` is NULL or points to `params_len` bytes, and that `results` is NULL
    // or points to `results_len` bytes. The caller guarantees that these bytes stay unchanged during the call. Neither
    // slice outlives the call.
    let (params, results) = unsafe {
        (
            pointer::slice(params, params_len, "the parameter types")?,
            pointer::slice(results, results_len, "the result types")?,
        )
    };
    Ok(FuncType { params: val_types(params)?, results: val_types(results)? })
}

fn val_types(codes: &[u8]) -> Result<Arc<[ValType]>> {
    if let Some(code) = codes.iter().find(|code| ValType::from_code(**code).is_none()) {
        fail!(Invalid, "{code:#x} is not the code of a value type");
    }
    // All codes are valid, so `unwrap_or` never uses its default. Collecting `ValType` values needs one allocation;
    // collecting `Result` values would need several.
    Ok(codes.iter().map(|code| ValType::from_code(*code).unwrap_or(ValType::Other)).collect())
}
