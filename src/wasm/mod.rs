//! Work on the bytes of a module, which is the same for all engines. Nothing here uses an engine or a store.

pub mod binary;
pub mod envelope;
pub mod module_info;
pub mod start;
pub mod text;
