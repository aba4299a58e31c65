//! Access to the objects of a store, for the thread that holds the store's lock.

use crate::backend::{Backend, LinkedBackend, RefOps, stack};
use crate::base::error::{Error, ErrorKind, Result};
use crate::base::trap::TrapCode;
use crate::base::types::FuncType;
use crate::engine::interrupt::watch::Watch;
use crate::engine::interrupt::{self, ticker};
use crate::store::limits::Limits;
use crate::store::memory_bytes::Cost;
use crate::store::meter::Meter;
use crate::store::object::Extern;
use crate::store::state::State;
use crate::store::{Key, nesting};
use crate::wasm::module_info::ModuleInfo;
use parking_lot::ReentrantMutexGuard;
use std::sync::Arc;

/// A guard that shows that this thread has entered a store, that is, holds the store's lock. Dropping the guard
/// releases the store's lock. The lock is re-entrant, so a thread may hold several guards.
pub struct Entered<'a> {
    /// The store object of the engine library.
    pub raw: <LinkedBackend as Backend>::Store,
    pub(super) state: ReentrantMutexGuard<'a, State>,
}

impl<'a> Entered<'a> {
    /// Fails if the store is closed.
    // Inlined, because a call would pass the result on the stack instead of in registers, which costs 15 ns at each
    // access to a WebAssembly memory.
    #[inline(always)]
    pub(super) fn new(state: ReentrantMutexGuard<'a, State>) -> Result<Self> {
        match state.raw_if_open() {
            Some(raw) => Ok(Self { raw, state }),
            None => Err(Error::closed()),
        }
    }
}

