//! File types, file times, and the structure `filestat`. The layout of `filestat` depends on the version of WASI.

use crate::wasi::calls::Version;
use crate::wasi::guest::Guest;
use crate::wasi::{Errno, Result};
use cap_std::fs::{FileTypeExt, Metadata, MetadataExt};
use rustix::fs::{Timespec, Timestamps, UTIME_NOW, UTIME_OMIT};

/// The type of a file. The numbers are those of `filetype`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum FileType {
    /// A type without a number in WASI, such as a pipe.
    Unknown = 0,
    /// A block device.
    BlockDevice = 1,
    /// A character device, such as a terminal.
    CharacterDevice = 2,
    /// A directory.
    Directory = 3,
    /// A regular file.
    RegularFile = 4,
    /// A socket. WASI has two types of sockets, but the metadata of a file are the same for both. All sockets therefore
    /// have the type `socket_stream`.
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

/// The contents of a `filestat`, for all versions of WASI.
pub struct Stat {
    dev: u64,
    ino: u64,
    ty: FileType,
    nlink: u64,
    size: u64,
    /// The times of the last access, the last modification and the last status change, in nanoseconds since 1970.
    times: [u64; 3],
}

impl Stat {
    /// Returns a `filestat` with the type `ty`. All other fields are 0.
    pub fn from_type(ty: FileType) -> Self {
        Self { dev: 0, ino: 0, ty, nlink: 0, size: 0, times: [0; 3] }
    }

    /// Returns the inode number of the file.
    pub fn ino(&self) -> u64 {
        self.ino
    }

    /// Writes the structure to the address `ptr` of the guest, in the layout of `version`.
    pub fn write(&self, guest: &Guest<'_>, version: Version, ptr: u32) -> Result<()> {
        let mut raw = [0; 64];
        raw[..8].copy_from_slice(&self.dev.to_le_bytes());
        raw[8..16].copy_from_slice(&self.ino.to_le_bytes());
        raw[16] = self.ty as u8;
        let size_offset = match version {
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
            raw[size_offset + 8 * index..][..8].copy_from_slice(&value.to_le_bytes());
        }
        guest.write(ptr, &raw[..size_offset + 32])
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

/// Converts a time to a `timestamp`, in nanoseconds since 1970. A `timestamp` is unsigned, so a time before 1970
/// becomes 1970.
fn nanoseconds(seconds: i64, nanoseconds: i64) -> u64 {
    let whole = u64::try_from(seconds).unwrap_or(0).saturating_mul(1_000_000_000);
    whole.saturating_add(u64::try_from(nanoseconds).unwrap_or(0))
}

/// Returns the new times of the last access and of the last modification. `fst_flags` has two bits for each time. The
/// bits select the new time: `atim` or `mtim` in nanoseconds since 1970, the current time, or no change.
pub fn times_to_set(fst_flags: u32, atim: u64, mtim: u64) -> Result<Timestamps> {
    if fst_flags >> 4 != 0 {
        return Err(Errno::INVAL.into());
    }
    Ok(Timestamps { last_access: time_to_set(fst_flags, atim)?, last_modification: time_to_set(fst_flags >> 2, mtim)? })
}

/// Returns the new time that the lowest two bits of `flags` select. Fails with `EINVAL` if both bits are set.
fn time_to_set(flags: u32, time: u64) -> Result<Timespec> {
    let special = |tv_nsec| Timespec { tv_sec: 0, tv_nsec };
    match flags & 3 {
        0 => Ok(special(UTIME_OMIT)),
        1 => Ok(Timespec { tv_sec: (time / 1_000_000_000) as i64, tv_nsec: (time % 1_000_000_000) as i64 }),
        2 => Ok(special(UTIME_NOW)),
        _ => Err(Errno::INVAL.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::guest_memory::TestMemory;
    use crate::wasi::guest::{u32_at, u64_at};
    use crate::wasi::testing::errno;

    #[test]
    fn the_layout_depends_on_the_version() {
        let stat = Stat { dev: 1, ino: 2, ty: FileType::RegularFile, nlink: 1 << 32, size: 4, times: [5, 6, 7] };
        let test = TestMemory::new(128, false);
        let memory = || test.memory();
        let guest = Guest::new(&memory);
        stat.write(&guest, Version::Preview1, 0).unwrap();
        stat.write(&guest, Version::Unstable, 64).unwrap();
        let (new, old) = (guest.read::<64>(0).unwrap(), guest.read::<56>(64).unwrap());
        assert_eq!([0, 8, 24, 32, 40, 48, 56].map(|offset| u64_at(&new, offset)), [1, 2, 1 << 32, 4, 5, 6, 7]);
        assert_eq!([0, 8, 24, 32, 40, 48].map(|offset| u64_at(&old, offset)), [1, 2, 4, 5, 6, 7]);
        assert_eq!((new[16], old[16], u32_at(&old, 20)), (4, 4, u32::MAX));
        assert_eq!(guest.read::<8>(120).unwrap(), [0; 8], "the old structure has 56 bytes");
    }

    #[test]
    fn times_are_set_by_flags() {
        let set = times_to_set(0b0001, 1_500_000_000, 9).unwrap();
        assert_eq!((set.last_access.tv_sec, set.last_access.tv_nsec), (1, 500_000_000));
        assert_eq!(set.last_modification.tv_nsec, UTIME_OMIT);
        let set = times_to_set(0b1000, 1, 1).unwrap();
        assert_eq!((set.last_access.tv_nsec, set.last_modification.tv_nsec), (UTIME_OMIT, UTIME_NOW));
        for flags in [0b0011, 0b1100, 0b1_0000] {
            assert_eq!(errno(times_to_set(flags, 0, 0)), Some(Errno::INVAL), "{flags:b}");
        }
    }

    #[test]
    fn times_before_1970_are_1970() {
        assert_eq!(nanoseconds(-1, 5), 5);
        assert_eq!(nanoseconds(2, 5), 2_000_000_005);
        assert_eq!(nanoseconds(i64::MAX, 0), u64::MAX);
    }
}
