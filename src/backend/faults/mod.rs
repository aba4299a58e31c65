//! Keeps the engines' handlers of faults in front of the handlers of other libraries.
//!
//! A fault is a signal that the processor causes: SIGSEGV, SIGBUS, SIGILL or SIGFPE. An engine that runs machine code
//! turns the faults of guests into traps. The engine installs its handlers once, and cannot install them again. If
//! another library installs its own handler later, that handler gets the faults of guests, and usually ends the
//! process. Python's module `faulthandler` is such a library.
//!
//! The shim therefore installs handlers of its own, the fronts ([`fronts`]). A front first offers a fault to the
//! handlers of the engines, and then passes the fault on to the handler that the front replaced. [`check`] finds out
//! whether another library has installed a handler since, and installs the next front before that handler. A check
//! costs some system calls. It is therefore made when an engine or a module is created. An instantiation asks only for
//! the handler of SIGSEGV ([`check_quickly`]), which such a library hardly leaves out. Calls of guests are not checked.
//!
//! A process may contain several engine modules, each with a copy of this code. All of them use the [`Keeper`] of the
//! module that was loaded first, so that a process has only one set of fronts.

mod alternate_stack;
mod fork_lock;
mod fronts;
mod install;

pub use install::{Keeper, Occasion, Saved, installing, keeper, share};

use crate::base::error::{Error, ErrorKind, Result};

/// Makes sure that the engines' handlers get the faults of guests first, and that this thread has an alternate stack
/// for these handlers. Does nothing if no engine of the process handles faults.
///
/// Fails if other libraries have installed handlers more often than the shim can follow.
pub fn check(saved: Saved) -> Result<()> {
    match install::check(saved) {
        install::Outcome::NoEngine => Ok(()),
        install::Outcome::InFront => alternate_stack::ensure(),
        install::Outcome::TooMany => Err(Error::new(
            ErrorKind::Engine,
            format!(
                "other libraries have replaced the process's handlers of faults (SIGSEGV and the like) {} times since \
                 the first engine was made, so that traps of guests could end the process: make such a library install \
                 its handlers only once, or before the first engine",
                fronts::MAX_FRONTS - 1
            ),
        )),
    }
}

/// Does what [`check`] does if another library has installed a handler of SIGSEGV. Otherwise does nothing.
pub fn check_quickly() -> Result<()> {
    if install::is_in_front() { Ok(()) } else { check(Saved::Perhaps) }
}
