//! Externs: `wasmtime_extern_t`, a union with a kind.

use wasm_c_api as c;

/// An object that can be imported or exported.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Extern(c::wasmtime_extern_t);

// SAFETY: the object belongs to a store, and one thread at a time uses it, under the lock of the store record. A shared
// memory may be used from any thread (wasmtime/sharedmemory.h).
unsafe impl Send for Extern {}

impl Extern {
    /// An extern of this kind, whose field `write` fills in. The field is all zeroes before.
    fn of_kind(kind: u32, write: impl FnOnce(&mut c::wasmtime_extern_union_t)) -> Self {
        // SAFETY: every field of the union is a plain C struct or a pointer, for which all bits zero is a valid value.
        let mut out: c::wasmtime_extern_t = unsafe { std::mem::zeroed() };
        out.kind = kind as c::wasmtime_extern_kind_t;
        write(&mut out.of);
        Self(out)
    }

    /// An extern that wasmtime wrote.
    pub fn from_raw(raw: c::wasmtime_extern_t) -> Self {
        Self(raw)
    }

    /// wasmtime's form of the extern.
    pub fn as_raw_mut(&mut self) -> *mut c::wasmtime_extern_t {
        &raw mut self.0
    }

    /// The extern of a function.
    pub fn func(func: c::wasmtime_func_t) -> Self {
        Self::of_kind(c::WASMTIME_EXTERN_FUNC, |union| union.func = func)
    }

    /// The extern of a global.
    pub fn global(global: c::wasmtime_global_t) -> Self {
        Self::of_kind(c::WASMTIME_EXTERN_GLOBAL, |union| union.global = global)
    }

    /// The extern of a table.
    pub fn table(table: c::wasmtime_table_t) -> Self {
        Self::of_kind(c::WASMTIME_EXTERN_TABLE, |union| union.table = table)
    }

    /// The extern of a memory.
    pub fn memory(memory: c::wasmtime_memory_t) -> Self {
        Self::of_kind(c::WASMTIME_EXTERN_MEMORY, |union| union.memory = memory)
    }

    /// The extern of a shared memory. The extern owns the pointer.
    pub fn shared_memory(memory: *mut c::wasmtime_sharedmemory_t) -> Self {
        Self::of_kind(c::WASMTIME_EXTERN_SHAREDMEMORY, |union| union.sharedmemory = memory)
    }

    /// The extern of an exception tag.
    pub fn tag(tag: c::wasmtime_tag_t) -> Self {
        Self::of_kind(c::WASMTIME_EXTERN_TAG, |union| union.tag = tag)
    }

    fn has_kind(&self, kind: u32) -> bool {
        u32::from(self.0.kind) == kind
    }

    /// The function. The extern must be one: the shim checks the type of an extern before a backend sees it.
    pub fn as_func(&self) -> &c::wasmtime_func_t {
        debug_assert!(self.has_kind(c::WASMTIME_EXTERN_FUNC));
        // SAFETY: the extern is a function, so this field is initialized. Even in an extern of another kind, the field
        // would hold bits of a plain C struct, zeroed by `of_kind` or written by wasmtime.
        unsafe { &self.0.of.func }
    }

    /// The global. The extern must be one: the shim checks the type of an extern before a backend sees it.
    pub fn as_global(&self) -> &c::wasmtime_global_t {
        debug_assert!(self.has_kind(c::WASMTIME_EXTERN_GLOBAL));
        // SAFETY: the extern is a global, so this field is initialized.
        unsafe { &self.0.of.global }
    }

    /// The table. The extern must be one: the shim checks the type of an extern before a backend sees it.
    pub fn as_table(&self) -> &c::wasmtime_table_t {
        debug_assert!(self.has_kind(c::WASMTIME_EXTERN_TABLE));
        // SAFETY: the extern is a table, so this field is initialized.
        unsafe { &self.0.of.table }
    }

    /// The memory. The extern must be one that lives in a store: the caller has looked at [`Extern::as_shared_memory`].
    pub fn as_memory(&self) -> &c::wasmtime_memory_t {
        debug_assert!(self.has_kind(c::WASMTIME_EXTERN_MEMORY));
        // SAFETY: the extern is a memory, so this field is initialized.
        unsafe { &self.0.of.memory }
    }

    /// The exception tag. The extern must be one: the shim checks the type of an extern before a backend sees it.
    pub fn as_tag(&self) -> &c::wasmtime_tag_t {
        debug_assert!(self.has_kind(c::WASMTIME_EXTERN_TAG));
        // SAFETY: the extern is a tag, so this field is initialized.
        unsafe { &self.0.of.tag }
    }

    /// Returns the shared memory that the extern owns; `None` for any other extern.
    pub fn as_shared_memory(&self) -> Option<*mut c::wasmtime_sharedmemory_t> {
        if !self.has_kind(c::WASMTIME_EXTERN_SHAREDMEMORY) {
            return None;
        }
        // SAFETY: the kind says that this field is initialized.
        Some(unsafe { self.0.of.sharedmemory })
    }
}
