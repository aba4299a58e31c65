//! Exception tags.

use crate::backend::TagOps;
use crate::backend::wasmtime::external::Extern;
use crate::backend::wasmtime::{Wasmtime, error, types};
use crate::base::error::{ErrorKind, Result};
use crate::base::types::FuncType;
use wasm_c_api as c;

impl TagOps for Wasmtime {
    fn tag_new(store: Self::Store, ty: &FuncType) -> Result<Extern> {
        // SAFETY: the tag type takes over the function type. The store lives, wasmtime only reads the tag type, which is
        // then freed, and `check` owns the error.
        unsafe {
            let raw_type = c::wasm_tagtype_new(types::func_type(ty));
            let mut out = std::mem::zeroed();
            let error = c::wasmtime_tag_new(store.context, raw_type, &mut out);
            c::wasm_tagtype_delete(raw_type);
            error::check(error, ErrorKind::Invalid)?;
            Ok(Extern::tag(out))
        }
    }

    fn tag_same(store: Self::Store, one: Extern, other: Extern) -> bool {
        // SAFETY: the caller passes two tags of this store, so both unions hold tags.
        unsafe { c::wasmtime_tag_eq(store.context, one.as_tag(), other.as_tag()) }
    }
}
