//! Interrupts guests, which are running WebAssembly code, on behalf of the host: at their deadline, and so that Ctrl-C
//! works while WebAssembly runs.
//!
//! The host installs a hook: one function for the whole process. On an engine that can ask a running guest to look, the
//! [ticker](ticker) does so ten times a second, and the guest calls the hook on its own thread. The result of the hook
//! decides whether the guest must end. Guests whose code the shim has rewritten cannot call the hook. The host ends them
//! with [`end_thread`] when it knows that the hook would.

pub mod ticker;
pub mod watch;

use std::sync::OnceLock;

/// The host's hook. A guest calls the hook on the guest's thread. The hook returns 0 if the guest may continue. Any
/// other number is a token: a number by which the host finds the exception that ends the guest.
pub type Hook = Box<dyn Fn() -> u64 + Send + Sync>;

/// The installed hook.
static HOOK: OnceLock<Hook> = OnceLock::new();

/// Installs the hook for the life of the process. A second call has no effect. The hook must be callable from any
/// thread at any time.
pub fn set_hook(hook: Hook) {
    HOOK.get_or_init(|| hook);
    ticker::start_if_needed();
}

/// Calls the host's hook for a guest of this thread. Returns 0 if the guest may continue. Any other number is the token
/// by which the host finds the exception that ends the guest.
pub fn call_hook() -> u64 {
    ticker::guest_seen();
    HOOK.get().map_or(0, |hook| hook())
}

/// Ends the guests that run on a thread and whose code the shim has rewritten. `thread` is the number of
/// [`thread_number`](crate::backend::thread_clock::thread_number).
pub fn end_thread(thread: u64) {
    ticker::for_each_engine(|engine| engine.end_thread(thread));
}
