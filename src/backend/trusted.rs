//! Serialized modules whose origin the host guarantees.

use crate::base::error::{Result, fail};

/// Bytes of a serialized module. The host guarantees that [`crate::engine::module::Module::serialize`] returned these
/// bytes. The guarantee is necessary because an engine loads compiled code without checks, so forged code could do
/// anything.
#[derive(Clone, Copy)]
pub struct TrustedBytes<'a>(&'a [u8]);

impl<'a> TrustedBytes<'a> {
    /// Marks bytes as trusted.
    ///
    /// # Safety
    /// This library returned the bytes when the library serialized a module. The bytes may have been damaged by
    /// accident, because a checksum detects damage. Nobody has forged the bytes, because the checksum does not detect
    /// forgery.
    pub unsafe fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Returns the trusted bytes as a plain slice.
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// Marks `part` as trusted, because `part` is a part of these bytes. Fails if `part` is not completely inside these
    /// bytes.
    pub fn part(self, part: &'a [u8]) -> Result<Self> {
        let (whole, range) = (self.0.as_ptr_range(), part.as_ptr_range());
        if range.start < whole.start || range.end > whole.end {
            fail!(Panic, "the compiled code lies outside the serialized module");
        }
        Ok(Self(part))
    }
}
