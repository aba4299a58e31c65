//! C functions for target triples.

use crate::abi::types::Str;
use crate::abi::{box_for_c, catch_errors, delete};
use crate::base::error::{Error, ErrorKind};
use crate::base::pointer::{self, Handle};
use crate::base::target::Target;

/// A target triple. Its texts are valid until the triple is deleted.
#[repr(C)]
pub struct CTriple {
    /// Canonical text of the triple, such as `x86_64-unknown-linux-musl` for `x86_64-linux-musl`.
    pub text: Str,
    /// Architecture, such as `x86_64`. Each of the five parts from `architecture` to `environment` is `unknown` if the
    /// triple does not contain the part.
    pub architecture: Str,
    /// Vendor, such as `pc`.
    pub vendor: Str,
    /// Operating system, such as `linux`. On Darwin, the text includes the version.
    pub operating_system: Str,
    /// Format of object files, such as `elf`.
    pub binary_format: Str,
    /// C library, such as `gnu`, or floating-point convention.
    pub environment: Str,
    /// Byte order: `little` or `big`. The text's `data` is NULL if the architecture is unknown.
    pub endianness: Str,
    /// Calling convention. The text's `data` is NULL if no convention is known for the operating system.
    pub calling_convention: Str,
    /// Size of a pointer in bytes; 0 if the architecture is unknown.
    pub pointer_width: u8,
    /// Whether this machine can run code for the target. The engine runs modules only for this machine.
    pub is_host: bool,
    /// Owns the memory that the texts point to.
    owned: Box<OwnedTriple>,
}

impl Handle for CTriple {}

/// The Rust value that owns the texts of a `CTriple`.
struct OwnedTriple(Target);

impl CTriple {
    /// Returns the C struct for a target. The pointers stay valid when the target moves into `owned`: only the `String`
    /// values move, not their heap memory.
    fn new(target: Target) -> Self {
        Self {
            text: Str::from_bytes(target.triple.as_bytes()),
            architecture: Str::from_bytes(target.architecture.as_bytes()),
            vendor: Str::from_bytes(target.vendor.as_bytes()),
            operating_system: Str::from_bytes(target.operating_system.as_bytes()),
            binary_format: Str::from_bytes(target.binary_format.as_bytes()),
            environment: Str::from_bytes(target.environment.as_bytes()),
            endianness: Str::from_option(target.endianness),
            calling_convention: Str::from_option(target.calling_convention),
            pointer_width: target.pointer_width,
            is_host: target.is_host,
            owned: Box::new(OwnedTriple(target)),
        }
    }

    /// Returns the triple's canonical text as a Rust string, for the shim's tests.
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
    catch_errors(|| {
        // SAFETY: the caller guarantees that `text` points to `len` bytes. The call only reads the bytes.
        let bytes = unsafe { pointer::slice(text, len, "the triple") }?;
        let text = std::str::from_utf8(bytes)
            .map_err(|e| Error::new(ErrorKind::Invalid, format!("the triple is not UTF-8: {e}")))?;
        box_for_c(CTriple::new(Target::parse(text)?))
    })
}

/// Returns the triple of this machine. The caller deletes the triple.
#[unsafe(no_mangle)]
pub extern "C" fn aw_triple_host() -> Option<Box<CTriple>> {
    catch_errors(|| box_for_c(CTriple::new(Target::host())))
}

/// Deletes a triple. Has no effect if the pointer is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn aw_triple_delete(triple: Option<Box<CTriple>>) {
    delete(triple);
}
