//! Functions for exception tags.

use crate::backend::TagOps;
use crate::backend::wasmtime::external::Extern;
use crate::backend::wasmtime::{Wasmtime, error, types};
use crate::base::error::{ErrorKind, Result};
use crate::base::types::FuncType;
use wasm_c_api as c;

impl TagOps for Wasmtime {
    fn tag_new(store: Self::Store, ty: &FuncType) -> Result<Extern> {
        // SAFETY: the store lives. The tag type takes ownership of the function type. wasmtime only reads the tag type,
        // and the tag type is freed after wasmtime has read it. `check` takes ownership of the error.
        unsafe {
            let raw_type = c::wasm_tagtype_new(types::func_type(ty));
            let mut out = std::mem::zeroed();
            let error = c::wasmtime_tag_new(store.context, raw_type, &mut out);
            c::wasm_tagtype_delete(raw_type);
            error::check(error, ErrorKind::Invalid)?;
            Ok(Extern::tag(out))
        }
    }

    fn tag_same(store: Self::Store, _: &FuncType, one: &Extern, other: &Extern) -> Result<bool> {
        // SAFETY: the caller passes two tags of this store, so both unions hold tags.
        Ok(unsafe { c::wasmtime_tag_eq(store.context, one.as_tag(), other.as_tag()) })
    }
}
