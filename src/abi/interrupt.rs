//! Interrupting guests on behalf of the host.

use crate::abi::entry;
use crate::base::pointer::non_null;
use crate::engine::interrupt;

/// The hook of `aw_interrupt_hook`. Returns 0 if the guest may continue, or else the token of the failure that ends
/// the guest. The guest's thread calls the hook.
pub type InterruptHook = Option<unsafe extern "C" fn() -> u64>;

/// Sets the hook that decides whether running guests may continue. Guests call the hook about ten times a second, if
/// the engine has the option `interruptible` or `epoch_interruption`. The error of an interrupted call carries the
/// hook's token.
///
/// # Safety
/// The caller guarantees that the hook may be called from any thread until the process ends.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_interrupt_hook(hook: InterruptHook) -> bool {
    entry(|| {
        let hook = non_null(hook, "the hook")?;
        // SAFETY: the caller guarantees that the hook may be called from any thread until the process ends.
        interrupt::set_hook(Box::new(move || unsafe { hook() }));
        Ok(true)
    })
}

/// Prepares for a fork. A thread calls this before it forks, with `stage` 0, and after it has forked: with 1 in the
/// parent and with 2 in the child.
#[unsafe(no_mangle)]
pub extern "C" fn aw_interrupt_fork(stage: u32) {
    entry(|| {
        match stage {
            0 => interrupt::before_fork(),
            stage => interrupt::after_fork(stage == 2),
        }
        Ok(())
    });
}
