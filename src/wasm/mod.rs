//! Functions that read and write the bytes of modules. They are the same for all engines. No function of this folder
//! uses an engine or a store.

pub mod binary;
pub mod complexity;
pub mod envelope;
pub mod hidden;
pub mod module_info;
pub mod offsets;
pub mod start;
pub mod text;
