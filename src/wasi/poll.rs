//! `poll_oneoff`, which waits for times and descriptors.

use crate::wasi::calls::{Call, Version};
use crate::wasi::guest::{u32_at, u64_at};
use crate::wasi::{Descriptor, Errno, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// `eventrwflags::fd_readwrite_hangup`: the end of the file is reached.
const HANGUP: u16 = 1;

/// A condition to wait for.
enum Wait {
    /// A time is reached. `None` is a time too far away for `Instant`, which is never reached.
    Until(Option<Instant>),
    /// A descriptor can be read without blocking.
    Readable(Arc<Descriptor>),
    /// A descriptor can be written without blocking.
    Writable(Arc<Descriptor>),
}

struct Subscription {
    userdata: u64,
    wait: Wait,
}

struct Event {
    userdata: u64,
    kind: u8,
    bytes: u64,
    flags: u16,
}

impl Call<'_> {
    pub(super) fn poll_oneoff(&mut self, subscriptions: u32, events: u32, count: u32, out: u32) -> Result<()> {
        if count == 0 {
            return Err(Errno::INVAL.into());
        }
        let size = self.version.subscription_size();
        self.guest.check(subscriptions, count as usize * size as usize)?;
        self.guest.check(events, count as usize * 32)?;
        self.guest.check(out, 4)?;
        let now = Instant::now();
        let read = |index| self.subscription(subscriptions + index * size, now);
        let subscriptions = (0..count).map(read).collect::<Result<Vec<_>>>()?;
        let occurred = wait(&subscriptions)?;
        for (index, event) in occurred.iter().enumerate() {
            let mut raw = [0; 32];
            raw[..8].copy_from_slice(&event.userdata.to_le_bytes());
            raw[10] = event.kind;
            raw[16..24].copy_from_slice(&event.bytes.to_le_bytes());
            raw[24..26].copy_from_slice(&event.flags.to_le_bytes());
            self.guest.write(events + index as u32 * 32, &raw)?;
        }
        self.guest.write_u32(out, occurred.len() as u32)
    }

    /// Reads the `subscription` at `ptr`. Relative times are relative to `now`.
    fn subscription(&self, ptr: u32, now: Instant) -> Result<Subscription> {
        let head = self.guest.read::<24>(ptr)?;
        let userdata = u64_at(&head, 0);
        let fd = u32_at(&head, 16);
        let wait = match head[8] {
            0 => Wait::Until(self.deadline(ptr, now)?),
            1 => match self.wasi.get(fd)? {
                source if matches!(*source, Descriptor::Input(_) | Descriptor::File(_)) => Wait::Readable(source),
                _ => return Err(Errno::BADF.into()),
            },
            2 => match self.wasi.get(fd)? {
                sink if matches!(*sink, Descriptor::Output(_) | Descriptor::File(_)) => Wait::Writable(sink),
                _ => return Err(Errno::BADF.into()),
            },
            _ => return Err(Errno::INVAL.into()),
        };
        Ok(Subscription { userdata, wait })
    }

    /// Reads the time of the `subscription_clock` in the `subscription` at `ptr`.
    fn deadline(&self, ptr: u32, now: Instant) -> Result<Option<Instant>> {
        // In `wasi_unstable`, an identifier of 8 bytes precedes the other fields.
        let clock = ptr + 16 + if self.version == Version::Unstable { 8 } else { 0 };
        let raw = self.guest.read::<28>(clock)?;
        let (id, timeout, flags) = (u32_at(&raw, 0), Duration::from_nanos(u64_at(&raw, 8)), raw[24]);
        let wall = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        if flags > 1 || raw[25] != 0 {
            return Err(Errno::INVAL.into());
        }
        match (id, flags) {
            (0 | 1, 0) => Ok(now.checked_add(timeout)),
            (1, _) => Ok(self.wasi.started.checked_add(timeout)),
            (0, _) => Ok(now.checked_add(timeout.saturating_sub(wall()))),
            _ => Err(Errno::INVAL.into()),
        }
    }
}

impl Version {
    /// Returns the size of a `subscription` in bytes.
    fn subscription_size(self) -> u32 {
        match self {
            Self::Unstable => 56,
            Self::Preview1 => 48,
        }
    }
}

/// Waits until at least one condition is met. Returns the events of all conditions that are met then.
fn wait(subscriptions: &[Subscription]) -> Result<Vec<Event>> {
    let mut polled = Vec::new();
    let mut ready = vec![false; subscriptions.len()];
    let mut earliest: Option<Instant> = None;
    for (index, subscription) in subscriptions.iter().enumerate() {
        let (fd, flags) = match &subscription.wait {
            Wait::Until(deadline) => {
                earliest = earliest.into_iter().chain(*deadline).min();
                continue;
            }
            Wait::Readable(descriptor) => match &**descriptor {
                Descriptor::Input(input) => (input.pollable(), PollFlags::IN),
                _ => (None, PollFlags::IN),
            },
            Wait::Writable(descriptor) => match &**descriptor {
                Descriptor::Output(output) => (output.pollable(), PollFlags::OUT),
                _ => (None, PollFlags::OUT),
            },
        };
        match fd {
            Some(fd) => polled.push((index, PollFd::from_borrowed_fd(fd, flags))),
            // A file, bytes or a stream of the host, which are always ready.
            None => ready[index] = true,
        }
    }
    let mut fds: Vec<_> = polled.iter().map(|(_, fd)| fd.clone()).collect();
    let some_ready = ready.contains(&true);
    loop {
        let remaining = earliest.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let timeout = if some_ready { Some(Duration::ZERO) } else { remaining };
        match poll(&mut fds, timeout.map(timespec).as_ref()) {
            // A signal has interrupted `poll`. The next iteration waits for the remaining time.
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
            Ok(0) if !some_ready && earliest.is_none_or(|deadline| deadline > Instant::now()) => {}
            Ok(_) => break,
        }
    }
    for ((index, _), fd) in polled.iter().zip(&fds) {
        ready[*index] = !fd.revents().is_empty();
    }
    let now = Instant::now();
    let events = subscriptions.iter().zip(ready).filter_map(|(subscription, ready)| event(subscription, ready, now));
    Ok(events.collect())
}

