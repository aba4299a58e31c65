//! An engine with its configuration, shared by the stores and modules made with it.

pub mod interrupt;
pub mod limits;
pub mod module;
pub mod version;

use crate::backend::{Active, Backend};
use crate::base::capabilities::Capabilities;
use crate::base::error::{Result, fail};
use crate::base::options::{EngineDescription, Options};
use crate::engine::interrupt::Tick;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use wasmparser::WasmFeatures;

/// More than this the stack of a guest cannot have: it is memory that is really there.
const MAX_STACK: usize = 1 << 30;

/// An engine.
pub struct Engine {
    /// The engine itself.
    pub raw: <Active as Backend>::Engine,
    /// The WebAssembly features that modules may use.
    pub features: WasmFeatures,
    /// What it can do under its options.
    pub capabilities: Capabilities,
    /// How much of the caller's stack WebAssembly may use; 0 where the engine brings its own.
    pub stack: usize,
    /// The options it was made with.
    pub options: Options,
    /// How often the host has advanced the epoch. The engine's own also counts the ticks of [`interrupt`].
    pub epoch: AtomicU64,
    /// Whether guests look at their store's deadline at all.
    pub interruptible: bool,
    /// Whether the host sets deadlines: a store starts with one that is reached.
    pub has_deadlines: bool,
    /// How many modules it was given.
    modules: AtomicU64,
}

/// How many modules the living engines of this process were given.
static MODULES: AtomicU64 = AtomicU64::new(0);

impl Engine {
    /// An engine with these options.
    pub fn new(options: Options) -> Result<Arc<Self>> {
        let stack = Active::stack(&options);
        if stack > MAX_STACK {
            fail!(Invalid, "the option `max_wasm_stack` cannot be {stack}: {MAX_STACK} is the most");
        }
        let interruptible = Active::interruptible(&options);
        let engine = Arc::new(Self {
            raw: Active::engine_new(&options)?,
            features: options.switch_proposals(Active::features(&options)),
            capabilities: Active::capabilities(&options),
            stack,
            epoch: AtomicU64::new(0),
            interruptible,
            has_deadlines: interruptible && options.switch("epoch_interruption") == Some(true),
            options,
            modules: AtomicU64::new(0),
        });
        if interruptible {
            interrupt::register(Arc::downgrade(&engine) as Weak<dyn Tick>);
        }
        Ok(engine)
    }

    /// Makes a module, unless the engine, which keeps their code, would die of one more.
    pub fn make_module<T>(&self, make: impl FnOnce() -> Result<T>) -> Result<T> {
        let most = Active::max_modules();
        if MODULES.load(Ordering::Relaxed) >= most {
            fail!(
                Unsupported,
                "the engine `{}` keeps the code of all modules that were made with an engine object until that goes, and \
                 cannot have more than {most} in a process: let go of the engine, with its stores and modules",
                Active::NAME
            );
        }
        let made = make()?;
        MODULES.fetch_add(1, Ordering::Relaxed);
        self.modules.fetch_add(1, Ordering::Relaxed);
        Ok(made)
    }
}

impl Tick for Engine {
    fn tick(&self) {
        Active::engine_tick(&self.raw);
    }
}

/// What the linked engine offers, for its options.
pub fn description() -> EngineDescription {
    EngineDescription {
        name: Active::NAME,
        has_option: Active::has_option,
        max_features: Active::max_features(),
        capabilities: Active::CAPABILITIES,
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        MODULES.fetch_sub(*self.modules.get_mut(), Ordering::Relaxed);
    }
}
