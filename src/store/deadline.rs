//! Deadlines, and interruption on behalf of the host: what a guest does at each tick of its engine.
//!
//! python/anywasm/core/parking.py describes how the exception of a signal handler gets from here to the program.

use crate::backend::{LinkedBackend, StoreOps, stack};
use crate::base::error::{Error, Result, fail};
use crate::engine::interrupt;
use crate::store::Store;
use std::sync::atomic::Ordering;

impl Store {
    /// Sets the epoch at which guests are interrupted, in ticks from now. Does nothing if the engine has no deadlines.
    pub fn set_deadline(&self, ticks: u64) -> Result<()> {
        let entered = self.enter()?;
        if self.engine.has_deadlines {
            entered.set_deadline(self.engine.epoch.load(Ordering::SeqCst).saturating_add(ticks));
            // The engine calls `check_deadline` at the next tick, or at once if `ticks` is 0.
            LinkedBackend::store_set_deadline(entered.raw, ticks.min(1));
        }
        Ok(())
    }

    /// Fails if the running guest must end. The engine calls this function at each tick, on the thread that runs the
    /// guest.
    pub(super) fn check_deadline(&self) -> Result<()> {
        let entered = self.enter()?;
        if self.engine.epoch.load(Ordering::SeqCst) >= entered.deadline() {
            entered.mark_interrupted();
            fail!(Trap, "wasm trap: interrupt");
        }
        // If the stack has no room for the hook, the guest continues without the hook. The guest will soon exhaust the
        // stack and trap.
        match stack::on_host_stack(|| Ok(interrupt::call_hook())).unwrap_or(0) {
            0 => Ok(()),
            token => {
                entered.record_host_error(&Error::host(token));
                Err(Error::host(token))
            }
        }
    }
}
