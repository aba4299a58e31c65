//! The number of a thread, and its processor time, which another thread can read.

use std::mem::MaybeUninit;
use std::time::Duration;

/// Returns the number of this thread, which is that of Python's `threading.get_ident`.
#[inline]
pub fn thread_number() -> u64 {
    // SAFETY: the function has no condition.
    unsafe { libc::pthread_self() as u64 }
}

/// The clock that counts the processor time of a thread.
#[derive(Clone, Copy)]
pub struct CpuClock(libc::clockid_t);

impl CpuClock {
    /// Returns the clock of this thread. Returns `None` if the system has no such clocks.
    pub fn of_this_thread() -> Option<Self> {
        let mut clock = MaybeUninit::uninit();
        // SAFETY: this thread is alive, and `clock` receives the result. On success the function has written it.
        unsafe {
            let failed = libc::pthread_getcpuclockid(libc::pthread_self(), clock.as_mut_ptr());
            (failed == 0).then(|| Self(clock.assume_init()))
        }
    }

    /// Returns the processor time that the thread has used. Returns `None` if the thread has ended.
    pub fn now(self) -> Option<Duration> {
        let mut time = MaybeUninit::<libc::timespec>::uninit();
        // SAFETY: `time` receives the result. On success the function has written it.
        let time = unsafe {
            if libc::clock_gettime(self.0, time.as_mut_ptr()) != 0 {
                return None;
            }
            time.assume_init()
        };
        Some(Duration::new(u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn another_thread_reads_the_clock() {
        let clock = CpuClock::of_this_thread().unwrap();
        let before = clock.now().unwrap();
        let mut sum = 0_u64;
        while clock.now().unwrap() - before < Duration::from_millis(5) {
            sum = std::hint::black_box(sum + 1);
        }
        let after = thread::spawn(move || clock.now().unwrap()).join().unwrap();
        assert!(after - before >= Duration::from_millis(5));
    }
}
