//! The table of open descriptors.

use crate::wasi::dir::Dir;
use crate::wasi::file::File;
use crate::wasi::stdio::{Input, Output};
use crate::wasi::{Errno, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a descriptor stands for.
pub enum Descriptor {
    /// Something to read: standard input.
    Input(Input),
    /// Something to write to: standard output or error.
    Output(Output),
    /// An open file.
    File(File),
    /// An open directory.
    Dir(Dir),
}

impl Descriptor {
    /// The file; anything else is a bad descriptor.
    pub fn file(&self) -> Result<&File> {
        match self {
            Self::File(file) => Ok(file),
            _ => Err(Errno::BADF.into()),
        }
    }

    /// The directory; anything else is a bad descriptor.
    pub fn dir(&self) -> Result<&Dir> {
        match self {
            Self::Dir(dir) => Ok(dir),
            _ => Err(Errno::BADF.into()),
        }
    }

    /// The file; standard streams cannot seek.
    pub fn seekable(&self) -> Result<&File> {
        match self {
            Self::File(file) => Ok(file),
            Self::Input(_) | Self::Output(_) => Err(Errno::SPIPE.into()),
            Self::Dir(_) => Err(Errno::BADF.into()),
        }
    }
}

/// Open descriptors by number. A call holds the descriptor it works on, so that closing it meanwhile is no problem.
pub struct Table {
    used: BTreeMap<u32, Arc<Descriptor>>,
    free: BTreeSet<u32>,
}

impl Table {
    /// Standard streams that have nothing to read and write nowhere.
    pub fn new() -> Self {
        let mut table = Self { used: BTreeMap::new(), free: BTreeSet::new() };
        table.replace(0, Descriptor::Input(Input::Empty));
        table.replace(1, Descriptor::Output(Output::Null));
        table.replace(2, Descriptor::Output(Output::Null));
        table
    }

    /// The descriptor of this number.
    pub fn get(&self, fd: u32) -> Result<Arc<Descriptor>> {
        self.used.get(&fd).cloned().ok_or(Errno::BADF.into())
    }

    /// Puts a descriptor in the place of this number, whatever was there.
    pub fn replace(&mut self, fd: u32, descriptor: Descriptor) {
        self.free.remove(&fd);
        self.used.insert(fd, Arc::new(descriptor));
    }

    /// Adds a descriptor: in the place of the highest that was closed, or after the last.
    pub fn push(&mut self, descriptor: Descriptor) -> Result<u32> {
        let fd = match self.free.pop_last() {
            Some(fd) => fd,
            None => self.used.last_key_value().map_or(Some(0), |(last, _)| last.checked_add(1)).ok_or(Errno::NFILE)?,
        };
        self.used.insert(fd, Arc::new(descriptor));
        Ok(fd)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Descriptor>> {
        self.used.values()
    }

    /// Takes a descriptor out.
    pub fn close(&mut self, fd: u32) -> Result<Arc<Descriptor>> {
        let closed = self.used.remove(&fd).ok_or(Errno::BADF)?;
        self.free.insert(fd);
        Ok(closed)
    }

    /// Moves a descriptor to the number of another, which is closed.
    pub fn renumber(&mut self, from: u32, to: u32) -> Result<Option<Arc<Descriptor>>> {
        if !self.used.contains_key(&to) {
            return Err(Errno::BADF.into());
        }
        let moved = self.get(from)?;
        if from == to {
            return Ok(None);
        }
        self.close(from)?;
        Ok(self.used.insert(to, moved))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_used_again() {
        let mut table = Table::new();
        let any = || Descriptor::Input(Input::Empty);
        let push = |table: &mut Table| table.push(any()).ok().unwrap();
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
}