impl Entered<'_> {
    /// Transfers the ownership of an extern (a function, memory, table, global or tag) to the store record, the shim's
    /// object for the store. Returns the extern's key.
    pub fn add_extern(&self, object: <LinkedBackend as Backend>::Extern) -> Key {
        self.state.add_extern(object)
    }

    /// Returns the extern (a function, memory, table, global or tag) with this key. Returns `None` if the extern has
    /// been freed.
    pub fn extern_at(&self, key: Key) -> Option<<LinkedBackend as Backend>::Extern> {
        self.state.extern_at(key)
    }

    /// Returns what the store has for rewritten modules. `None` if the engine needs no help with fuel, deadlines and
    /// limits.
    pub fn meter(&self) -> Option<&Meter> {
        self.state.meter.as_ref()
    }

    /// Returns whether this thread runs guests of the store.
    pub fn is_running(&self) -> bool {
        self.state.is_running()
    }

    /// Returns the limits that the shim itself keeps. They are unlimited if the engine keeps them.
    pub fn limits(&self) -> Limits {
        self.meter().map_or_else(Limits::default, |meter| meter.store_limits.get())
    }

    /// Counts memories that were made in the store.
    pub fn add_memories(&self, cost: Cost) {
        self.state.memories.add(cost);
    }

    /// Returns a number that no other object of the store has.
    pub fn next_number(&self) -> u64 {
        self.state.next_number.replace(self.state.next_number.get() + 1)
    }

    /// Returns the form of a function that [`RefOps::ref_lower`] takes. If that is a reference, the store keeps one for
    /// each function, because an engine may keep every reference as long as the store.
    pub fn reference_to(&self, func: &Extern, ty: Option<&FuncType>) -> Result<<LinkedBackend as Backend>::Extern> {
        let known = self.state.references.borrow().get(&func.identity).copied();
        match known {
            Some(reference) => Ok(reference),
            None => match LinkedBackend::reference_to(self.raw, func.raw, ty)? {
                Some(reference) => {
                    self.state.references.borrow_mut().insert(func.identity, reference);
                    Ok(reference)
                }
                None => Ok(func.raw),
            },
        }
    }

    /// Transfers the ownership of an instance to the store record, the shim's object for the store. Returns the
    /// instance's key.
    pub fn add_instance(&self, object: <LinkedBackend as Backend>::Instance) -> Key {
        self.state.add_instance(object)
    }

    /// Calls `work`, which runs WebAssembly. If a host function fails during the call, returns the error of the host
    /// function, not the trap that ended the WebAssembly code. Fails if a host function of this thread is suspended.
    ///
    /// `guest_stack_size` is the number of bytes of the caller's stack that WebAssembly may use. An engine computes its
    /// stack limit only at a thread's outermost call into the store. The limit would be wrong on another stack, so
    /// nested calls run on the stack of the outermost call.
    pub fn run<T>(&self, guest_stack_size: usize, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.run_guest(guest_stack_size, true, work)
    }

    /// Like [`Entered::run`], for `work` that instantiates a module. The guest may have to end, but it may also run
    /// nothing.
    pub fn run_instantiation<T>(&self, guest_stack_size: usize, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.run_guest(guest_stack_size, false, work)
    }

    #[inline]
    fn run_guest<T>(&self, guest_stack_size: usize, is_call: bool, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let state = &*self.state;
        if nesting::is_watched() {
            nesting::check(state.is_running())?;
        }
        let nested = NestedCall::new(state);
        let mut record = None;
        let result = if state.call_depth.get() > 1 {
            let outermost_call_stack = state.other_stack.borrow().clone();
            match outermost_call_stack {
                Some(stack) => stack.run(work),
                // The outermost call runs on the thread's own stack.
                None => work(),
            }
        } else {
            ticker::wake();
            let must_end = state.watch.begin();
            record = Some(EndOnDrop(&state.watch));
            if must_end && is_call {
                let code = TrapCode::Interrupt as i32;
                return Err(Error::new(ErrorKind::Trap, "wasm trap: interrupt").with_code(code));
            }
            if stack::has_room(guest_stack_size) { work() } else { state.run_on_other_stack(guest_stack_size, work) }
        };
        let result = match &state.meter {
            Some(meter) => {
                let result = meter.explain(self.raw, result);
                if result.is_err() && state.watch.take_signal() {
                    self.run_signal_handlers();
                }
                result
            }
            None => result,
        };
        drop(record);
        match nested.end() {
            None if state.interrupted.take() => result.map_err(|error| {
                let code = TrapCode::Interrupt as i32;
                self.complete_frames(Error { kind: ErrorKind::Trap, code, ..error })
            }),
            None => result.map_err(|error| self.complete_frames(error)),
            Some(error) => {
                let frames = result.err().map_or(Vec::new(), |error| self.complete_frames(error).frames);
                Err(Error { frames, ..*error })
            }
        }
    }

    /// Runs the host's handlers of signals, which a guest that has just ended could not run. If a handler fails, its error
    /// is that of the call.
    fn run_signal_handlers(&self) {
        // If the stack has no room for the host's hook, the handlers run later.
        let token = stack::on_host_stack(|| Ok(interrupt::call_hook())).unwrap_or(0);
        if token != 0 {
            self.record_host_error(&Error::host(token));
        }
    }

    /// Fails if a host function of this thread is suspended, so that the engine must not run.
    #[inline]
    pub fn check_nesting(&self) -> Result<()> {
        if nesting::is_watched() { nesting::check(self.state.is_running()) } else { Ok(()) }
    }

    /// Records that a module is instantiated in the store. The names in the frames of a trap come from the recorded
    /// modules.
    pub fn record_module(&self, info: &Arc<ModuleInfo>) {
        let mut modules = self.state.modules.borrow_mut();
        if !modules.iter().any(|known| Arc::ptr_eq(known, info)) {
            modules.push(info.clone());
            self.state.has_unusual_funcs.set(self.state.has_unusual_funcs.get() || info.has_unusual_funcs);
        }
    }

    /// Returns whether a function in the store may have an unusual type: a type with `v128`, or with references other
    /// than `funcref` and `externref`. The host cannot exchange values of these types with every engine.
    pub fn has_unusual_funcs(&self) -> bool {
        self.state.has_unusual_funcs.get()
    }

    /// Records the error with which a host function ended the running call. The innermost [`Entered::run`] returns this
    /// error.
    pub fn record_host_error(&self, error: &Error) {
        self.state.host_error.set(Some(Box::new(error.clone())));
    }

    /// Records that the running guest ends because of its deadline. [`Entered::run`] then returns a trap with the code
    /// of an interruption.
    pub(super) fn mark_interrupted(&self) {
        self.state.interrupted.set(true);
    }
}

/// Ends the record of an outermost call, also after a panic.
struct EndOnDrop<'a>(&'a Watch);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// A guard for one call into WebAssembly, which may be nested in another call. `Drop` restores the call depth, and the
/// error that a host function of the outer call has left, also after a panic.
struct NestedCall<'a> {
    state: &'a State,
    outer_error: Option<Box<Error>>,
}

impl<'a> NestedCall<'a> {
    fn new(state: &'a State) -> Self {
        state.call_depth.set(state.call_depth.get() + 1);
        Self { state, outer_error: state.host_error.take() }
    }

    /// Returns the error of the host function that ended this call. Returns `None` if no host function failed.
    fn end(self) -> Option<Box<Error>> {
        self.state.host_error.take()
    }
}

impl Drop for NestedCall<'_> {
    fn drop(&mut self) {
        self.state.host_error.set(self.outer_error.take());
        self.state.call_depth.set(self.state.call_depth.get() - 1);
    }
}
