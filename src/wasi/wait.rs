//! Waiting in a system call. A call that waits, or that copies many bytes, regularly asks whether the guest must end:
//! the deadline of its store may have passed, or the program may have received a signal such as Ctrl-C.

use crate::base::error;
use crate::wasi::{Result, Stop};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::cell::Cell;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

/// Maximum time between two checks whether the guest must end.
const CHECK_PERIOD: Duration = Duration::from_millis(100);

/// Maximum number of bytes that a system call reads, writes or generates between two checks of the time.
pub const MAX_PIECE: usize = 1 << 20;

/// The way in which a system call in progress learns that the guest must end.
///
/// A check may run Python code, which may run the guest. A caller therefore holds no reference to the guest's memory
/// and no lock of the WASI context.
pub struct Interrupts<'a> {
    /// Fails if the guest must end.
    check: &'a dyn Fn() -> error::Result<()>,
    /// The time of the last check. `None` before the first use of this value.
    last_check: Cell<Option<Instant>>,
}

impl<'a> Interrupts<'a> {
    /// Returns a value that calls `check`. `check` fails if the guest must end.
    pub fn new(check: &'a dyn Fn() -> error::Result<()>) -> Self {
        Self { check, last_check: Cell::new(None) }
    }

    /// Fails if the guest must end.
    pub fn check(&self) -> std::result::Result<(), Stop> {
        self.last_check.set(Some(Instant::now()));
        (self.check)().map_err(Stop::Ended)
    }

    /// Fails if the guest must end. Does nothing if the last check was less than [`CHECK_PERIOD`] ago.
    pub fn check_if_due(&self) -> Result<()> {
        match self.last_check.get() {
            Some(time) if time.elapsed() >= CHECK_PERIOD => Ok(self.check()?),
            Some(_) => Ok(()),
            None => {
                self.last_check.set(Some(Instant::now()));
                Ok(())
            }
        }
    }

    /// Waits for an event of `fds`. Returns the number of descriptors with an event. If the time `until` is reached
    /// first, returns 0. Fails if the guest must end.
    pub fn poll(&self, fds: &mut [PollFd<'_>], until: Option<Instant>) -> Result<usize> {
        loop {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            match poll(fds, Some(&timespec(left.unwrap_or(CHECK_PERIOD).min(CHECK_PERIOD)))) {
                Ok(0) if left.is_some_and(|left| left <= CHECK_PERIOD) => return Ok(0),
                // A signal has interrupted the call, or a period without an event has passed.
                Ok(0) | Err(rustix::io::Errno::INTR) => self.check()?,
                Ok(count) => return Ok(count),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Waits until `fd` is ready for `events`. Fails if the guest must end.
    pub fn wait(&self, fd: BorrowedFd<'_>, events: PollFlags) -> Result<()> {
        self.poll(&mut [PollFd::from_borrowed_fd(fd, events)], None).map(drop)
    }

    /// Waits for this time. Fails if the guest must end.
    pub fn sleep(&self, time: Duration) -> Result<()> {
        self.poll(&mut [], Instant::now().checked_add(time))?;
        self.check_if_due()
    }
}

/// Converts a duration to the type that `poll` uses.
fn timespec(duration: Duration) -> Timespec {
    Timespec { tv_sec: duration.as_secs() as i64, tv_nsec: duration.subsec_nanos().into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::error::fail;
    use crate::wasi::Failure;
    use std::os::fd::AsFd;

    #[test]
    fn a_wait_ends_with_the_guest() {
        let (read_end, write_end) = std::io::pipe().unwrap();
        let interrupts = Interrupts::new(&|| fail!(Trap, "the guest must end"));
        let ended = |result: Result<()>| matches!(result, Err(Failure::Stop(Stop::Ended(_))));
        assert!(ended(interrupts.wait(read_end.as_fd(), PollFlags::IN)));
        assert!(ended(interrupts.poll(&mut [], None).map(drop)));
        assert!(ended(interrupts.sleep(2 * CHECK_PERIOD)));
        interrupts.wait(write_end.as_fd(), PollFlags::OUT).unwrap();
    }

    #[test]
    fn a_wait_checks_the_guest_in_each_period() {
        let checks = Cell::new(0);
        let check = || {
            checks.set(checks.get() + 1);
            Ok(())
        };
        let interrupts = Interrupts::new(&check);
        interrupts.check_if_due().unwrap();
        assert_eq!(checks.get(), 0, "the first period begins with the first use");
        let until = Instant::now() + 2 * CHECK_PERIOD;
        assert_eq!(interrupts.poll(&mut [], Some(until)).unwrap(), 0);
        assert!(checks.get() >= 1 && Instant::now() >= until);
        interrupts.poll(&mut [], Some(until)).unwrap();
    }
}
