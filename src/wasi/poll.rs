//! The system call `poll_oneoff`. It waits for times and for descriptors.

use crate::wasi::calls::{Call, Version};
use crate::wasi::guest::{u32_at, u64_at};
use crate::wasi::process::{MONOTONIC, REALTIME};
use crate::wasi::wait::Interrupts;
use crate::wasi::{Descriptor, Errno, Result};
use rustix::event::{PollFd, PollFlags};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

// The numbers of `eventtype`.
const CLOCK: u8 = 0;
const FD_READ: u8 = 1;
const FD_WRITE: u8 = 2;

/// The flag `eventrwflags::fd_readwrite_hangup`. An event has the flag if the position is at the end of the file, or if
/// a pipe has no writer.
const HANGUP: u16 = 1;

/// Size of an `event` in bytes.
const EVENT_SIZE: usize = 32;

/// Maximum number of subscriptions of one call. The host needs about 100 bytes for each subscription during the call.
const MAX_SUBSCRIPTIONS: u32 = 1 << 16;

/// A condition that the guest waits for.
enum Condition {
    /// The time is reached. `None` is a time that is too late for the type `Instant`. The call never reaches such a
    /// time.
    Until(Option<Instant>),
    /// The guest can read from the descriptor without blocking.
    Readable(Arc<Descriptor>),
    /// The guest can write to the descriptor without blocking.
    Writable(Arc<Descriptor>),
}

/// A decoded `subscription`.
struct Subscription {
    userdata: u64,
    condition: Condition,
}

/// The contents of an `event`.
struct Event {
    userdata: u64,
    kind: u8,
    byte_count: u64,
    flags: u16,
}

