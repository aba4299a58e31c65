//! Tables that a module imports instead of making them.
//!
//! wasmer keeps a copy of each table of functions whose minimum is its maximum in the instance that makes the table, and
//! the code of this instance reads the copy. Only writes by this instance reach the copy. An imported table has no
//! copy.

use crate::base::types::{TableType, ValType};
use crate::wasm::module_info::ModuleInfo;

/// Returns the types of the tables that the module imports instead of making them: all tables up to the last one that
/// has a copy and that others can write to, because it is exported.
///
/// Imported tables come first. If all tables up to that one are imported, then no index of a table changes.
pub fn tables(info: &ModuleInfo) -> &[TableType] {
    let own = info.own_tables();
    let is_exported = |index: usize| info.exported_tables.contains(&((info.imported_tables + index) as u32));
    let last = own.iter().enumerate().rposition(|(index, ty)| has_copy(ty) && is_exported(index));
    last.map_or(&[], |last| &own[..=last])
}

fn has_copy(ty: &TableType) -> bool {
    ty.element == ValType::FuncRef && ty.limits.max == Some(ty.limits.min)
}
