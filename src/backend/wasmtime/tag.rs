//! Exception tags.

use crate::backend::wasmtime::engine::Store;
use crate::backend::wasmtime::{error, types};
use crate::base::error::{ErrorKind, Result};
use crate::base::types::FuncType;
use wasm_c_api as c;

/// A tag for exceptions with these values.
pub fn new(store: Store, ty: &FuncType) -> Result<c::wasmtime_extern_t> {
    // SAFETY: the tag's type takes the function's over, is only read and then deleted; the tag goes into the extern.
    unsafe {
        let raw_type = c::wasm_tagtype_new(types::func_type(ty));
        let mut out: c::wasmtime_extern_t = std::mem::zeroed();
        let place = (&raw mut out.of).cast::<c::wasmtime_tag_t>();
        let error = c::wasmtime_tag_new(store.context, raw_type, place);
        c::wasm_tagtype_delete(raw_type);
        error::check(error, ErrorKind::Invalid)?;
        out.kind = c::WASMTIME_EXTERN_TAG as c::wasmtime_extern_kind_t;
        Ok(out)
    }
}

/// Whether both are one.
pub fn same(store: Store, one: c::wasmtime_extern_t, other: c::wasmtime_extern_t) -> bool {
    // SAFETY: the shim passes only tags of this store here.
    unsafe { c::wasmtime_tag_eq(store.context, &one.of.tag, &other.of.tag) }
}
