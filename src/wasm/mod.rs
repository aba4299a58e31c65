//! What is done with the bytes of a module alone, the same for every engine.

pub mod binary;
pub mod envelope;
pub mod module_info;
pub mod start;
pub mod text;
