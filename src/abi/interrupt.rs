//! C functions with which the host interrupts running guests.

use crate::abi::catch_errors;
use crate::base::pointer::non_null;
use crate::engine::interrupt::{self, ticker};

/// Hook that decides whether a running guest may continue (see `aw_interrupt_hook`). Returns 0 if the guest may
/// continue. Any other number is a token, by which the host finds the failure that ends the guest. The hook runs on the
/// guest's thread.
pub type InterruptHook = Option<unsafe extern "C" fn() -> u64>;

/// Sets the hook for the whole process. A second call has no effect. Guests call the hook about ten times a second if
/// their engine was made with the option `interruptible` or `epoch_interruption`. The error of an interrupted call
/// contains the token that the hook returned.
///
/// # Safety
/// The caller guarantees that the hook may be called from any thread until the process ends.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_interrupt_hook(hook: InterruptHook) -> bool {
    catch_errors(|| {
        let hook = non_null(hook, "the hook")?;
        // SAFETY: the caller guarantees that the hook may be called from any thread until the process ends.
        interrupt::set_hook(Box::new(move || unsafe { hook() }));
        Ok(true)
    })
}

/// Ends the guests that run on a thread, if the shim has rewritten their code, so that they cannot call the hook. The
/// thread calls the hook as soon as its guest has ended. `thread` is the number that Python's `threading.get_ident`
/// returns.
#[unsafe(no_mangle)]
pub extern "C" fn aw_interrupt_thread(thread: u64) {
    catch_errors(|| {
        interrupt::end_thread(thread);
        Ok(())
    });
}

/// Keeps the interruption of guests working when the process forks. The thread that forks calls this function before
/// the fork with `stage` 0, after the fork in the parent with `stage` 1, and after the fork in the child with `stage`
/// 2.
#[unsafe(no_mangle)]
pub extern "C" fn aw_interrupt_fork(stage: u32) {
    catch_errors(|| {
        match stage {
            0 => ticker::before_fork(),
            stage => ticker::after_fork(stage == 2),
        }
        Ok(())
    });
}
