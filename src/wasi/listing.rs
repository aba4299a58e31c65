//! The listing of a directory, which a guest reads in parts with `fd_readdir`.
//!
//! A guest names the place where the listing continues by a cookie, which is the number of the entry. A listing usually
//! continues at the next entry, so the host keeps only a few entries. An open directory therefore needs little memory of
//! the host, however large the directory is.

use crate::wasi::Result;
use crate::wasi::calls::Call;
use crate::wasi::stat::FileType;
use crate::wasi::wait::Interrupts;
use cap_std::fs;
use parking_lot::Mutex;
use rustix::fs::{AtFlags, RawDir, SeekFrom, seek, statat};
use std::collections::VecDeque;
use std::mem::MaybeUninit;
use std::sync::Arc;

/// Size of a `dirent` in bytes, without the name of the entry. The name follows the `dirent`.
const DIRENT_SIZE: usize = 24;

/// Number of bytes of directory entries that the operating system returns at once.
const BATCH_SIZE: usize = 8 << 10;

/// The number of the first entry after `.` and `..`, which every listing starts with.
pub const FIRST_COOKIE: u64 = 2;

/// An entry of a directory. The fields are the name, inode number and type of a `dirent`.
#[derive(Clone)]
pub struct Entry {
    pub name: Arc<[u8]>,
    pub ino: u64,
    pub ty: FileType,
}

/// The listing of one open directory of the host.
#[derive(Default)]
pub struct Listing(Mutex<Position>);

#[derive(Default)]
struct Position {
    /// The number of the first entry in `entries`, or of the next entry that the operating system returns. `None` if
    /// the directory must be read from the start.
    number: Option<u64>,
    /// Entries that the operating system has returned, and that the guest has not yet passed.
    entries: VecDeque<Entry>,
}

impl Listing {
    /// Makes the next call of [`Listing::entry`] read the directory again, so that changes become visible.
    pub fn restart(&self) {
        *self.0.lock() = Position::default();
    }

    /// Returns the entry with the number `cookie`. Returns `None` at the end of the directory. `dir` is the directory,
    /// opened for reading; nothing else may change its position.
    pub fn entry(&self, dir: &fs::Dir, cookie: u64, interrupts: &Interrupts<'_>) -> Result<Option<Entry>> {
        loop {
            // A check may run the guest, which may list the directory, so the lock is released before the check.
            let step = self.0.lock().step(dir, cookie)?;
            match step {
                Step::Found(entry) => return Ok(Some(entry)),
                Step::End => return Ok(None),
                Step::Skipped => interrupts.check_if_due()?,
            }
        }
    }
}

/// The result of [`Position::step`].
enum Step {
    Found(Entry),
    End,
    /// Some entries were skipped.
    Skipped,
}

impl Position {
    /// Moves the position towards the entry with the number `cookie`. Reads the directory at most once.
    fn step(&mut self, dir: &fs::Dir, cookie: u64) -> Result<Step> {
        let number = match self.number {
            Some(number) if number <= cookie => number,
            _ => {
                *self = Self::default();
                seek(dir, SeekFrom::Start(0))?;
                FIRST_COOKIE
            }
        };
        let skipped = self.entries.len().min(usize::try_from(cookie - number).unwrap_or(usize::MAX));
        self.entries.drain(..skipped);
        let number = number + skipped as u64;
        self.number = Some(number);
        if self.entries.is_empty() {
            read_batch(dir, &mut self.entries)?;
        }
        Ok(match self.entries.front() {
            None => Step::End,
            Some(entry) if number == cookie => Step::Found(entry.clone()),
            Some(_) => Step::Skipped,
        })
    }
}

/// Reads some entries of a directory of the host, without `.` and `..`. Reads none at the end of the directory.
fn read_batch(dir: &fs::Dir, entries: &mut VecDeque<Entry>) -> Result<()> {
    let mut buffer = [MaybeUninit::uninit(); BATCH_SIZE];
    let mut batch = RawDir::new(dir, &mut buffer);
    while let Some(entry) = batch.next() {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            let mut ty = FileType::from(entry.file_type());
            // Some file systems return no types when they list a directory. `statat` then returns the type of the
            // entry.
            if entry.file_type() == rustix::fs::FileType::Unknown {
                let stat = statat(dir, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW);
                ty = stat.map_or(ty, |stat| rustix::fs::FileType::from_raw_mode(stat.st_mode).into());
            }
            entries.push_back(Entry { name: name.into(), ino: entry.ino(), ty });
        }
        if batch.is_buffer_empty() && !entries.is_empty() {
            break;
        }
    }
    Ok(())
}