impl Call<'_> {
    pub(super) fn poll_oneoff(
        &mut self,
        subscriptions_ptr: u32,
        events_ptr: u32,
        count: u32,
        out_ptr: u32,
    ) -> Result<()> {
        if count == 0 {
            return Err(Errno::INVAL.into());
        }
        let size = self.version.subscription_size();
        self.guest.check(subscriptions_ptr, count as usize * size as usize)?;
        self.guest.check(events_ptr, count as usize * EVENT_SIZE)?;
        self.guest.check(out_ptr, 4)?;
        if count > MAX_SUBSCRIPTIONS {
            return Err(Errno::INVAL.into());
        }
        let now = Instant::now();
        let mut subscriptions = with_room(count as usize)?;
        for index in 0..count {
            subscriptions.push(self.read_subscription(subscriptions_ptr + index * size, now)?);
        }
        let occurred = wait(&subscriptions, &self.interrupts)?;
        for (index, event) in occurred.iter().enumerate() {
            let mut raw = [0; EVENT_SIZE];
            raw[..8].copy_from_slice(&event.userdata.to_le_bytes());
            raw[10] = event.kind;
            raw[16..24].copy_from_slice(&event.byte_count.to_le_bytes());
            raw[24..26].copy_from_slice(&event.flags.to_le_bytes());
            self.guest.write(events_ptr + (index * EVENT_SIZE) as u32, &raw)?;
        }
        self.guest.write_u32(out_ptr, occurred.len() as u32)
    }

    /// Reads the `subscription` at the address `ptr`. `now` is the start of relative times.
    fn read_subscription(&self, ptr: u32, now: Instant) -> Result<Subscription> {
        let head = self.guest.read::<24>(ptr)?;
        let userdata = u64_at(&head, 0);
        let fd = u32_at(&head, 16);
        let condition = match head[8] {
            CLOCK => Condition::Until(self.read_deadline(ptr, now)?),
            FD_READ => match self.wasi.get(fd)? {
                source if matches!(*source, Descriptor::Input(_) | Descriptor::File(_)) => Condition::Readable(source),
                _ => return Err(Errno::BADF.into()),
            },
            FD_WRITE => match self.wasi.get(fd)? {
                sink if matches!(*sink, Descriptor::Output(_) | Descriptor::File(_)) => Condition::Writable(sink),
                _ => return Err(Errno::BADF.into()),
            },
            _ => return Err(Errno::INVAL.into()),
        };
        Ok(Subscription { userdata, condition })
    }

    /// Reads the time to wait for from the `subscription` at the address `ptr`. The subscription contains a
    /// `subscription_clock`. Returns `None` if the time is too late for the type `Instant`.
    fn read_deadline(&self, ptr: u32, now: Instant) -> Result<Option<Instant>> {
        // In `wasi_unstable`, a `subscription_clock` begins with an identifier of 8 bytes.
        let clock_ptr = ptr + 16 + if self.version == Version::Unstable { 8 } else { 0 };
        let raw = self.guest.read::<28>(clock_ptr)?;
        let (id, timeout, flags) = (u32_at(&raw, 0), Duration::from_nanos(u64_at(&raw, 8)), raw[24]);
        let since_1970 = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        if flags > 1 || raw[25] != 0 {
            return Err(Errno::INVAL.into());
        }
        match (id, flags) {
            (REALTIME | MONOTONIC, 0) => Ok(now.checked_add(timeout)),
            (MONOTONIC, _) => Ok(self.wasi.started.checked_add(timeout)),
            (REALTIME, _) => Ok(now.checked_add(timeout.saturating_sub(since_1970()))),
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

/// Returns an empty list with room for `count` items. Fails with `ENOMEM` if the host has no memory for them.
fn with_room<T>(count: usize) -> Result<Vec<T>> {
    let mut list = Vec::new();
    list.try_reserve_exact(count).map_err(|_| Errno::NOMEM)?;
    Ok(list)
}

/// Waits until at least one condition is true. Returns one event for each condition that is true at that time.
fn wait(subscriptions: &[Subscription], interrupts: &Interrupts<'_>) -> Result<Vec<Event>> {
    let count = subscriptions.len();
    // The descriptors that the call waits for, and the positions of their subscriptions.
    let (mut fds, mut positions) = (with_room(count)?, with_room(count)?);
    let mut states = with_room(count)?;
    states.resize(count, PollFlags::empty());
    let mut earliest: Option<Instant> = None;
    for (index, subscription) in subscriptions.iter().enumerate() {
        let (fd, flags) = match &subscription.condition {
            Condition::Until(deadline) => {
                earliest = earliest.into_iter().chain(*deadline).min();
                continue;
            }
            Condition::Readable(descriptor) => match &**descriptor {
                Descriptor::Input(input) => (input.pollable(), PollFlags::IN),
                Descriptor::File(file) => (file.pollable(), PollFlags::IN),
                _ => (None, PollFlags::IN),
            },
            Condition::Writable(descriptor) => match &**descriptor {
                Descriptor::Output(output) => (output.pollable(), PollFlags::OUT),
                Descriptor::File(file) => (file.pollable(), PollFlags::OUT),
                _ => (None, PollFlags::OUT),
            },
        };
        match fd {
            Some(fd) => {
                fds.push(PollFd::from_borrowed_fd(fd, flags));
                positions.push(index);
            }
            // The descriptor is always ready: it is a file, or a stream without a file descriptor of the host.
            None => {
                states[index] = flags;
                earliest = Some(Instant::now());
            }
        }
    }
    interrupts.poll(&mut fds, earliest)?;
    for (index, fd) in positions.into_iter().zip(&fds) {
        states[index] = fd.revents();
    }
    let now = Instant::now();
    let mut events = with_room(count)?;
    events.extend(subscriptions.iter().zip(states).filter_map(|(subscription, state)| event(subscription, state, now)));
    Ok(events)
}

/// Returns the event of a subscription if its condition is true. Returns `None` if the condition is false. `state`
/// contains the events of the subscription's descriptor; it is empty if the descriptor is not ready. `now` is the
/// current time.
fn event(subscription: &Subscription, state: PollFlags, now: Instant) -> Option<Event> {
    let ready = !state.is_empty();
    let event = |kind, byte_count, flags| Some(Event { userdata: subscription.userdata, kind, byte_count, flags });
    match &subscription.condition {
        Condition::Until(Some(deadline)) if *deadline <= now => event(CLOCK, 0, 0),
        Condition::Readable(descriptor) if ready => match &**descriptor {
            // The number of available bytes is not known. The event reports 1 byte, so that the guest reads from the
            // file.
            Descriptor::File(file) if file.pollable().is_none() => {
                let size = file.file().metadata().map_or(0, |metadata| metadata.len());
                event(FD_READ, 1, if file.position() >= size { HANGUP } else { 0 })
            }
            _ => event(FD_READ, 1, if state.contains(PollFlags::HUP) { HANGUP } else { 0 }),
        },
        Condition::Writable(_) if ready => event(FD_WRITE, 1, 0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasi::WasiContext;
    use crate::wasi::testing::{TestGuest, errno};

    /// Writes a subscription to a clock to the address `ptr`. `timeout` is a time in nanoseconds. It is relative if
    /// `flags` is 0, and absolute if `flags` is 1.
    fn subscribe_clock(guest: &TestGuest, ptr: usize, userdata: u64, (id, timeout, flags): (u32, u64, u8)) {
        let clock = ptr + if guest.version == Version::Unstable { 24 } else { 16 };
        guest.memory().write(ptr, &[0; 56]).unwrap();
        guest.memory().write(ptr, &userdata.to_le_bytes()).unwrap();
        guest.memory().write(clock, &id.to_le_bytes()).unwrap();
        guest.memory().write(clock + 8, &timeout.to_le_bytes()).unwrap();
        guest.memory().write(clock + 24, &[flags]).unwrap();
    }

    /// Writes a subscription to a descriptor to the address `ptr`. `kind` is [`FD_READ`] or [`FD_WRITE`].
    fn subscribe_fd(guest: &TestGuest, ptr: usize, userdata: u64, kind: u8, fd: u32) {
        guest.memory().write(ptr, &[0; 56]).unwrap();
        guest.memory().write(ptr, &userdata.to_le_bytes()).unwrap();
        guest.memory().write(ptr + 8, &[kind]).unwrap();
        guest.memory().write(ptr + 16, &fd.to_le_bytes()).unwrap();
    }

    /// Calls `poll_oneoff` for the `count` subscriptions at address 0. Returns the user data and kind of each event.
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
