//! Externs, the objects that a module can import or export. The C type `wasmtime_extern_t` is a union with a number for
//! the kind of object.

use wasm_c_api as c;

/// An object that a module can import or export.
#[repr(transparent)]
#[derive(Clone, Copy)]
pub struct Extern(c::wasmtime_extern_t);

// SAFETY: the object belongs to a store. A thread uses the object only while the thread holds the lock of the store
// record, which owns all objects of the store. A shared memory may be used from any thread (wasmtime/sharedmemory.h).
unsafe impl Send for Extern {}

impl Extern {
    /// Creates an extern of this kind. All bytes of the union are zero until `write` sets the field for the kind.
    fn of_kind(kind: u32, write: impl FnOnce(&mut c::wasmtime_extern_union_t)) -> Self {
        // SAFETY: every field of the union is a plain C struct or a pointer. All bits zero is a valid value for each of
        // these fields.
        let mut out: c::wasmtime_extern_t = unsafe { std::mem::zeroed() };
        out.kind = kind as c::wasmtime_extern_kind_t;
        write(&mut out.of);
        Self(out)
    }

    /// Wraps an extern that wasmtime has written.
    pub fn from_raw(raw: c::wasmtime_extern_t) -> Self {
        Self(raw)
    }

    /// Returns a pointer to wasmtime's extern, for functions of `wasmtime.h`.
    pub fn as_raw_mut(&mut self) -> *mut c::wasmtime_extern_t {
        &raw mut self.0
    }

    /// Creates an extern that refers to a function.
    pub fn func(func: c::wasmtime_func_t) -> Self {
        Self::of_kind(c::WASMTIME_EXTERN_FUNC, |union| union.func = func)
    }

    /// Creates an extern that refers to a global.
    pub fn global(global: c::wasmtime_global_t) -> Self {
        Self::of_kind(c::WASMTIME_EXTERN_GLOBAL, |union| union.global = global)
    }

    /// Creates an extern that refers to a table.
    pub fn table(table: c::wasmtime_table_t) -> Self {
        Self::of_kind(c::WASMTIME_EXTERN_TABLE, |union| union.table = table)
    }

    /// Creates an extern that refers to a memory of a store.
    pub fn memory(memory: c::wasmtime_memory_t) -> Self {
        Self::of_kind(c::WASMTIME_EXTERN_MEMORY, |union| union.memory = memory)
    }

    /// Creates an extern that refers to a shared memory. The extern owns the pointer.
    pub fn shared_memory(memory: *mut c::wasmtime_sharedmemory_t) -> Self {
        Self::of_kind(c::WASMTIME_EXTERN_SHAREDMEMORY, |union| union.sharedmemory = memory)
    }

    /// Creates an extern that refers to an exception tag.
    pub fn tag(tag: c::wasmtime_tag_t) -> Self {
        Self::of_kind(c::WASMTIME_EXTERN_TAG, |union| union.tag = tag)
    }

    fn has_kind(&self, kind: u32) -> bool {
        u32::from(self.0.kind) == kind
    }

    /// Returns the function that this extern refers to. The extern must be a function. The shim checks the type of an
    /// extern before the shim passes the extern to a backend.
    pub fn as_func(&self) -> &c::wasmtime_func_t {
        debug_assert!(self.has_kind(c::WASMTIME_EXTERN_FUNC));
        // SAFETY: the extern is a function, so this field is initialized. In an extern of another kind, the field would
        // hold zeroes from `of_kind` or bytes from wasmtime. Both are valid for a plain C struct.
        unsafe { &self.0.of.func }
    }

    /// Returns the global that this extern refers to. The extern must be a global. The shim checks the type of an
    /// extern before the shim passes the extern to a backend.
    pub fn as_global(&self) -> &c::wasmtime_global_t {
        debug_assert!(self.has_kind(c::WASMTIME_EXTERN_GLOBAL));
        // SAFETY: the extern is a global, so this field is initialized.
        unsafe { &self.0.of.global }
    }

    /// Returns the table that this extern refers to. The extern must be a table. The shim checks the type of an extern
    /// before the shim passes the extern to a backend.
    pub fn as_table(&self) -> &c::wasmtime_table_t {
        debug_assert!(self.has_kind(c::WASMTIME_EXTERN_TABLE));
        // SAFETY: the extern is a table, so this field is initialized.
        unsafe { &self.0.of.table }
    }

    /// Returns the memory that this extern refers to. The extern must be a memory of a store, not a shared memory. The
    /// caller has checked with [`Extern::as_shared_memory`] that the memory is not shared.
    pub fn as_memory(&self) -> &c::wasmtime_memory_t {
        debug_assert!(self.has_kind(c::WASMTIME_EXTERN_MEMORY));
        // SAFETY: the extern is a memory, so this field is initialized.
        unsafe { &self.0.of.memory }
    }

    /// Returns the exception tag that this extern refers to. The extern must be a tag. The shim checks the type of an
    /// extern before the shim passes the extern to a backend.
    pub fn as_tag(&self) -> &c::wasmtime_tag_t {
        debug_assert!(self.has_kind(c::WASMTIME_EXTERN_TAG));
        // SAFETY: the extern is a tag, so this field is initialized.
        unsafe { &self.0.of.tag }
    }

    /// Returns the shared memory that the extern owns. Returns `None` for any other extern.
    pub fn as_shared_memory(&self) -> Option<*mut c::wasmtime_sharedmemory_t> {
        if !self.has_kind(c::WASMTIME_EXTERN_SHAREDMEMORY) {
            return None;
        }
        // SAFETY: the extern is a shared memory, so this field is initialized.
        Some(unsafe { self.0.of.sharedmemory })
    }
}
