//! What functions, memories, tables, globals and tags have in common.

use crate::abi::types::CExternType;
use crate::abi::{entry, pointer};
use crate::store::object::Extern;

/// Writes the type of an extern; its parameter and result types live as long as the extern.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_extern_type(object: *const Extern, out: *mut CExternType) -> bool {
    entry(|| {
        // SAFETY: the module's rules.
        unsafe {
            pointer::borrow(out, "the place for the type")?;
            *out = CExternType::of(pointer::borrow(object, "the extern")?.ty.as_ref());
        }
        Ok(true)
    })
}

/// Deletes an extern; NULL is nothing. What it stands for lives as long as its store needs it.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_extern_delete(object: *mut Extern) {
    // SAFETY: the module's rules.
    unsafe { pointer::take(object) }
}