impl Call<'_> {
    pub(super) fn fd_readdir(
        &mut self,
        fd: u32,
        buffer_ptr: u32,
        buffer_len: u32,
        cookie: u64,
        out_ptr: u32,
    ) -> Result<()> {
        self.guest.check(buffer_ptr, buffer_len as usize)?;
        self.guest.check(out_ptr, 4)?;
        let descriptor = self.wasi.get(fd)?;
        let dir = descriptor.dir()?;
        // The loop fills the buffer as far as possible, and may cut off the last entry. The guest must call
        // `fd_readdir` again if the buffer is full.
        let (mut cookie, mut used) = (cookie, 0);
        while used < buffer_len as usize
            && let Some(entry) = dir.entry(cookie, &self.interrupts)?
        {
            let mut raw = [0; DIRENT_SIZE].to_vec();
            cookie += 1;
            // `d_next`, the cookie of the next entry.
            raw[..8].copy_from_slice(&cookie.to_le_bytes());
            raw[8..16].copy_from_slice(&entry.ino.to_le_bytes());
            raw[16..20].copy_from_slice(&(entry.name.len() as u32).to_le_bytes());
            raw[20] = entry.ty as u8;
            raw.extend_from_slice(&entry.name);
            raw.truncate(buffer_len as usize - used);
            self.guest.write(buffer_ptr + used as u32, &raw)?;
            used += raw.len();
            self.interrupts.check_if_due()?;
        }
        self.guest.write_u32(out_ptr, used as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasi::guest::{u32_at, u64_at};
    use crate::wasi::testing::{ScratchDir, TestGuest, preopened};

    /// Lists descriptor 3 from `cookie` with a buffer of `len` bytes. Returns the names, each with the cookie of the next
    /// entry, without an entry that is cut off.
    fn list(guest: &TestGuest, cookie: u64, len: u64) -> Vec<(String, u64)> {
        guest.call("fd_readdir", &[3, 0, len, cookie, 8000]).unwrap();
        let used = u32_at(&guest.memory().read(8000, 4).unwrap(), 0) as usize;
        let (raw, mut offset, mut entries) = (guest.memory().read(0, used).unwrap(), 0, Vec::new());
        while offset + DIRENT_SIZE <= used {
            let (start, next) = (offset + DIRENT_SIZE, u64_at(&raw, offset));
            offset = start + u32_at(&raw, offset + 16) as usize;
            if offset <= used {
                entries.push((String::from_utf8(raw[start..offset].to_vec()).unwrap(), next));
            }
        }
        entries
    }

    /// Lists descriptor 3 in many calls with a buffer of `len` bytes. Calls `between` with each list of names.
    fn list_in_parts(guest: &TestGuest, len: u64, between: impl Fn(&[String])) -> Vec<String> {
        let (mut names, mut cookie) = (Vec::new(), 0);
        loop {
            let part = list(guest, cookie, len);
            let Some((_, next)) = part.last() else { return names };
            cookie = *next;
            let part: Vec<_> = part.into_iter().map(|(name, _)| name).collect();
            between(&part);
            names.extend(part);
        }
    }

    #[test]
    fn a_listing_in_parts_has_all_entries_even_if_they_are_removed() {
        let dir = ScratchDir::new();
        let expected: Vec<_> = (0..1000).map(|index| format!("file{index:04}")).collect();
        for name in &expected {
            std::fs::write(dir.join(name), "").unwrap();
        }
        let guest = preopened(&dir);
        let sorted = |mut names: Vec<String>| {
            names.sort_unstable();
            names[2..].to_vec()
        };
        assert_eq!(list(&guest, 0, 4096)[..2], [(".".to_owned(), 1), ("..".to_owned(), 2)]);
        assert_eq!(sorted(list_in_parts(&guest, 100, |_| ())), expected);
        // The listing starts somewhere in the directory.
        let entries = list(&guest, 0, 4096);
        let (_, cookie) = &entries[10];
        assert_eq!(list(&guest, *cookie, 4096)[0], entries[11]);
        assert_eq!(list(&guest, 1001, 4096).len(), 1, "the last entry");
        assert_eq!(list(&guest, 1002, 4096), []);
        assert_eq!(list(&guest, u64::MAX, 4096), []);
        let remove = |names: &[String]| {
            for name in names.iter().filter(|name| name.starts_with("file")) {
                std::fs::remove_file(dir.join(name)).unwrap();
            }
        };
        assert_eq!(sorted(list_in_parts(&guest, 4000, remove)), expected);
        assert_eq!(list(&guest, 0, 4096).len(), 2);
    }

    #[test]
    fn a_new_listing_shows_changes() {
        let dir = ScratchDir::new();
        std::fs::write(dir.join("old"), "").unwrap();
        let guest = preopened(&dir);
        assert_eq!(list(&guest, 0, 60).len(), 2, "the next entries are read, but do not fit");
        std::fs::write(dir.join("new"), "").unwrap();
        std::fs::remove_file(dir.join("old")).unwrap();
        let names: Vec<_> = list(&guest, 0, 4096).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, [".", "..", "new"]);
    }
}
