//! C functions for externs of every kind: functions, memories, tables, globals and tags.

use crate::abi::types::CExternType;
use crate::abi::{catch_errors, delete};
use crate::base::pointer::{Handle, non_null};
use crate::store::object::Extern;
use std::mem::MaybeUninit;

impl Handle for Extern {}

/// Writes the type of an extern to `out`. The arrays of parameter and result types are valid until the extern is
/// deleted.
#[unsafe(no_mangle)]
pub extern "C" fn aw_extern_type(object: Option<&Extern>, out: Option<&mut MaybeUninit<CExternType>>) -> bool {
    catch_errors(|| {
        let out = non_null(out, "the place for the type")?;
        out.write(CExternType::new(non_null(object, "the extern")?.ty.as_ref()));
        Ok(true)
    })
}

/// Deletes an extern. Has no effect if the pointer is NULL. The extern is only a handle to an object of a store. The
/// store frees the object when the store no longer needs the object.
#[unsafe(no_mangle)]
pub extern "C" fn aw_extern_delete(object: Option<Box<Extern>>) {
    delete(object);
}
