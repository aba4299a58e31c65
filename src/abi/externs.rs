//! What all externs have in common: functions, memories, tables, globals and tags.

use crate::abi::types::CExternType;
use crate::abi::{delete, entry};
use crate::base::pointer::{Handle, non_null};
use crate::store::object::Extern;
use std::mem::MaybeUninit;

impl Handle for Extern {}

/// Writes the type of an extern to `out`. Its parameter and result types are valid until the extern is deleted.
#[unsafe(no_mangle)]
pub extern "C" fn aw_extern_type(object: Option<&Extern>, out: Option<&mut MaybeUninit<CExternType>>) -> bool {
    entry(|| {
        let out = non_null(out, "the place for the type")?;
        out.write(CExternType::of(non_null(object, "the extern")?.ty.as_ref()));
        Ok(true)
    })
}

/// Deletes an extern; NULL is allowed. The object that the extern refers to lives as long as its store needs the
/// object.
#[unsafe(no_mangle)]
pub extern "C" fn aw_extern_delete(object: Option<Box<Extern>>) {
    delete(object);
}
