//! Engines. Stores and modules share the engine that created them.

pub mod interrupt;
pub mod limits;
pub mod module;
pub mod version;

use crate::backend::faults::{self, Occasion, Saved};
use crate::backend::reserve::require_memory;
use crate::backend::{Backend, EngineOps, LinkedBackend};
use crate::base::capabilities::Capabilities;
use crate::base::error::{Result, fail};
use crate::base::options::{EngineDescription, Options};
use crate::engine::interrupt::Tick;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use wasmparser::WasmFeatures;

/// Maximum size of a guest's stack, in bytes. The shim may allocate a stack of this size as committed memory, so a
/// larger maximum could exhaust the machine's memory.
const MAX_STACK_SIZE: usize = 1 << 30;

/// Estimated memory for an engine, in bytes.
const ENGINE_MEMORY: usize = 1 << 20;

/// An engine with its options and capabilities.
pub struct Engine {
    /// The engine object of the linked engine library.
    pub raw: <LinkedBackend as Backend>::Engine,
    /// The WebAssembly features that modules may use.
    pub features: WasmFeatures,
    /// The capabilities that the engine has with its options.
    pub capabilities: Capabilities,
    /// Number of bytes of the caller's stack that WebAssembly may use; 0 for an engine that runs WebAssembly on a
    /// separate stack.
    pub guest_stack_size: usize,
    /// The options that the engine was created with.
    pub options: Options,
    /// Number of times that the host has advanced the epoch, the clock of deadlines. The engine's internal epoch also
    /// counts the ticks of [`interrupt`], so the shim compares deadlines with this number instead.
    pub epoch: AtomicU64,
    /// Whether guests check the deadline of their store at each tick of the ticker thread ([`interrupt`]).
    pub interruptible: bool,
    /// Whether the host sets deadlines. If the host sets deadlines, the deadline of a new store has already passed, so
    /// the store's guests are interrupted until the host sets a later deadline.
    pub has_deadlines: bool,
    /// Number of modules that the engine has compiled or loaded.
    module_count: AtomicU64,
}

/// Number of modules that the living engines of this process have compiled or loaded.
static MODULE_COUNT: AtomicU64 = AtomicU64::new(0);

/// The creation of the first engine object, in which the engine may install its handlers of faults.
static FIRST_ENGINE: Occasion = Occasion::new();

impl Engine {
    /// Creates an engine with these options. Fails if the options ask for a guest stack of more than 1 GiB, or if the
    /// engine library fails.
    pub fn new(options: Options) -> Result<Arc<Self>> {
        let guest_stack_size = LinkedBackend::guest_stack_size(&options);
        if guest_stack_size > MAX_STACK_SIZE {
            fail!(Invalid, "the option `max_wasm_stack` cannot be {guest_stack_size}: {MAX_STACK_SIZE} is the most");
        }
        let interruptible = LinkedBackend::interruptible(&options);
        faults::check(Saved::Perhaps)?;
        require_memory(ENGINE_MEMORY, "an engine")?;
        let engine = Arc::new(Self {
            raw: faults::installing(&FIRST_ENGINE, || LinkedBackend::engine_new(&options))?,
            features: options.switch_proposals(LinkedBackend::features(&options)),
            capabilities: LinkedBackend::capabilities(&options),
            guest_stack_size,
            epoch: AtomicU64::new(0),
            interruptible,
            has_deadlines: interruptible && options.switch("epoch_interruption") == Some(true),
            options,
            module_count: AtomicU64::new(0),
        });
        if interruptible {
            interrupt::register(Arc::downgrade(&engine) as Weak<dyn Tick>)?;
        }
        Ok(engine)
    }

    /// Calls `make` to compile or load a module, and counts the module. Checks first that the engine gets the faults of
    /// guests. Fails if the process already has the maximum
    /// number of modules. The maximum exists because an engine may keep the code of all its modules, and abort the
    /// process if there are more modules than the maximum.
    pub fn make_module<T>(&self, make: impl FnOnce() -> Result<T>) -> Result<T> {
        faults::check(Saved::Perhaps)?;
        let max = LinkedBackend::max_modules();
        if MODULE_COUNT.load(Ordering::Relaxed) >= max {
            fail!(
                Unsupported,
                "the engine `{}` keeps the code of all modules that were made with an engine object until that goes, and \
                 cannot have more than {max} in a process: let go of the engine, with its stores and modules",
                LinkedBackend::NAME
            );
        }
        let module = make()?;
        MODULE_COUNT.fetch_add(1, Ordering::Relaxed);
        self.module_count.fetch_add(1, Ordering::Relaxed);
        Ok(module)
    }
}

impl Tick for Engine {
    fn tick(&self) {
        LinkedBackend::engine_tick(&self.raw);
    }
}

/// Returns the description of the linked engine, the one engine that this build of the shim contains. The shim checks
/// options with this description.
pub fn description() -> EngineDescription {
    EngineDescription {
        name: LinkedBackend::NAME,
        has_option: LinkedBackend::has_option,
        max_features: LinkedBackend::max_features(),
        capabilities: LinkedBackend::CAPABILITIES,
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        MODULE_COUNT.fetch_sub(*self.module_count.get_mut(), Ordering::Relaxed);
    }
}
