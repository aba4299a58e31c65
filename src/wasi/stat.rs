//! File types, times and the structures that tell of them, which differ between the two versions.

use crate::wasi::calls::Version;
use crate::wasi::guest::Guest;
use crate::wasi::{Errno, Result};
use cap_std::fs::{FileTypeExt, Metadata, MetadataExt};
use rustix::fs::{Timespec, Timestamps, UTIME_NOW, UTIME_OMIT};

/// A file's type, as `filetype` has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum FileType {
    /// Something else, such as a pipe.
    Unknown = 0,
    /// A block device.
    BlockDevice = 1,
    /// A terminal, for instance.
    CharacterDevice = 2,
    /// A directory.
    Directory = 3,
    /// A file.
    RegularFile = 4,
    /// A socket; which kind is not known.
    Socket = 6,
    /// A symbolic link.
    SymbolicLink = 7,
}

impl From<rustix::fs::FileType> for FileType {
    fn from(ty: rustix::fs::FileType) -> Self {
        match ty {
            rustix::fs::FileType::RegularFile => Self::RegularFile,
            rustix::fs::FileType::Directory => Self::Directory,
            rustix::fs::FileType::Symlink => Self::SymbolicLink,
            rustix::fs::FileType::CharacterDevice => Self::CharacterDevice,
            rustix::fs::FileType::BlockDevice => Self::BlockDevice,
            rustix::fs::FileType::Socket => Self::Socket,
            _ => Self::Unknown,
        }
    }
}

impl From<&Metadata> for FileType {
    fn from(metadata: &Metadata) -> Self {
        let ty = metadata.file_type();
        match () {
            () if ty.is_file() => Self::RegularFile,
            () if ty.is_dir() => Self::Directory,
            () if ty.is_symlink() => Self::SymbolicLink,
            () if ty.is_char_device() => Self::CharacterDevice,
            () if ty.is_block_device() => Self::BlockDevice,
            () if ty.is_socket() => Self::Socket,
            () => Self::Unknown,
        }
    }
}

/// What `filestat` tells; times in nanoseconds since 1970.
pub struct Stat {
    dev: u64,
    ino: u64,
    ty: FileType,
    nlink: u64,
    size: u64,
    times: [u64; 3],
}

impl Stat {
    /// Of something that has nothing but a type.
    pub fn bare(ty: FileType) -> Self {
        Self { dev: 0, ino: 0, ty, nlink: 0, size: 0, times: [0; 3] }
    }

    /// The file's number on its device.
    pub fn ino(&self) -> u64 {
        self.ino
    }

    /// Writes it in the version's layout.
    pub fn write(&self, guest: &Guest<'_>, version: Version, ptr: u32) -> Result<()> {
        let mut raw = [0; 64];
        raw[..8].copy_from_slice(&self.dev.to_le_bytes());
        raw[8..16].copy_from_slice(&self.ino.to_le_bytes());
        raw[16] = self.ty as u8;
        let rest = match version {
            Version::Preview1 => {
                raw[24..32].copy_from_slice(&self.nlink.to_le_bytes());
                32
            }
            Version::Unstable => {
                let nlink = u32::try_from(self.nlink).unwrap_or(u32::MAX);
                raw[20..24].copy_from_slice(&nlink.to_le_bytes());
                24
            }
        };
        for (index, value) in [self.size].iter().chain(&self.times).enumerate() {
            raw[rest + 8 * index..][..8].copy_from_slice(&value.to_le_bytes());
        }
        guest.write(ptr, &raw[..rest + 32])
    }
}

impl From<Metadata> for Stat {
    fn from(metadata: Metadata) -> Self {
        let times = [
            nanoseconds(metadata.atime(), metadata.atime_nsec()),
            nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        ];
        Self {
            dev: metadata.dev(),
            ino: metadata.ino(),
            ty: FileType::from(&metadata),
            nlink: metadata.nlink(),
            size: metadata.size(),
            times,
        }
    }
}

/// A time before 1970 cannot be told: it is the beginning of 1970.
fn nanoseconds(seconds: i64, nanoseconds: i64) -> u64 {
    let whole = u64::try_from(seconds).unwrap_or(0).saturating_mul(1_000_000_000);
    whole.saturating_add(u64::try_from(nanoseconds).unwrap_or(0))
}

/// The times that `fstflags` says to set: each to a time, to now, or not at all.
pub fn times(flags: u32, access: u64, modification: u64) -> Result<Timestamps> {
    if flags >> 4 != 0 {
        return Err(Errno::INVAL.into());
    }
    Ok(Timestamps { last_access: time(flags, access)?, last_modification: time(flags >> 2, modification)? })
}

fn time(flags: u32, time: u64) -> Result<Timespec> {
    let special = |tv_nsec| Timespec { tv_sec: 0, tv_nsec };
    match flags & 3 {
        0 => Ok(special(UTIME_OMIT)),
        1 => Ok(Timespec { tv_sec: (time / 1_000_000_000) as i64, tv_nsec: (time % 1_000_000_000) as i64 }),
        2 => Ok(special(UTIME_NOW)),
        _ => Err(Errno::INVAL.into()),
    }
}
