//! Host functions: the code between a backend's trampoline, which is the function that the engine calls, and the host's
//! own code. All backends share this code.
//!
//! If the host's code fails, an engine can pass on only a trap, not the error. The store record, the shim's object for
//! a store, therefore keeps the error, and [`Entered::run`] returns the error when the call into WebAssembly ends. The
//! code that passes on Python exceptions is in src/glue/host.c and python/anywasm/core/host.py.

use crate::backend::{FuncOps, HostFunc, LinkedBackend, stack};
use crate::base::error::{ErrorKind, Result};
use crate::base::types::{ExternType, FuncType};
use crate::base::value::Value;
use crate::store::object::Extern;
use crate::store::{Entered, Store};
use std::sync::Arc;

/// The host's implementation of a host function.
pub trait HostCall {
    /// Runs the function. The slots hold the arguments before the call and the results after the call, in the engine's
    /// representation. The function takes ownership of references among the arguments. The calling thread runs
    /// WebAssembly in `store`.
    fn call(&self, store: &Store, values: &mut [Value]) -> Result<()>;

    /// Frees the references among the arguments, which [`HostCall::call`] would have taken. The shim calls this
    /// function in place of [`HostCall::call`] if the stack has no room for the call. The default does nothing: it is
    /// for functions without references among their parameters.
    fn discard(&self, _store: &Store, _values: &[Value]) -> Result<()> {
        Ok(())
    }
}

/// Creates a host function in a store.
pub fn new_func(
    store: &Arc<Store>,
    entered: &Entered<'_>,
    ty: FuncType,
    function: impl HostCall + 'static,
) -> Result<Extern> {
    let func = HostFunc::new(ty.clone(), store, move |store, values| run(&function, store, values));
    let raw = LinkedBackend::func_new(entered.raw, func)?;
    Ok(Extern::new(store, entered, raw, Some(ExternType::Func(ty))))
}

fn run(function: &impl HostCall, store: &Store, values: &mut [Value]) -> Result<()> {
    let mut has_room = false;
    let result = stack::on_host_stack(|| {
        has_room = true;
        function.call(store, values)
    });
    if !has_room {
        function.discard(store, values)?;
    }
    // A host function may take long, and the guest may call it more often than it looks at its deadline.
    let result = result.and_then(|()| store.check_end());
    // The engine passes on a trap. The store record stores any other error.
    if let Err(error) = &result
        && error.kind != ErrorKind::Trap
    {
        store.enter()?.record_host_error(error);
    }
    result
}
