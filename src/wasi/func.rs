//! The host function that runs a system call.

use crate::base::error::{Error, ErrorKind, Result};
use crate::base::types::FuncType;
use crate::base::value::Value;
use crate::store::Store;
use crate::store::host::HostCall;
use crate::wasi::caller::Caller;
use crate::wasi::calls::{self, Call};
use crate::wasi::guest::Guest;
use crate::wasi::wait::Interrupts;
use crate::wasi::{Version, WasiContext};
use std::sync::Arc;

/// A host function that runs one system call for one instance, in the WASI context (arguments, environment and open
/// descriptors) of the program.
pub struct WasiFunc {
    wasi: Arc<WasiContext>,
    version: Version,
    definition: &'static calls::Definition,
    caller: Arc<Caller>,
}

impl WasiFunc {
    /// Returns a host function for the system call at `index` in [`calls::definitions`]`(version)`. Returns `None` if
    /// `index` is too large.
    pub fn new(wasi: Arc<WasiContext>, version: Version, index: usize, caller: Arc<Caller>) -> Option<Self> {
        Some(Self { wasi, version, definition: calls::definitions(version).get(index)?, caller })
    }

    /// Returns the type of the host function, which is the type of the system call.
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
        // A guest of WASI must export its memory. This check also applies to the calls that do not use the memory.
        if self.caller.memory(&entered).is_none() {
            return Err(Error::new(ErrorKind::Engine, "missing required memory export"));
        }
        let memory = || self.caller.memory(&entered).unwrap_or_default();
        let check = || store.check_deadline();
        let Self { wasi, version, definition, .. } = self;
        let interrupts = Interrupts::new(&check);
        let mut call = Call { wasi, guest: Guest::new(&memory), version: *version, interrupts };
        let errno = definition.call(&mut call, &values[..definition.arity()])?;
        if let Some(result) = values.first_mut() {
            *result = Value::default();
            result.i32 = errno.0.into();
        }
        Ok(())
    }
}
