//! Functions for engines.

use crate::backend::EngineOps;
use crate::backend::standard::engine_object::EngineObject;
use crate::backend::standard::quirks::{CodeLifetime, QUIRKS};
use crate::backend::standard::{Standard, compiled};
use crate::base::error::Result;
use crate::base::options::Options;
use parking_lot::Mutex;
use std::sync::{Arc, LazyLock};
use wasmparser::WasmFeatures;

/// Linux's default for `vm.max_map_count`, the maximum number of memory mappings of a process. Used if /proc does not
/// tell the actual maximum.
const DEFAULT_MAX_MAPPINGS: u64 = 65_530;

/// An engine: its options, and the engine object that new stores and modules use.
pub struct Engine {
    options: Options,
    current: Mutex<Arc<EngineObject>>,
}

impl Engine {
    /// Returns the engine object for a new store or module. Replaces the engine object if it keeps the code of many
    /// modules that nobody uses any more. Stores and modules keep the former engine object alive.
    pub fn current(&self) -> Result<Arc<EngineObject>> {
        let mut current = self.current.lock();
        if QUIRKS.code_lifetime == CodeLifetime::ReplacedEngine && current.keeps_unused_code() {
            *current = Arc::new(self.new_object()?);
        }
        Ok(current.clone())
    }

    /// Returns the engine object to compile a module with. Fails if the process has too many modules.
    pub fn for_module(&self) -> Result<Arc<EngineObject>> {
        compiled::check_count()?;
        match QUIRKS.code_lifetime {
            CodeLifetime::OwnEngine => Ok(Arc::new(self.new_object()?)),
            _ => self.current(),
        }
    }

    fn new_object(&self) -> Result<EngineObject> {
        EngineObject::new(&self.options)
    }
}

impl EngineOps for Standard {
    fn engine_new(options: &Options) -> Result<Engine> {
        let current = Mutex::new(Arc::new(EngineObject::new(options)?));
        Ok(Engine { options: options.clone(), current })
    }

    fn has_option(name: &str) -> bool {
        QUIRKS.options.contains(&name)
    }

    fn features(options: &Options) -> WasmFeatures {
        (QUIRKS.features)(options)
    }

    fn guest_stack_size(_: &Options) -> usize {
        QUIRKS.stack_size
    }

    fn max_modules() -> u64 {
        static MAX_MAPPINGS: LazyLock<u64> = LazyLock::new(|| {
            let text = std::fs::read_to_string("/proc/sys/vm/max_map_count").ok();
            text.and_then(|text| text.trim().parse().ok()).unwrap_or(DEFAULT_MAX_MAPPINGS)
        });
        // Modules may use two thirds of the mappings that a process may have. The last third stays free for all other
        // mappings.
        QUIRKS.mappings_per_module.map_or(u64::MAX, |count| *MAX_MAPPINGS / 3 * 2 / count)
    }
}
