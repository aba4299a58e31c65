//! The C function with which the host tells whether a thread may begin a nested call.

use crate::abi::catch_errors;
use crate::base::pointer::non_null;
use crate::store::nesting;

/// Hook that returns whether this thread may call WebAssembly, because its innermost host function, if there is one, is
/// not suspended (see `aw_nesting_hook`).
pub type NestingHook = Option<unsafe extern "C" fn() -> bool>;

/// Sets the hook for the whole process. A second call has no effect. The shim calls the hook when a call into
/// WebAssembly begins. If the hook returns false, the call fails.
///
/// Set the hook only if the host can switch between several stacks on one thread, and so suspend a host function: the hook takes time
/// at each call.
///
/// # Safety
/// The caller guarantees that the hook may be called from any thread until the process ends.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_nesting_hook(hook: NestingHook) -> bool {
    catch_errors(|| {
        let hook = non_null(hook, "the hook")?;
        // SAFETY: the caller guarantees that the hook may be called from any thread until the process ends.
        nesting::set_hook(Box::new(move || unsafe { hook() }));
        Ok(true)
    })
}
