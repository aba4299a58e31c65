//! Functions for engines.

use crate::backend::EngineOps;
use crate::backend::standard::Standard;
use crate::backend::standard::engine_object::EngineObject;
use crate::backend::standard::quirks::{CodeLifetime, QUIRKS};
use crate::backend::standard::slices::{self, Slices};
use crate::base::error::Result;
use crate::base::options::Options;
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use wasmparser::WasmFeatures;

/// An engine: its options, and the engine object that new stores and modules use.
pub struct Engine {
    options: Options,
    /// The time by which guests reach their deadline, if their calls run in slices.
    now: Arc<AtomicU64>,
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

    /// Returns the engine object to compile a module with.
    pub fn for_module(&self) -> Result<Arc<EngineObject>> {
        match QUIRKS.code_lifetime {
            CodeLifetime::OwnEngine => Ok(Arc::new(self.new_object()?)),
            _ => self.current(),
        }
    }

    /// Returns what the calls of a new store need if they run in slices.
    pub fn slices(&self) -> Option<Slices> {
        QUIRKS.resumable.as_ref().and_then(|_| Slices::new(&self.options, &self.now))
    }

    fn new_object(&self) -> Result<EngineObject> {
        EngineObject::new(&self.options)
    }
}

impl EngineOps for Standard {
    fn engine_new(options: &Options) -> Result<Engine> {
        let current = Mutex::new(Arc::new(EngineObject::new(options)?));
        Ok(Engine { options: options.clone(), now: Arc::default(), current })
    }

    fn has_option(name: &str) -> bool {
        QUIRKS.options.contains(&name)
    }

    fn features(options: &Options) -> WasmFeatures {
        (QUIRKS.features)(options)
    }

    fn max_features() -> WasmFeatures {
        Self::features(&Options::default()) | QUIRKS.optional_features
    }

    fn guest_stack_size(options: &Options) -> usize {
        let of_option = options.size("max_wasm_stack").filter(|_| QUIRKS.stack_size_is_an_option);
        of_option.map_or(QUIRKS.stack_size, |size| size as usize)
    }

    fn interruptible(options: &Options) -> bool {
        QUIRKS.resumable.is_some() && slices::is_interruptible(options)
    }

    fn engine_tick(engine: &Engine) {
        engine.now.fetch_add(1, Ordering::SeqCst);
    }
}
