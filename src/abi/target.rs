//! Target triples.

use crate::abi::types::Str;
use crate::abi::{entry, pointer};
use crate::base::error::{Error, ErrorKind};
use crate::base::target::Target;

/// A target triple. Its texts live as long as it.
#[repr(C)]
pub struct CTriple {
    /// In its shortest full form.
    pub text: Str,
    /// `unknown` where the triple does not say; so are the four that follow.
    pub architecture: Str,
    /// Whose it is.
    pub vendor: Str,
    /// On Darwin with its version.
    pub operating_system: Str,
    /// What object files are.
    pub binary_format: Str,
    /// The C library, or the kind of floats.
    pub environment: Str,
    /// `little` or `big`; NULL where unknown.
    pub endianness: Str,
    /// NULL where the operating system has none.
    pub calling_convention: Str,
    /// In bytes; 0 where unknown.
    pub pointer_width: u8,
    /// Whether engines here make code for it.
    pub is_host: bool,
    owned: *mut Target,
}

impl CTriple {
    fn give(target: Target) -> *mut Self {
        let owned = pointer::give(target);
        // SAFETY: just made, and nobody else has it; the texts stay where they are until `drop`.
        let target = unsafe { &*owned };
        pointer::give(Self {
            text: Str::of(target.triple.as_bytes()),
            architecture: Str::of(target.architecture.as_bytes()),
            vendor: Str::of(target.vendor.as_bytes()),
            operating_system: Str::of(target.operating_system.as_bytes()),
            binary_format: Str::of(target.binary_format.as_bytes()),
            environment: Str::of(target.environment.as_bytes()),
            endianness: Str::of_option(target.endianness),
            calling_convention: Str::of_option(target.calling_convention),
            pointer_width: target.pointer_width,
            is_host: target.is_host,
            owned,
        })
    }
}

impl Drop for CTriple {
    fn drop(&mut self) {
        // SAFETY: made by `give`; drop runs once.
        unsafe { pointer::take(self.owned) }
    }
}

/// The triple that a text says, such as `x86_64-linux-gnu`. The caller deletes it.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_triple_new(text: *const u8, len: usize) -> *mut CTriple {
    entry(|| {
        // SAFETY: the module's rules.
        let bytes = unsafe { pointer::slice(text, len, "the triple") }?;
        let text = std::str::from_utf8(bytes)
            .map_err(|e| Error::new(ErrorKind::Invalid, format!("the triple is not UTF-8: {e}")))?;
        Ok(CTriple::give(Target::parse(text)?))
    })
}

/// The triple of this machine. The caller deletes it.
#[unsafe(no_mangle)]
pub extern "C" fn aw_triple_host() -> *mut CTriple {
    entry(|| Ok(CTriple::give(Target::host())))
}

/// Deletes a triple; NULL is nothing.
///
/// # Safety
/// See the module's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_triple_delete(triple: *mut CTriple) {
    // SAFETY: the module's rules.
    unsafe { pointer::take(triple) }
}
