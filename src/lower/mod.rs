//! Rewrites modules before an engine compiles them, where the engine cannot run a module as the standard says, or would
//! abort the process.
//!
//! Bytes in, bytes and a description of what changed out. The program does not notice: a rewritten module has the same
//! exports, function indices and names, and [`OffsetMap`] translates the code offsets that traps report. The engine
//! compiles the rewritten module. All descriptions come from the original module.

mod growth;
mod sections;
mod table_imports;

use crate::base::error::{Result, fail};
use crate::base::types::TableType;
use crate::wasm::module_info::{ModuleInfo, malformed_error};
use crate::wasm::offsets::OffsetMap;
use growth::Guards;
use wasmparser::Operator;

/// What an engine needs.
#[derive(Clone, Copy)]
pub struct Needs {
    /// The engine's code does not see writes of other instances to a table of its own whose size is fixed. The module
    /// imports these tables instead, and the host makes them.
    pub imported_fixed_tables: bool,
    /// The engine aborts the process if a table cannot grow because memory has run out. No table grows beyond this
    /// number of elements.
    pub max_table_elements: Option<u32>,
    /// The engine keeps native stack for each growth of a memory or table until the outermost call ends, and ends the
    /// process if the stack has no room left. An instance grows its objects at most this often.
    pub max_growths: Option<u32>,
    /// The engine aborts the process at `table.init` of a table of external references.
    pub no_table_init_of_externref: bool,
}

impl Needs {
    /// The engine needs nothing.
    pub const NONE: Self = Self {
        imported_fixed_tables: false,
        max_table_elements: None,
        max_growths: None,
        no_table_init_of_externref: false,
    };

    /// Returns whether the code of a module must be looked at.
    fn looks_at_code(&self) -> bool {
        self.max_table_elements.is_some() || self.max_growths.is_some() || self.no_table_init_of_externref
    }
}

/// A rewritten module.
pub struct Lowered {
    /// The module in the binary format.
    pub wasm: Vec<u8>,
    /// Translates code offsets to those of the original module.
    pub offsets: OffsetMap,
}

/// Returns the types of the tables that the rewritten module imports in addition to the imports of the original module.
/// They follow all other imports.
pub fn hidden_tables<'a>(info: &'a ModuleInfo, needs: &Needs) -> &'a [TableType] {
    if needs.imported_fixed_tables { table_imports::tables(info) } else { &[] }
}

/// Rewrites the valid module `wasm` for the engine `engine`. `rewritable` are the functions with instructions that an
/// engine may need to be rewritten, as positions in the code section. Returns `None` if the engine needs no change. Fails if the
/// engine would abort the process.
pub fn rewrite(
    wasm: &[u8],
    info: &ModuleInfo,
    rewritable: &[usize],
    needs: &Needs,
    engine: &str,
) -> Result<Option<Lowered>> {
    let tables = hidden_tables(info, needs);
    let mut growth = None;
    if needs.looks_at_code() && !rewritable.is_empty() {
        let mut init = None;
        let look = |operator: &Operator<'_>, offset, tables: &[wasmparser::TableType]| match operator {
            Operator::TableInit { table, .. } if tables[*table as usize].element_type.is_extern_ref() => {
                init = Some(offset);
            }
            _ => {}
        };
        growth = Guards::find(wasm, rewritable, needs, look).map_err(malformed_error)?;
        if let Some(offset) = init.filter(|_| needs.no_table_init_of_externref) {
            fail!(
                Unsupported,
                "the engine `{engine}` cannot run `table.init` on a table of `externref`, as at offset {offset:#x}"
            );
        }
    }
    if tables.is_empty() && growth.is_none() {
        return Ok(None);
    }
    sections::rewrite(wasm, tables, growth.as_ref()).map(Some).map_err(malformed_error)
}
