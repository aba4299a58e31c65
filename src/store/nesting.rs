//! Nested calls: calls into WebAssembly from a host function.
//!
//! Most engines keep the running calls of a thread in a list, and the calls of a thread must end in the opposite order
//! of their beginnings. A host that switches between stacks on one thread, as greenlets of Python do, could break this
//! order: the host could suspend a host function and begin another call. The engine would then abort the process or
//! corrupt memory. The shim therefore asks the host whether a call continues the innermost host function of its thread.
//! The host installs the hook that answers.

use crate::backend::{Backend, LinkedBackend, stack};
use crate::base::error::{Result, fail};
use std::sync::OnceLock;

/// The host's hook. Returns whether the innermost host function that runs on this thread may call WebAssembly now, that
/// is, whether that host function is not suspended.
pub type Hook = Box<dyn Fn() -> bool + Send + Sync>;

static HOOK: OnceLock<Hook> = OnceLock::new();

/// Installs the hook for the life of the process. A second call has no effect.
pub fn set_hook(hook: Hook) {
    HOOK.get_or_init(|| hook);
}

/// Fails if a host function of this thread is suspended, so that the engine must not run in a store. `is_running` is
/// whether WebAssembly is running in this store.
#[inline]
pub fn check(is_running: bool) -> Result<()> {
    if !stack::is_in_host() || (LinkedBackend::CALLS_INTERLEAVE && !is_running) {
        return Ok(());
    }
    ask_host()
}

#[cold]
fn ask_host() -> Result<()> {
    if HOOK.get().is_some_and(|hook| !hook()) {
        fail!(
            Engine,
            "a host function that a guest has called is suspended in another greenlet of this thread, and the engine \
             `{}` cannot run another guest until that host function returns: let it return first, or use a thread for \
             each guest",
            LinkedBackend::NAME
        );
    }
    Ok(())
}
