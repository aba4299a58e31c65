//! Rewrites modules before an engine compiles them, where the engine cannot run a module as the standard says, or would
//! abort the process.
//!
//! Bytes in, bytes and a description of what changed out. The program does not notice: a rewritten module has the same
//! exports, function indices and names, and [`OffsetMap`] translates the code offsets that traps report. The engine
//! compiles the rewritten module. All descriptions come from the original module.

mod growth;
pub mod metering;
mod sections;
mod spaces;
mod table_imports;

use crate::base::error::{Result, fail};
use crate::wasm::hidden::{Hidden, HiddenExport};
use crate::wasm::module_info::{ModuleInfo, malformed_error};
use crate::wasm::offsets::OffsetMap;
use growth::Guards;
use metering::{Meter, Metering};
use sections::Changes;
use spaces::Spaces;
use wasmparser::Operator;

/// What an engine needs.
#[derive(Clone, Copy)]
pub struct Needs {
    /// The engine's code does not see writes of other instances to a table of its own whose size is fixed. The module
    /// imports these tables instead, and the host makes them.
    pub imported_fixed_tables: bool,
    /// The engine cannot limit what memories and tables grow to. Code that grows them compares with the limits of its
    /// store.
    pub limits: bool,
    /// The engine aborts the process if a table cannot grow because memory has run out. No table grows beyond this
    /// number of elements. Has an effect only with `limits`.
    pub max_table_elements: Option<u32>,
    /// The engine keeps native stack for each growth of a memory or table until the outermost call ends, and ends the
    /// process if the stack has no room left. An instance grows its objects at most this often.
    pub max_growths: Option<u32>,
    /// The host must call the start function, so that it can end it.
    pub deferred_start: bool,
    /// The engine aborts the process at `table.init` of a table of external references.
    pub no_table_init_of_externref: bool,
}

impl Needs {
    /// The engine needs nothing.
    pub const NONE: Self = Self {
        imported_fixed_tables: false,
        limits: false,
        max_table_elements: None,
        max_growths: None,
        deferred_start: false,
        no_table_init_of_externref: false,
    };

    /// Returns whether growths of memories and tables need guards.
    fn guards(&self) -> bool {
        self.limits || self.max_growths.is_some()
    }
}

/// A rewritten module.
pub struct Lowered {
    /// The module in the binary format.
    pub wasm: Vec<u8>,
    /// Translates code offsets to those of the original module.
    pub offsets: OffsetMap,
    /// What the module imports and exports in addition to the original module.
    pub hidden: Hidden,
}

/// Rewrites the valid module `wasm` for the engine `engine`. `rewritable` are the functions with instructions that an
/// engine may need to be rewritten, as positions in the code section. Returns `None` if nothing changes. Fails if the
/// engine would abort the process.
pub fn rewrite(
    wasm: &[u8],
    info: &ModuleInfo,
    rewritable: &[usize],
    needs: &Needs,
    metering: Metering,
    engine: &str,
) -> Result<Option<Lowered>> {
    let tables = if needs.imported_fixed_tables { table_imports::tables(info) } else { &[] };
    let looks_at_code = (needs.guards() || needs.no_table_init_of_externref) && !rewritable.is_empty();
    let defers_start = info.has_start && (needs.deferred_start || metering.is_on());
    if tables.is_empty() && !looks_at_code && !metering.is_on() && !defers_start {
        return Ok(None);
    }
    let spaces = Spaces::read(wasm).map_err(malformed_error)?;
    let meter = Meter::new(wasm, &spaces, metering).map_err(malformed_error)?;
    let mut guards = None;
    if looks_at_code {
        let mut init = None;
        let look = |operator: &Operator<'_>, offset| match operator {
            Operator::TableInit { table, .. } if spaces.tables[*table as usize].element_type.is_extern_ref() => {
                init = Some(offset);
            }
            _ => {}
        };
        let next_global = spaces.globals + u32::from(metering.fuel);
        guards = Guards::find(wasm, &spaces, rewritable, needs, next_global, look).map_err(malformed_error)?;
        if let Some(offset) = init.filter(|_| needs.no_table_init_of_externref) {
            fail!(
                Unsupported,
                "the engine `{engine}` cannot run `table.init` on a table of `externref`, as at offset {offset:#x}"
            );
        }
    }
    let guards = guards.filter(|_| needs.guards());
    if tables.is_empty() && guards.is_none() && meter.is_none() && !defers_start {
        return Ok(None);
    }
    let has = |export| match export {
        HiddenExport::Word => metering.deadline,
        HiddenExport::MemoryLimit | HiddenExport::TableLimit => {
            guards.as_ref().is_some_and(|guards| guards.limit(export).is_some())
        }
        // The start function must not run before the host can end it, or before the limits of the store are known.
        HiddenExport::Start => defers_start || info.has_start && needs.limits && guards.is_some(),
    };
    let hidden = Hidden::new(info, metering.fuel, tables, has);
    let changes = Changes { spaces: &spaces, hidden: &hidden, guards: guards.as_ref(), meter: meter.as_ref() };
    sections::rewrite(wasm, &changes).map(Some).map_err(malformed_error)
}

/// Returns the description of a module that was rewritten for an engine with these needs. `byte` is that of
/// [`Hidden::to_byte`].
pub fn hidden(info: &ModuleInfo, needs: &Needs, byte: u8) -> Hidden {
    let tables = if needs.imported_fixed_tables { table_imports::tables(info) } else { &[] };
    Hidden::from_byte(byte, info, tables)
}
