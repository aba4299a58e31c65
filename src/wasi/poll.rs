//! Waiting: `poll_oneoff`.

use crate::wasi::calls::{Call, Version};
use crate::wasi::guest::{u32_at, u64_at};
use crate::wasi::{Descriptor, Errno, Result};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

/// `eventrwflags::fd_readwrite_hangup`
const HANGUP: u16 = 1;

/// What is waited for.
enum Wait {
    /// A moment; none where it is further away than a clock counts.
    Until(Option<Instant>),
    /// A descriptor that can be read.
    Readable(Arc<Descriptor>),
    /// A descriptor that can be written.
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
        let happened = wait(&subscriptions)?;
        for (index, event) in happened.iter().enumerate() {
            let mut raw = [0; 32];
            raw[..8].copy_from_slice(&event.userdata.to_le_bytes());
            raw[10] = event.kind;
            raw[16..24].copy_from_slice(&event.bytes.to_le_bytes());
            raw[24..26].copy_from_slice(&event.flags.to_le_bytes());
            self.guest.write(events + index as u32 * 32, &raw)?;
        }
        self.guest.write_u32(out, happened.len() as u32)
    }

    fn subscription(&self, ptr: u32, now: Instant) -> Result<Subscription> {
        let head = self.guest.read::<24>(ptr)?;
        let userdata = u64_at(&head, 0);
        let fd = u32_at(&head, 16);
        let wait = match head[8] {
            0 => Wait::Until(self.deadline(ptr, now)?),
            1 => match self.wasi.get(fd)? {
                found if matches!(*found, Descriptor::Input(_) | Descriptor::File(_)) => Wait::Readable(found),
                _ => return Err(Errno::BADF.into()),
            },
            2 => match self.wasi.get(fd)? {
                found if matches!(*found, Descriptor::Output(_) | Descriptor::File(_)) => Wait::Writable(found),
                _ => return Err(Errno::BADF.into()),
            },
            _ => return Err(Errno::INVAL.into()),
        };
        Ok(Subscription { userdata, wait })
    }

    fn deadline(&self, ptr: u32, now: Instant) -> Result<Option<Instant>> {
        // The older version has an identifier before the rest.
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
    fn subscription_size(self) -> u32 {
        match self {
            Self::Unstable => 56,
            Self::Preview1 => 48,
        }
    }
}

/// Waits until something has happened, and tells all that has.
fn wait(subscriptions: &[Subscription]) -> Result<Vec<Event>> {
    let mut polled = Vec::new();
    let mut ready = vec![false; subscriptions.len()];
    let mut first: Option<Instant> = None;
    for (index, subscription) in subscriptions.iter().enumerate() {
        let (fd, flags) = match &subscription.wait {
            Wait::Until(deadline) => {
                first = first.into_iter().chain(*deadline).min();
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
            // A file, bytes or an object of the host: it never has to be waited for.
            None => ready[index] = true,
        }
    }
    let mut fds: Vec<_> = polled.iter().map(|(_, fd)| fd.clone()).collect();
    let at_once = ready.contains(&true);
    loop {
        let left = first.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let timeout = if at_once { Some(Duration::ZERO) } else { left };
        match poll(&mut fds, timeout.map(timespec).as_ref()) {
            // The deadline is looked at again.
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
            Ok(0) if !at_once && first.is_none_or(|deadline| deadline > Instant::now()) => {}
            Ok(_) => break,
        }
    }
    for ((index, _), fd) in polled.iter().zip(&fds) {
        ready[*index] = !fd.revents().is_empty();
    }
    let now = Instant::now();
    let happened = subscriptions.iter().zip(ready).filter_map(|(subscription, ready)| event(subscription, ready, now));
    Ok(happened.collect())
}

fn timespec(duration: Duration) -> Timespec {
    let tv_sec = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    Timespec { tv_sec, tv_nsec: duration.subsec_nanos().into() }
}

fn event(subscription: &Subscription, ready: bool, now: Instant) -> Option<Event> {
    let event = |kind, bytes, flags| Some(Event { userdata: subscription.userdata, kind, bytes, flags });
    match &subscription.wait {
        Wait::Until(Some(deadline)) if *deadline <= now => event(0, 0, 0),
        Wait::Readable(descriptor) if ready => match &**descriptor {
            // How much there is to read is not told, only that there is something, or the end.
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