fn timespec(duration: Duration) -> Timespec {
    let tv_sec = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    Timespec { tv_sec, tv_nsec: duration.subsec_nanos().into() }
}

/// Returns the event of a condition that is met. `ready` applies to descriptors, and `now` to times.
fn event(subscription: &Subscription, ready: bool, now: Instant) -> Option<Event> {
    let event = |kind, bytes, flags| Some(Event { userdata: subscription.userdata, kind, bytes, flags });
    match &subscription.wait {
        Wait::Until(Some(deadline)) if *deadline <= now => event(0, 0, 0),
        Wait::Readable(descriptor) if ready => match &**descriptor {
            // The event has a number of bytes, which is not known: 1 stands for at least one byte or the end of the
            // file.
            Descriptor::File(file) => {
                let size = file.file.metadata().map_or(0, |metadata| metadata.len());
                event(1, 1, if file.position() >= size { HANGUP } else { 0 })
            }
            _ => event(1, 1, 0),
        },
        Wait::Writable(_) if ready => event(2, 1, 0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasi::WasiContext;
    use crate::wasi::testing::{TestGuest, errno};

    /// Writes a subscription to a clock at `ptr`. `flags` 0 is a relative `timeout` in nanoseconds, 1 an absolute one.
    fn subscribe_clock(guest: &TestGuest, ptr: usize, userdata: u64, (id, timeout, flags): (u32, u64, u8)) {
        let clock = ptr + if guest.version == Version::Unstable { 24 } else { 16 };
        guest.memory().write(ptr, &[0; 56]).unwrap();
        guest.memory().write(ptr, &userdata.to_le_bytes()).unwrap();
        guest.memory().write(clock, &id.to_le_bytes()).unwrap();
        guest.memory().write(clock + 8, &timeout.to_le_bytes()).unwrap();
        guest.memory().write(clock + 24, &[flags]).unwrap();
    }

    /// Writes a subscription to the reads (`kind` 1) or writes (`kind` 2) of a descriptor at `ptr`.
    fn subscribe_fd(guest: &TestGuest, ptr: usize, userdata: u64, kind: u8, fd: u32) {
        guest.memory().write(ptr, &[0; 56]).unwrap();
        guest.memory().write(ptr, &userdata.to_le_bytes()).unwrap();
        guest.memory().write(ptr + 8, &[kind]).unwrap();
        guest.memory().write(ptr + 16, &fd.to_le_bytes()).unwrap();
    }

    /// Polls `count` subscriptions at address 0. Returns the user data and kind of each event.
    fn poll(guest: &TestGuest, count: u64) -> Result<Vec<(u64, u8)>> {
        guest.call("poll_oneoff", &[0, 4096, count, 8000])?;
        let events = u32_at(&guest.memory().read(8000, 4).unwrap(), 0) as usize;
        let raw = guest.memory().read(4096, 32 * events).unwrap();
        Ok(raw.chunks(32).map(|event| (u64_at(event, 0), event[10])).collect())
    }

    #[test]
    fn the_earliest_time_ends_the_wait() {
        for version in [Version::Unstable, Version::Preview1] {
            let mut guest = TestGuest::new(WasiContext::new());
            guest.version = version;
            let second = version.subscription_size() as usize;
            subscribe_clock(&guest, 0, 7, (1, u64::MAX, 0));
            subscribe_clock(&guest, second, 8, (0, 1_000_000, 0));
            assert_eq!(poll(&guest, 2).unwrap(), [(8, 0)]);
            subscribe_clock(&guest, 0, 9, (1, 1, 1));
            assert_eq!(poll(&guest, 1).unwrap(), [(9, 0)], "an absolute time in the past");
        }
    }

    #[test]
    fn streams_without_a_file_are_ready() {
        let guest = TestGuest::new(WasiContext::new());
        subscribe_clock(&guest, 0, 7, (1, u64::MAX, 0));
        subscribe_fd(&guest, 48, 8, 1, 0);
        subscribe_fd(&guest, 96, 9, 2, 1);
        assert_eq!(poll(&guest, 3).unwrap(), [(8, 1), (9, 2)]);
    }

    #[test]
    fn invalid_subscriptions_are_refused() {
        let guest = TestGuest::new(WasiContext::new());
        assert_eq!(errno(poll(&guest, 0)), Some(Errno::INVAL));
        assert_eq!(errno(poll(&guest, 1 << 31)), Some(Errno::FAULT));
        subscribe_fd(&guest, 0, 7, 1, 1);
        assert_eq!(errno(poll(&guest, 1)), Some(Errno::BADF), "standard output cannot be read");
        subscribe_fd(&guest, 0, 7, 3, 1);
        assert_eq!(errno(poll(&guest, 1)), Some(Errno::INVAL), "there is no kind 3");
        subscribe_clock(&guest, 0, 7, (2, 0, 0));
        assert_eq!(errno(poll(&guest, 1)), Some(Errno::INVAL), "the clock of the process is not available");
        subscribe_clock(&guest, 0, 7, (1, 0, 2));
        assert_eq!(errno(poll(&guest, 1)), Some(Errno::INVAL), "an undefined flag");
    }
}
