//! Bytes whose origin the host vouches for.

use crate::base::error::{Result, fail};

/// Bytes that [`crate::engine::module::Module::serialize`] returned, as the host vouches. An engine loads compiled code
/// without checking it: forged code could do anything.
#[derive(Clone, Copy)]
pub struct TrustedBytes<'a>(&'a [u8]);

impl<'a> TrustedBytes<'a> {
    /// Marks bytes as trusted.
    ///
    /// # Safety
    /// The bytes were returned by this library when it serialized a module, or are damaged by accident: a checksum
    /// detects damage, but not forgery.
    pub unsafe fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// Returns a part of the bytes, trusted like the whole. Fails if `part` lies elsewhere.
    pub fn part(self, part: &'a [u8]) -> Result<Self> {
        let (whole, range) = (self.0.as_ptr_range(), part.as_ptr_range());
        if range.start < whole.start || range.end > whole.end {
            fail!(Panic, "the compiled code lies outside the serialized module");
        }
        Ok(Self(part))
    }
}
