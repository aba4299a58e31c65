// A library of the system. Nothing is known of it, so that the shim uses only what every engine implements.

use super::Quirks;

pub const QUIRKS: Quirks = Quirks::NONE;
