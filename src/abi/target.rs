//! Target triples.

use crate::abi::types::Str;
use crate::abi::{delete, entry, give};
use crate::base::error::{Error, ErrorKind};
use crate::base::pointer::{self, Handle};
use crate::base::target::Target;

/// A target triple. Its texts are valid until the triple is deleted.
#[repr(C)]
pub struct CTriple {
    /// The triple in its shortest full form.
    pub text: Str,
    /// Architecture. The architecture and the next four parts are `unknown` if the triple does not name them.
    pub architecture: Str,
    /// Vendor.
    pub vendor: Str,
    /// Operating system; on Darwin with its version.
    pub operating_system: Str,
    /// Format of object files, such as `elf`.
    pub binary_format: Str,
    /// C library, such as `gnu`, or the floating-point convention.
    pub environment: Str,
    /// `little` or `big`; `data` is NULL if the architecture is unknown.
    pub endianness: Str,
    /// Calling convention; `data` is NULL if the operating system has none.
    pub calling_convention: Str,
    /// Size of a pointer in bytes; 0 if the architecture is unknown.
    pub pointer_width: u8,
    /// Whether the engine compiles for this target: it compiles only for the machine that it runs on.
    pub is_host: bool,
    /// Owner of the texts.
    owned: Box<OwnedTriple>,
}

impl Handle for CTriple {}

/// Storage that the texts of a triple point to.
struct OwnedTriple(Target);

impl CTriple {
    /// Returns the C form of a target. Moving the target into `owned` does not move the texts.
    fn new(target: Target) -> Self {
        Self {
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
            owned: Box::new(OwnedTriple(target)),
        }
    }

    /// Returns the triple in its shortest full form.
    pub fn text(&self) -> &str {
        &self.owned.0.triple
    }
}

/// Parses a triple, such as `x86_64-linux-gnu`. The caller deletes the triple.
///
/// # Safety
/// The caller guarantees that `text` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_triple_new(text: *const u8, len: usize) -> Option<Box<CTriple>> {
    entry(|| {
        // SAFETY: the caller guarantees that `text` points to `len` bytes, which the call only reads.
        let bytes = unsafe { pointer::slice(text, len, "the triple") }?;
        let text = std::str::from_utf8(bytes)
            .map_err(|e| Error::new(ErrorKind::Invalid, format!("the triple is not UTF-8: {e}")))?;
        give(CTriple::new(Target::parse(text)?))
    })
}

/// Returns the triple of this machine. The caller deletes the triple.
#[unsafe(no_mangle)]
pub extern "C" fn aw_triple_host() -> Option<Box<CTriple>> {
    entry(|| give(CTriple::new(Target::host())))
}

/// Deletes a triple; NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn aw_triple_delete(triple: Option<Box<CTriple>>) {
    delete(triple);
}
