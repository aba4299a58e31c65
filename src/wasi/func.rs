//! A system call as a host function of an engine.

use crate::base::error::{Error, ErrorKind, Result};
use crate::base::types::FuncType;
use crate::base::value::Value;
use crate::store::Store;
use crate::store::host::HostCall;
use crate::wasi::caller::Caller;
use crate::wasi::calls::{self, Call};
use crate::wasi::guest::{Block, Guest};
use crate::wasi::{Failure, Version, WasiContext};
use std::sync::Arc;

/// One call of one program's WASI, for one instance.
pub struct WasiFunc {
    wasi: Arc<WasiContext>,
    version: Version,
    definition: &'static calls::Definition,
    caller: Arc<Caller>,
}

impl WasiFunc {
    /// The call at this place of the version's list; none beyond its end.
    pub fn new(wasi: Arc<WasiContext>, version: Version, index: usize, caller: Arc<Caller>) -> Option<Self> {
        Some(Self { wasi, version, definition: calls::of(version).get(index)?, caller })
    }

    /// Its type.
    pub fn ty(&self) -> FuncType {
        self.definition.ty()
    }
}

impl HostCall for WasiFunc {
    fn call(&self, store: &Store, values: &mut [Value]) -> Result<()> {
        if self.wasi.is_unset() {
            return Err(Error::new(ErrorKind::Engine, "WASI is not configured in this store"));
        }
        let entered = store.enter()?;
        // Also for calls that need none: a guest without a memory is not one that WASI is for.
        if self.caller.memory(&entered).is_none() {
            return Err(Error::new(ErrorKind::Engine, "missing required memory export"));
        }
        let block = || {
            let none = Block { data: std::ptr::null_mut(), len: 0, shared: false };
            self.caller.memory(&entered).unwrap_or(none)
        };
        // SAFETY: the caller looks at the memory anew each time; this thread holds the store, so that nobody else runs
        // WebAssembly in it, and no call keeps a part of the memory while it runs a stream of the host.
        let guest = unsafe { Guest::new(&block) };
        let Self { wasi, version, definition, .. } = self;
        let mut call = Call { wasi, guest, version: *version };
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
