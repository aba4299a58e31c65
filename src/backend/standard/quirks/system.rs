// A system library. Nothing is known about the library, so the shim uses only functions that every engine implements.

use super::Quirks;

pub const QUIRKS: Quirks = Quirks::NONE;
