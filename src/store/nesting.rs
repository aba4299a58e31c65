//! Nested calls: calls into WebAssembly from a host function.
//!
//! Most engines keep the running calls of a thread in a list, and the calls of a thread must end in the opposite order
//! of their beginnings. A host that switches between stacks on one thread, as greenlets of Python do, could break this
//! order: the host could suspend a host function and begin another call. The engine would then abort the process or
//! corrupt memory. Such a host installs a hook. The shim asks the hook at each call whether the call continues the
//! innermost host function of its thread.

use crate::backend::{Backend, LinkedBackend};
use crate::base::error::{Result, fail};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// The host's hook. Returns whether this thread may call WebAssembly now, that is, whether its innermost host function, if
/// there is one, is not suspended.
pub type Hook = Box<dyn Fn() -> bool + Send + Sync>;

static HOOK: OnceLock<Hook> = OnceLock::new();
/// Whether `HOOK` is set.
static IS_WATCHED: AtomicBool = AtomicBool::new(false);

/// Installs the hook for the life of the process. A second call has no effect.
pub fn set_hook(hook: Hook) {
    HOOK.get_or_init(|| hook);
    IS_WATCHED.store(true, Ordering::Relaxed);
}

/// Returns whether the host has installed a hook.
#[inline]
pub fn is_watched() -> bool {
    IS_WATCHED.load(Ordering::Relaxed)
}

/// Fails if a host function of this thread is suspended, so that the engine must not run in a store. `is_running` is
/// whether WebAssembly is running in this store.
#[cold]
pub fn check(is_running: bool) -> Result<()> {
    let may_conflict = is_running || !LinkedBackend::CALLS_INTERLEAVE;
    if may_conflict && HOOK.get().is_some_and(|hook| !hook()) {
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
