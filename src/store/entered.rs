//! Inside a store: the thread holds the store's lock, and may use the objects of the store.

use crate::backend::{Backend, LinkedBackend, stack};
use crate::base::error::{Error, ErrorKind, Result};
use crate::base::trap::TrapCode;
use crate::engine::interrupt;
use crate::store::Key;
use crate::store::state::State;
use crate::wasm::module_info::ModuleInfo;
use parking_lot::ReentrantMutexGuard;
use std::sync::Arc;

/// A store that this thread has entered. The thread leaves the store when the value is dropped.
pub struct Entered<'a> {
    /// The engine's store.
    pub raw: <LinkedBackend as Backend>::Store,
    pub(super) state: ReentrantMutexGuard<'a, State>,
}

impl<'a> Entered<'a> {
    /// Fails if the store is closed.
    pub(super) fn new(state: ReentrantMutexGuard<'a, State>) -> Result<Self> {
        match state.open_store() {
            Some(raw) => Ok(Self { raw, state }),
            None => Err(Error::closed()),
        }
    }
}

impl Entered<'_> {
    /// Gives the store an extern to own.
    pub fn add_extern(&self, object: <LinkedBackend as Backend>::Extern) -> Key {
        self.state.add_extern(object)
    }

    /// Returns the extern with this key, while the store owns it.
    pub fn extern_at(&self, key: Key) -> Option<<LinkedBackend as Backend>::Extern> {
        self.state.extern_at(key)
    }

    /// Gives the store an instance to own.
    pub fn add_instance(&self, object: <LinkedBackend as Backend>::Instance) -> Key {
        self.state.add_instance(object)
    }

    /// Runs WebAssembly. If a host function failed during the call, returns that failure instead of the trap that
    /// carried it.
    ///
    /// `stack` is how many bytes of the caller's stack WebAssembly may use. An engine computes its limit when a thread
    /// first enters the store, so a nested call runs on the same stack as the outermost call.
    pub fn run<T>(&self, guest_stack_size: usize, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let state = &*self.state;
        let nested = Nested::new(state);
        let result = if state.depth.get() > 1 {
            let other = state.other_stack.borrow().clone();
            match other {
                Some(other) => other.run(work),
                None => work(),
            }
        } else {
            interrupt::wake_ticker();
            if stack::has_room(guest_stack_size) { work() } else { state.run_on_other_stack(guest_stack_size, work) }
        };
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

    /// Records that a module is instantiated in the store.
    pub fn record_module(&self, info: &Arc<ModuleInfo>) {
        let mut modules = self.state.modules.borrow_mut();
        if !modules.iter().any(|known| Arc::ptr_eq(known, info)) {
            modules.push(info.clone());
            self.state.has_unusual_funcs.set(self.state.has_unusual_funcs.get() || info.has_unusual_funcs);
        }
    }

    /// Whether a function in the store may have a type with values that not every engine can exchange.
    pub fn has_unusual_funcs(&self) -> bool {
        self.state.has_unusual_funcs.get()
    }

    /// Records why a host function ended the call. The innermost [`Entered::run`] returns this error.
    pub fn record_host_error(&self, error: &Error) {
        self.state.host_error.set(Some(Box::new(error.clone())));
    }

    /// Returns the engine's epoch at which guests are interrupted.
    pub(super) fn deadline(&self) -> u64 {
        self.state.deadline.get()
    }

    /// Sets the engine's epoch at which guests are interrupted.
    pub(super) fn set_deadline(&self, epoch: u64) {
        self.state.deadline.set(epoch);
    }

    /// Records that the deadline ends the running guest.
    pub(super) fn mark_interrupted(&self) {
        self.state.interrupted.set(true);
    }
}

/// One call inside a store. `Drop` restores the depth and the outer call's failure, also after a panic.
struct Nested<'a> {
    state: &'a State,
    outer_error: Option<Box<Error>>,
}

impl<'a> Nested<'a> {
    fn new(state: &'a State) -> Self {
        state.depth.set(state.depth.get() + 1);
        Self { state, outer_error: state.host_error.take() }
    }

    /// Returns the failure of a host function that ended this call.
    fn end(self) -> Option<Box<Error>> {
        self.state.host_error.take()
    }
}

impl Drop for Nested<'_> {
    fn drop(&mut self) {
        self.state.host_error.set(self.outer_error.take());
        self.state.depth.set(self.state.depth.get() - 1);
        if self.state.depth.get() == 0 {
            // After a panic, `run_on_other_stack` has not cleared the stack.
            self.state.other_stack.replace(None);
        }
    }
}
