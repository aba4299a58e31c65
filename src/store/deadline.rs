//! Deadlines, and interruption on behalf of the host: what a guest does at each tick, that is, whenever the time of its
//! engine advances.
//!
//! python/anywasm/core/parking.py describes how the exception of a signal handler gets from here to the program.

use crate::backend::{LinkedBackend, StoreOps, stack};
use crate::base::error::{Error, Result, fail};
use crate::engine::interrupt;
use crate::store::Store;
use std::sync::atomic::Ordering;

impl Store {
    /// Sets the store's deadline: guests are interrupted once the host has advanced the engine's epoch `ticks` times
    /// from now on. Does nothing if the engine has no deadlines.
    pub fn set_deadline(&self, ticks: u64) -> Result<()> {
        let entered = self.enter()?;
        if self.engine.has_deadlines {
            let epoch = || self.engine.epoch.load(Ordering::SeqCst);
            let deadline = epoch().saturating_add(ticks);
            entered.set_deadline(deadline);
            if let Some(meter) = entered.meter().filter(|_| self.engine.lowering.metering.deadline) {
                meter.watch.set_deadline(deadline, epoch);
                return Ok(());
            }
            // The engine calls `check_deadline` at the next tick, or at once if `ticks` is 0. `check_deadline` compares
            // the epoch with the store's deadline, so the engine itself never needs a deadline of more than one tick.
            LinkedBackend::store_set_deadline(entered.raw, ticks.min(1));
        }
        Ok(())
    }

    /// Fails if the running guest must end. The engine calls this function at each tick, on the thread that runs the
    /// guest. A system call of WASI that waits calls this function several times a second, on any engine.
    pub fn check_deadline(&self) -> Result<()> {
        let entered = self.enter()?;
        if self.engine.epoch.load(Ordering::SeqCst) >= entered.deadline() {
            entered.mark_interrupted();
            fail!(Trap, "wasm trap: interrupt");
        }
        // If the stack has no room for the host's hook, the hook is not called, and the guest continues. The guest will
        // soon exhaust the stack and trap.
        match stack::on_host_stack(|| Ok(interrupt::call_hook())).unwrap_or(0) {
            0 => Ok(()),
            token => {
                entered.record_host_error(&Error::host(token));
                Err(Error::host(token))
            }
        }
    }
}
