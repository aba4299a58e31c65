//! C functions that keep the engines' handlers of faults (SIGSEGV, SIGBUS, SIGILL and SIGFPE) in front of the handlers
//! of other libraries.

use crate::abi::catch_errors;
use crate::backend::faults::{self, Saved};
use crate::base::error::Result;
use crate::base::pointer::non_null;

/// The functions that install handlers of faults for all engine modules of the process. C only passes a pointer to them
/// from one engine module to another.
pub struct FaultKeeper {
    _nothing: [u8; 0],
}

/// Makes sure that the engines get the faults of guests before other libraries do. Call this function after another
/// library has installed handlers. The functions that create an engine or a module do the same, and `aw_instance_new`
/// does it if the handler of SIGSEGV has been replaced. Fails if other libraries have installed handlers
/// more often than the shim can follow.
///
/// `have_saved` is false if the library has not saved the handlers that it replaced, so that it can never call or
/// restore them. The shim can follow such a library for ever.
#[unsafe(no_mangle)]
pub extern "C" fn aw_faults_check(have_saved: bool) -> bool {
    catch_errors(|| faults::check(if have_saved { Saved::Perhaps } else { Saved::No }).map(|()| true))
}

/// Returns the keeper that this engine module uses. The keeper is never freed.
#[unsafe(no_mangle)]
pub extern "C" fn aw_faults_keeper() -> Option<&'static FaultKeeper> {
    // SAFETY: `faults::keeper` returns a pointer that is valid for ever. A `FaultKeeper` has no bytes, so nothing reads
    // the keeper through the reference.
    catch_errors(|| Ok(unsafe { faults::keeper().cast::<FaultKeeper>().as_ref() }))
}

/// Makes this engine module use the keeper of another engine module, so that the process has only one. Call this
/// function before the module's first engine is made.
///
/// # Safety
/// The caller guarantees that `aw_faults_keeper` of an engine module of the same version returned the keeper.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn aw_faults_share(keeper: Option<&'static FaultKeeper>) -> bool {
    catch_errors(|| -> Result<bool> {
        let keeper = non_null(keeper, "the keeper")?;
        // SAFETY: the caller guarantees that an engine module of the same version returned the keeper.
        unsafe { faults::share((&raw const *keeper).cast()) };
        Ok(true)
    })
}
