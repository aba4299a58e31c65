//! Deadlines, and interruption on behalf of the host: what a guest does at each tick, that is, whenever the time of its
//! engine advances.
//!
//! python/anywasm/core/parking.py describes how the exception of a signal handler gets from here to the program.

use crate::backend::{Backend, LinkedBackend, StoreOps, stack};
use crate::base::error::{Error, Result, fail};
use crate::engine::interrupt;
use crate::store::Store;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

impl Store {
    /// Sets the store's deadline: guests are interrupted once the host has advanced the engine's epoch `ticks` times
    /// from now on. Does nothing if the engine has no deadlines.
    pub fn set_deadline(&self, ticks: u64) -> Result<()> {
        let entered = self.enter()?;
        if self.engine.has_deadlines {
            let epoch = || self.engine.epoch.load(Ordering::SeqCst);
            self.watch.set_epoch(epoch().saturating_add(ticks), epoch);
            if !self.engine.lowering.metering.deadline {
                // The engine calls `check_deadline` at the next tick, or at once if `ticks` is 0. `check_deadline`
                // compares the epoch with the store's deadline, so the engine itself never needs a deadline of more
                // than one tick.
                LinkedBackend::store_set_deadline(entered.raw, ticks.min(1));
            }
        }
        Ok(())
    }

    /// Sets how long guests may run from now on: the time until they end, and the processor time that they may use. `None`
    /// means no limit. Fails if the guests of the engine cannot be interrupted.
    pub fn set_timeouts(&self, time: Option<Duration>, cpu_time: Option<Duration>) -> Result<()> {
        if !self.engine.interruptible && (time.is_some() || cpu_time.is_some()) {
            fail!(
                Unsupported,
                "the guests of the store cannot be interrupted: give its engine (`{}`) the option `interruptible`",
                LinkedBackend::NAME
            );
        }
        let entered = self.enter()?;
        if entered.is_running() {
            fail!(Store, "the time limits of a store cannot be set while it runs WebAssembly on this thread");
        }
        let now = Instant::now();
        // A time that is too long for the clock is no limit.
        let end = time.and_then(|time| now.checked_add(time));
        self.watch.set_time(end, cpu_time.filter(|time| now.checked_add(*time).is_some()));
        if !self.engine.lowering.metering.deadline {
            LinkedBackend::store_set_deadline(entered.raw, u64::from(!self.watch.ends_guests()));
        }
        match end.map_or(Ok(()), |end| self.watch.schedule(end)) {
            Ok(()) => Ok(()),
            Err(error) => fail!(Engine, "time limits need a thread, and the system cannot start one: {error}"),
        }
    }

    /// Fails if the time of the store is over, so that its guests must end.
    #[inline]
    pub fn check_end(&self) -> Result<()> {
        if self.watch.ends_guests() { self.end_guest() } else { Ok(()) }
    }

    #[cold]
    fn end_guest(&self) -> Result<()> {
        self.enter()?.mark_interrupted();
        fail!(Trap, "wasm trap: interrupt");
    }

    /// Fails if the running guest must end. The engine calls this function at each tick, on the thread that runs the
    /// guest. A system call of WASI that waits calls this function several times a second, on any engine.
    pub fn check_deadline(&self) -> Result<()> {
        let entered = self.enter()?;
        if self.watch.ends_guests_at(self.engine.epoch.load(Ordering::SeqCst)) {
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
