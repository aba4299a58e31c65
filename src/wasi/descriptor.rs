//! The table of open descriptors.

use crate::wasi::dir::Dir;
use crate::wasi::file::File;
use crate::wasi::stdio::{Input, Output};
use crate::wasi::{Errno, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// An open standard stream, file or directory of the guest.
pub enum Descriptor {
    /// Standard input.
    Input(Input),
    /// Standard output or error.
    Output(Output),
    /// An open file.
    File(File),
    /// An open directory.
    Dir(Dir),
}

impl Descriptor {
    /// Returns the file of this descriptor. Fails with `EBADF` if the descriptor is not a file.
    pub fn file(&self) -> Result<&File> {
        match self {
            Self::File(file) => Ok(file),
            _ => Err(Errno::BADF.into()),
        }
    }

    /// Returns the directory of this descriptor. Fails with `EBADF` if the descriptor is not a directory.
    pub fn dir(&self) -> Result<&Dir> {
        match self {
            Self::Dir(dir) => Ok(dir),
            _ => Err(Errno::BADF.into()),
        }
    }

    /// Returns the file of this descriptor, for a call that uses the position of the file. Fails with `ESPIPE` if the
    /// descriptor is a standard stream, and with `EBADF` if the descriptor is a directory.
    pub fn seekable(&self) -> Result<&File> {
        match self {
            Self::File(file) => Ok(file),
            Self::Input(_) | Self::Output(_) => Err(Errno::SPIPE.into()),
            Self::Dir(_) => Err(Errno::BADF.into()),
        }
    }
}

/// The open descriptors of a guest, by number. A call shares the ownership of its descriptor with the table. The
/// descriptor therefore stays usable for the call if another thread closes its number.
pub struct Table {
    open: BTreeMap<u32, Arc<Descriptor>>,
    /// Numbers of closed descriptors. New descriptors get these numbers first.
    free: BTreeSet<u32>,
    /// Number of standard streams and preopened directories that the host has added.
    host_count: usize,
    /// Maximum number of open descriptors in addition to `host_count`.
    max_opened: usize,
}

/// Maximum number of descriptors that a guest may open, unless the host sets another one. Each of them needs one file
/// descriptor of the process. Many systems limit a process to 1024 descriptors, so half of them stay for the host.
const DEFAULT_MAX_OPENED: usize = 512;

impl Table {
    /// Returns a table with the standard streams. Standard input is empty. Standard output and error discard all bytes.
    pub fn new() -> Self {
        let (open, free) = (BTreeMap::new(), BTreeSet::new());
        let mut table = Self { open, free, host_count: 3, max_opened: DEFAULT_MAX_OPENED };
        table.replace(0, Descriptor::Input(Input::Empty));
        table.replace(1, Descriptor::Output(Output::Null));
        table.replace(2, Descriptor::Output(Output::Null));
        table
    }

    /// Returns the descriptor with the number `fd`. Fails with `EBADF` if the number is not open.
    pub fn get(&self, fd: u32) -> Result<Arc<Descriptor>> {
        self.open.get(&fd).cloned().ok_or(Errno::BADF.into())
    }

    /// Adds a descriptor with the number `fd`. Removes the open descriptor with this number, if there is one.
    pub fn replace(&mut self, fd: u32, descriptor: Descriptor) {
        self.free.remove(&fd);
        self.open.insert(fd, Arc::new(descriptor));
    }

    /// Adds a directory that the host has opened, and returns its number.
    pub fn preopen(&mut self, descriptor: Descriptor) -> Result<u32> {
        self.host_count += 1;
        self.push(descriptor)
    }

    /// Sets the maximum number of descriptors that the guest may open.
    pub fn set_max_opened(&mut self, max: usize) {
        self.max_opened = max;
    }

    /// Fails with `EMFILE` if the guest may not open another descriptor.
    pub fn check_room(&self) -> Result<()> {
        if self.open.len() >= self.host_count.saturating_add(self.max_opened) {
            return Err(Errno::MFILE.into());
        }
        Ok(())
    }

    /// Adds a descriptor and returns its number. Fails with `EMFILE` if the guest has too many descriptors. The number is the highest number of a closed descriptor. If no number
    /// is free, the number is one more than the highest number of an open descriptor.
    pub fn push(&mut self, descriptor: Descriptor) -> Result<u32> {
        self.check_room()?;
        let fd = match self.free.pop_last() {
            Some(fd) => fd,
            None => self.open.last_key_value().map_or(Some(0), |(last, _)| last.checked_add(1)).ok_or(Errno::NFILE)?,
        };
        self.open.insert(fd, Arc::new(descriptor));
        Ok(fd)
    }

    /// Returns all open descriptors.
    pub fn descriptors(&self) -> impl Iterator<Item = &Arc<Descriptor>> {
        self.open.values()
    }

    /// Removes the descriptor with the number `fd` and returns the descriptor. Fails with `EBADF` if the number is not
    /// open.
    pub fn close(&mut self, fd: u32) -> Result<Arc<Descriptor>> {
        let closed = self.open.remove(&fd).ok_or(Errno::BADF)?;
        self.free.insert(fd);
        Ok(closed)
    }

    /// Moves the descriptor with the number `from` to the number `to`. Fails with `EBADF` unless both numbers are open.
    /// Returns the descriptor that had the number `to` before, or `None` if the numbers are equal.
    pub fn renumber(&mut self, from: u32, to: u32) -> Result<Option<Arc<Descriptor>>> {
        if !self.open.contains_key(&to) {
            return Err(Errno::BADF.into());
        }
        let moved = self.get(from)?;
        if from == to {
            return Ok(None);
        }
        self.close(from)?;
        Ok(self.open.insert(to, moved))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasi::testing::errno;

    #[test]
    fn the_number_of_descriptors_is_limited() {
        let mut table = Table::new();
        let input = || Descriptor::Input(Input::Empty);
        table.set_max_opened(1);
        assert_eq!(table.preopen(input()).ok(), Some(3));
        assert_eq!(table.push(input()).ok(), Some(4));
        assert_eq!(errno(table.push(input())), Some(Errno::MFILE));
        assert_eq!(table.preopen(input()).ok(), Some(5), "the host may add more");
        assert_eq!(errno(table.check_room()), Some(Errno::MFILE));
        table.close(3).ok().unwrap();
        assert_eq!(table.push(input()).ok(), Some(3));
        assert_eq!(errno(table.push(input())), Some(Errno::MFILE));
    }

    #[test]
    fn numbers_are_used_again() {
        let mut table = Table::new();
        let push = |table: &mut Table| table.push(Descriptor::Input(Input::Empty)).ok().unwrap();
        assert_eq!([push(&mut table), push(&mut table), push(&mut table)], [3, 4, 5]);
        table.close(3).ok().unwrap();
        table.close(4).ok().unwrap();
        assert!(table.close(4).is_err());
        assert_eq!([push(&mut table), push(&mut table), push(&mut table)], [4, 3, 6]);
        assert!(table.renumber(6, 7).is_err());
        table.renumber(6, 3).ok().unwrap();
        assert!(table.get(6).is_err());
        assert_eq!(push(&mut table), 6);
    }
    #[test]
    fn there_is_a_last_number() {
        let mut table = Table::new();
        table.replace(u32::MAX, Descriptor::Input(Input::Empty));
        assert_eq!(errno(table.push(Descriptor::Input(Input::Empty))), Some(Errno::NFILE));
    }

    #[test]
    fn each_kind_has_its_error_for_other_calls() {
        let table = Table::new();
        let (input, output) = (table.get(0).unwrap(), table.get(1).unwrap());
        assert_eq!(errno(input.file()), Some(Errno::BADF));
        assert_eq!(errno(output.dir()), Some(Errno::BADF));
        assert_eq!([&input, &output].map(|stream| errno(stream.seekable())), [Some(Errno::SPIPE); 2]);
        assert_eq!(errno(table.get(3)), Some(Errno::BADF));
    }
}
