//! Engines. Stores and modules share the engine that created them.

pub mod interrupt;
pub mod limits;
pub mod lowering;
pub mod module;
pub mod version;

use crate::backend::faults::{self, Occasion, Saved};
use crate::backend::reserve::require_memory;
use crate::backend::{Backend, EngineOps, LinkedBackend};
use crate::base::capabilities::Capabilities;
use crate::base::error::{Result, fail};
use crate::base::options::{EngineDescription, Options};
use crate::engine::interrupt::ticker::{self, Tick};
use crate::engine::interrupt::watch::Watch;
use crate::engine::lowering::Lowering;
use parking_lot::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use wasmparser::WasmFeatures;

/// Maximum size of a guest's stack, in bytes. The shim may allocate a stack of this size as committed memory, so a
/// larger maximum could exhaust the machine's memory.
const MAX_STACK_SIZE: u64 = 1 << 30;

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
    /// The value of the option `max_complexity`: how complex modules may be, in percent of the engine's default limits.
    /// 0 means no limits.
    pub max_complexity: u64,
    /// What modules are rewritten for.
    pub lowering: Lowering,
    /// The words of the stores whose modules were rewritten to look at them.
    watches: Mutex<Vec<Weak<Watch>>>,
}

/// The creation of the first engine object, in which the engine may install its handlers of faults.
static FIRST_ENGINE: Occasion = Occasion::new();

impl Engine {
    /// Creates an engine with these options. Fails if the options ask for a guest stack of more than 1 GiB, or if the
    /// engine library fails.
    pub fn new(options: Options) -> Result<Arc<Self>> {
        match options.size("max_wasm_stack") {
            Some(0) => fail!(Invalid, "max_wasm_stack size cannot be zero"),
            Some(size) if size > MAX_STACK_SIZE => {
                fail!(Invalid, "the option `max_wasm_stack` cannot be {size}: {MAX_STACK_SIZE} is the most");
            }
            _ => {}
        }
        let guest_stack_size = LinkedBackend::guest_stack_size(&options);
        let lowering = Lowering::new(&options);
        let native = lowering::native_options(&options);
        let interruptible = lowering.metering.deadline || LinkedBackend::interruptible(&native);
        faults::check(Saved::Perhaps)?;
        require_memory(ENGINE_MEMORY, "an engine")?;
        let engine = Arc::new(Self {
            raw: faults::installing(&FIRST_ENGINE, || LinkedBackend::engine_new(&native))?,
            features: options.switch_proposals(LinkedBackend::features(&options), LinkedBackend::max_features()),
            capabilities: lowering.capabilities(LinkedBackend::capabilities(&native)),
            guest_stack_size,
            epoch: AtomicU64::new(0),
            interruptible,
            has_deadlines: interruptible && options.switch("epoch_interruption") == Some(true),
            max_complexity: options.size("max_complexity").unwrap_or(100),
            lowering,
            watches: Mutex::default(),
            options,
        });
        if interruptible {
            let registered = ticker::register(Arc::downgrade(&engine) as Weak<dyn Tick>);
            // With `epoch_interruption` alone, the host's own calls advance the epoch, so guests can do without ticks.
            if let (Err(error), Some(true)) = (registered, engine.options.switch("interruptible")) {
                fail!(
                    Engine,
                    "an engine that is `interruptible` needs a thread, and the system cannot start one: {error}; leave the \
                     option out, or raise the limit on threads"
                );
            }
        }
        Ok(engine)
    }

    /// Adds the words of a new store.
    pub fn add_watch(&self, watch: &Arc<Watch>) {
        let mut watches = self.watches.lock();
        if watches.len() == watches.capacity() {
            watches.retain(|watch| watch.strong_count() > 0);
        }
        watches.push(Arc::downgrade(watch));
    }

    /// Advances the epoch, and ends the guests whose deadline it reaches.
    pub fn increment_epoch(&self) {
        let epoch = self.epoch.fetch_add(1, Ordering::SeqCst) + 1;
        if self.lowering.metering.deadline {
            ticker::acting(|| self.for_each_watch(|watch| watch.advance_epoch(epoch)));
        } else {
            LinkedBackend::engine_tick(&self.raw);
        }
    }

    fn for_each_watch(&self, act: impl Fn(&Watch)) {
        let watches: Vec<_> = self.watches.lock().iter().filter_map(Weak::upgrade).collect();
        watches.iter().for_each(|watch| act(watch));
    }
}

impl Tick for Engine {
    fn tick(&self) {
        if !self.lowering.metering.deadline {
            LinkedBackend::engine_tick(&self.raw);
        }
    }

    fn end_thread(&self, thread: u64) {
        self.for_each_watch(|watch| watch.end_thread(thread));
    }
}

/// Returns the description of the linked engine, the one engine that this build of the shim contains. The shim checks
/// options with this description.
pub fn description() -> EngineDescription {
    EngineDescription {
        name: LinkedBackend::NAME,
        has_option: lowering::has_option,
        capabilities: lowering::capabilities(),
    }
}
