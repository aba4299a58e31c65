//! A system call as a host function of an engine.

use crate::base::error::{Error, ErrorKind, Result};
use crate::base::types::FuncType;
use crate::base::value::Value;
use crate::store::Store;
use crate::store::host::HostCall;
use crate::wasi::caller::Caller;
use crate::wasi::calls::{self, Call};
use crate::wasi::guest::Guest;
use crate::wasi::{Failure, Version, WasiContext};
use std::sync::Arc;

/// A system call that one instance imports, bound to the WASI context of the program.
pub struct WasiFunc {
    wasi: Arc<WasiContext>,
    version: Version,
    definition: &'static calls::Definition,
    caller: Arc<Caller>,
}

impl WasiFunc {
    /// Returns the system call at `index` of [`calls::of`]`(version)`, or `None` if `index` is too large.
    pub fn new(wasi: Arc<WasiContext>, version: Version, index: usize, caller: Arc<Caller>) -> Option<Self> {
        Some(Self { wasi, version, definition: calls::of(version).get(index)?, caller })
    }

    /// Returns the type of the function.
    pub fn ty(&self) -> FuncType {
        self.definition.ty.clone()
    }
}

impl HostCall for WasiFunc {
    fn call(&self, store: &Store, values: &mut [Value]) -> Result<()> {
        if self.wasi.is_unset() {
            return Err(Error::new(ErrorKind::Engine, "WASI is not configured in this store"));
        }
        let entered = store.enter()?;
        // The check applies to all calls, including those that use no memory: a guest of WASI must export its memory.
        if self.caller.memory(&entered).is_none() {
            return Err(Error::new(ErrorKind::Engine, "missing required memory export"));
        }
        let memory = || self.caller.memory(&entered).unwrap_or_default();
        let Self { wasi, version, definition, .. } = self;
        let mut call = Call { wasi, guest: Guest::new(&memory), version: *version };
        let errno = match definition.call(&mut call, &values[..definition.arity()]) {
            Ok(()) => 0,
            Err(Failure::Errno(errno)) => i32::from(errno.0),
            Err(Failure::Stop(stop)) => return Err(stop.into()),
        };
        if let Some(result) = values.first_mut() {
            *result = Value::default();
            result.i32 = errno;
        }
        Ok(())
    }
}
