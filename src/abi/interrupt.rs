//! Interrupting guests for the host's sake.

use crate::engine::interrupt::{self, Hook};

/// Sets the hook that running guests of engines with the option `interruptible` or `epoch_interruption` ask about ten
/// times a second, on their own threads, whether they may go on: it returns 0, or a token that the error of the failed
/// call will carry.
///
/// # Safety
/// The hook may be called from any thread, until the process ends.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_interrupt_hook(hook: Hook) {
    interrupt::set_hook(hook);
}

/// To be called by a thread before it forks, with 0; and after it, with 1 in the parent and 2 in the child.
#[unsafe(no_mangle)]
pub extern "C" fn aw_interrupt_fork(stage: u32) {
    match stage {
        0 => interrupt::before_fork(),
        stage => interrupt::after_fork(stage == 2),
    }
}
