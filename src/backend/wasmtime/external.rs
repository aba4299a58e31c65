//! `wasmtime_extern_t`, a union with a kind: one constructor for each kind.

use wasm_c_api as c;

/// An extern of this kind, whose field `write` fills in. The field is all zeroes before.
fn of_kind(kind: u32, write: impl FnOnce(&mut c::wasmtime_extern_union_t)) -> c::wasmtime_extern_t {
    // SAFETY: every field of the union is a plain C struct or a pointer, for which all bits zero is a valid value.
    let mut out: c::wasmtime_extern_t = unsafe { std::mem::zeroed() };
    out.kind = kind as c::wasmtime_extern_kind_t;
    write(&mut out.of);
    out
}

/// The extern of a function.
pub fn func(func: c::wasmtime_func_t) -> c::wasmtime_extern_t {
    of_kind(c::WASMTIME_EXTERN_FUNC, |of| of.func = func)
}

/// The extern of a global.
pub fn global(global: c::wasmtime_global_t) -> c::wasmtime_extern_t {
    of_kind(c::WASMTIME_EXTERN_GLOBAL, |of| of.global = global)
}

/// The extern of a table.
pub fn table(table: c::wasmtime_table_t) -> c::wasmtime_extern_t {
    of_kind(c::WASMTIME_EXTERN_TABLE, |of| of.table = table)
}

/// The extern of a memory.
pub fn memory(memory: c::wasmtime_memory_t) -> c::wasmtime_extern_t {
    of_kind(c::WASMTIME_EXTERN_MEMORY, |of| of.memory = memory)
}

/// The extern of a shared memory. The extern owns the pointer.
pub fn shared_memory(memory: *mut c::wasmtime_sharedmemory_t) -> c::wasmtime_extern_t {
    of_kind(c::WASMTIME_EXTERN_SHAREDMEMORY, |of| of.sharedmemory = memory)
}

/// The extern of an exception tag.
pub fn tag(tag: c::wasmtime_tag_t) -> c::wasmtime_extern_t {
    of_kind(c::WASMTIME_EXTERN_TAG, |of| of.tag = tag)
}

/// Returns the shared memory that an extern owns; `None` for any other extern.
pub fn as_shared_memory(object: &c::wasmtime_extern_t) -> Option<*mut c::wasmtime_sharedmemory_t> {
    if u32::from(object.kind) != c::WASMTIME_EXTERN_SHAREDMEMORY {
        return None;
    }
    // SAFETY: the kind says that this field of the union is the initialized one.
    Some(unsafe { object.of.sharedmemory })
}
