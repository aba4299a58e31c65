//! The system calls that take a descriptor and no path.

use crate::wasi::calls::Call;
use crate::wasi::stat::{FileType, Stat, times_to_set};
use crate::wasi::stdio::{is_terminal, to_size};
use crate::wasi::{Descriptor, Errno, Result};
use rustix::fs::{Advice, AtFlags, fadvise, futimens, utimensat};
use std::io::SeekFrom;
use std::num::NonZeroU64;
use std::sync::atomic::Ordering;

// The bits of `rights`, as in `wasi_snapshot_preview1.witx`. `fd_fdstat_get` returns rights, and `path_open` takes
// rights. Only the rights `fd_read` and `fd_write` have an effect: they select the mode in which `path_open` opens a
// file.

/// The right `fd_read`.
pub(super) const RIGHT_READ: u64 = 1 << 1;
/// The right `fd_write`.
pub(super) const RIGHT_WRITE: u64 = 1 << 6;
const RIGHT_SEEK: u64 = 1 << 2;
const RIGHT_READDIR: u64 = 1 << 14;
const RIGHT_PATH_SET_SIZE: u64 = 1 << 19;
const RIGHT_FD_SET_SIZE: u64 = 1 << 22;
/// All rights of preview 1, from `fd_datasync` to `sock_accept`.
const RIGHTS_ALL: u64 = right_bits(0, 29);
/// The rights of a preopened directory: the rights from `path_create_directory` to `path_unlink_file`, without
/// `path_filestat_set_size` (bit 19) and `fd_filestat_set_size` (bit 22).
const RIGHTS_PREOPENED: u64 = right_bits(9, 26) & !(RIGHT_PATH_SET_SIZE | RIGHT_FD_SET_SIZE);
/// The inheriting rights of a preopened directory: the rights that a file below the directory can have. They are all
/// rights except `path_filestat_set_size`, `sock_shutdown` and `sock_accept` (bits 19, 28 and 29).
const RIGHTS_INHERITING: u64 = right_bits(0, 27) & !RIGHT_PATH_SET_SIZE;

/// Returns the bits from `first` to `last`, both included.
const fn right_bits(first: u32, last: u32) -> u64 {
    (1 << (last + 1)) - (1 << first)
}

// The bits of `fdflags`.

/// Number of bits that `fdflags` defines.
pub(super) const FDFLAGS_COUNT: u32 = 5;
/// The flag `append`.
pub(super) const FDFLAG_APPEND: u32 = 1 << 0;
/// The flag `nonblock`.
pub(super) const FDFLAG_NONBLOCK: u32 = 1 << 2;
/// The flags `dsync`, `rsync` and `sync`, which ask for synchronized reads and writes.
pub(super) const FDFLAGS_SYNC: u32 = 1 << 1 | 1 << 3 | 1 << 4;

/// Returns the file type of a standard stream. A terminal is a character device. All other streams have the type
/// `unknown`.
fn stream_file_type(descriptor: &Descriptor) -> FileType {
    let fd = match descriptor {
        Descriptor::Input(input) => input.pollable(),
        Descriptor::Output(output) => output.pollable(),
        _ => None,
    };
    if is_terminal(fd) { FileType::CharacterDevice } else { FileType::Unknown }
}

impl Call<'_> {
    pub(super) fn fd_advise(&mut self, fd: u32, offset: u64, len: u64, advice: u32) -> Result<()> {
        let advice = match advice {
            0 => Advice::Normal,
            1 => Advice::Sequential,
            2 => Advice::Random,
            3 => Advice::WillNeed,
            4 => Advice::DontNeed,
            5 => Advice::NoReuse,
            _ => return Err(Errno::INVAL.into()),
        };
        Ok(fadvise(self.wasi.get(fd)?.file()?.file(), offset, NonZeroU64::new(len), advice)?)
    }

    pub(super) fn fd_allocate(&mut self, fd: u32, _offset: u64, _len: u64) -> Result<()> {
        self.wasi.get(fd)?.file()?;
        // The call is not supported, because not all file systems can allocate space. Later versions of WASI do not
        // have the call.
        Err(Errno::NOTSUP.into())
    }

    pub(super) fn fd_close(&mut self, fd: u32) -> Result<()> {
        self.wasi.state.lock().table.close(fd).map(drop)
    }

    pub(super) fn fd_datasync(&mut self, fd: u32) -> Result<()> {
        Ok(self.wasi.get(fd)?.file()?.file().sync_data()?)
    }

    pub(super) fn fd_sync(&mut self, fd: u32) -> Result<()> {
        Ok(self.wasi.get(fd)?.file()?.file().sync_all()?)
    }

    pub(super) fn fd_fdstat_get(&mut self, fd: u32, out_ptr: u32) -> Result<()> {
        let descriptor = self.wasi.get(fd)?;
        let (ty, flags, base, inheriting): (_, u32, _, _) = match &*descriptor {
            Descriptor::Input(_) => (stream_file_type(&descriptor), 0, RIGHT_READ, RIGHT_READ),
            Descriptor::Output(_) => (stream_file_type(&descriptor), 0, RIGHT_WRITE, RIGHT_WRITE),
            Descriptor::Dir(dir) if dir.preopened.is_some() => {
                (FileType::Directory, 0, RIGHTS_PREOPENED, RIGHTS_INHERITING)
            }
            Descriptor::Dir(dir) => {
                let mut rights = RIGHTS_ALL & !(RIGHT_SEEK | RIGHT_PATH_SET_SIZE | RIGHT_FD_SET_SIZE | RIGHT_WRITE);
                if !dir.access.read {
                    rights &= !(RIGHT_READ | RIGHT_READDIR);
                }
                (FileType::Directory, 0, rights, rights)
            }
            Descriptor::File(file) => {
                let mut rights = RIGHTS_ALL;
                if !file.access.read {
                    rights &= !(RIGHT_READ | RIGHT_READDIR);
                }
                if !file.access.write {
                    rights &= !RIGHT_WRITE;
                }
                let append = if file.append.load(Ordering::Relaxed) { FDFLAG_APPEND } else { 0 };
                let nonblock = if file.nonblock.load(Ordering::Relaxed) { FDFLAG_NONBLOCK } else { 0 };
                let metadata = cap_std::fs::Metadata::from_file(file.file())?;
                (FileType::from(&metadata), append | nonblock, rights, rights)
            }
        };
        // The layout of an `fdstat`.
        let mut raw = [0; 24];
        raw[0] = ty as u8;
        raw[2..4].copy_from_slice(&(flags as u16).to_le_bytes());
        raw[8..16].copy_from_slice(&base.to_le_bytes());
        raw[16..].copy_from_slice(&inheriting.to_le_bytes());
        self.guest.write(out_ptr, &raw)
    }

    pub(super) fn fd_fdstat_set_flags(&mut self, fd: u32, flags: u32) -> Result<()> {
        if flags >> FDFLAGS_COUNT != 0 {
            return Err(Errno::INVAL.into());
        }
        let descriptor = self.wasi.get(fd)?;
        let file = descriptor.file()?;
        // A guest can change `append` and `nonblock`. It cannot change `dsync`, `rsync` and `sync`.
        if flags & FDFLAGS_SYNC != 0 {
            return Err(Errno::INVAL.into());
        }
        file.append.store(flags & FDFLAG_APPEND != 0, Ordering::Relaxed);
        file.nonblock.store(flags & FDFLAG_NONBLOCK != 0, Ordering::Relaxed);
        Ok(())
    }

    pub(super) fn fd_fdstat_set_rights(&mut self, fd: u32, base: u64, inheriting: u64) -> Result<()> {
        if (base | inheriting) >> self.version.rights_count() != 0 {
            return Err(Errno::INVAL.into());
        }
        match &*self.wasi.get(fd)? {
            Descriptor::File(_) | Descriptor::Dir(_) => Err(Errno::NOTSUP.into()),
            _ => Err(Errno::BADF.into()),
        }
    }

    pub(super) fn fd_filestat_get(&mut self, fd: u32, out_ptr: u32) -> Result<()> {
        let descriptor = self.wasi.get(fd)?;
        let stat: Stat = match &*descriptor {
            Descriptor::File(file) => cap_std::fs::Metadata::from_file(file.file())?.into(),
            Descriptor::Dir(dir) => dir.stat()?,
            _ => Stat::from_type(stream_file_type(&descriptor)),
        };
        stat.write(&self.guest, self.version, out_ptr)
    }

    pub(super) fn fd_filestat_set_size(&mut self, fd: u32, size: u64) -> Result<()> {
        let descriptor = self.wasi.get(fd)?;
        let file = descriptor.file()?;
        if !file.access.mutable {
            return Err(Errno::PERM.into());
        }
        Ok(file.file().set_len(size)?)
    }

    pub(super) fn fd_filestat_set_times(&mut self, fd: u32, atim: u64, mtim: u64, fst_flags: u32) -> Result<()> {
        let times = times_to_set(fst_flags, atim, mtim)?;
        match &*self.wasi.get(fd)? {
            Descriptor::File(file) if file.access.mutable => Ok(futimens(file.file(), &times)?),
            Descriptor::Dir(dir) => {
                let (host, ..) = dir.resolve_mutable(".".to_owned())?;
                Ok(utimensat(&*host, ".", &times, AtFlags::empty())?)
            }
            Descriptor::File(_) => Err(Errno::PERM.into()),
            _ => Err(Errno::BADF.into()),
        }
    }

    /// Calls `transfer` with the descriptor `fd` and the guest's buffers, and writes the number of transferred bytes to
    /// the address `out_ptr`. The array at `iovs_ptr` lists `iovs_len` buffers. `transfer` returns the number of
    /// transferred bytes.
    fn with_buffers(
        &self,
        fd: u32,
        iovs_ptr: u32,
        iovs_len: u32,
        out_ptr: u32,
        transfer: impl FnOnce(&Descriptor, &[(u32, u32)]) -> Result<usize>,
    ) -> Result<()> {
        let buffers = self.guest.buffers(iovs_ptr, iovs_len)?;
        self.guest.check(out_ptr, 4)?;
        let total = transfer(&*self.wasi.get(fd)?, &buffers)?;
        self.guest.write_u32(out_ptr, to_size(total)?)
    }

    pub(super) fn fd_read(&mut self, fd: u32, iovs_ptr: u32, iovs_len: u32, out_ptr: u32) -> Result<()> {
        self.with_buffers(fd, iovs_ptr, iovs_len, out_ptr, |descriptor, buffers| match descriptor {
            Descriptor::File(file) => file.read(&self.guest, &self.interrupts, buffers),
            Descriptor::Input(input) => input.read(&self.guest, &self.interrupts, buffers),
            _ => Err(Errno::BADF.into()),
        })
    }

    pub(super) fn fd_pread(&mut self, fd: u32, iovs_ptr: u32, iovs_len: u32, offset: u64, out_ptr: u32) -> Result<()> {
        self.with_buffers(fd, iovs_ptr, iovs_len, out_ptr, |descriptor, buffers| match descriptor {
            Descriptor::File(file) => file.read_at(&self.guest, &self.interrupts, buffers, offset),
            Descriptor::Input(_) => Err(Errno::SPIPE.into()),
            _ => Err(Errno::BADF.into()),
        })
    }

    pub(super) fn fd_write(&mut self, fd: u32, iovs_ptr: u32, iovs_len: u32, out_ptr: u32) -> Result<()> {
        self.with_buffers(fd, iovs_ptr, iovs_len, out_ptr, |descriptor, buffers| match descriptor {
            Descriptor::File(file) => file.write(&self.guest, &self.interrupts, buffers),
            Descriptor::Output(output) => output.write(&self.guest, &self.interrupts, buffers),
            _ => Err(Errno::BADF.into()),
        })
    }

    pub(super) fn fd_pwrite(&mut self, fd: u32, iovs_ptr: u32, iovs_len: u32, offset: u64, out_ptr: u32) -> Result<()> {
        self.with_buffers(fd, iovs_ptr, iovs_len, out_ptr, |descriptor, buffers| match descriptor {
            Descriptor::File(file) => file.write_at(&self.guest, &self.interrupts, buffers, offset),
            Descriptor::Output(_) => Err(Errno::SPIPE.into()),
            _ => Err(Errno::BADF.into()),
        })
    }

    pub(super) fn fd_prestat_get(&mut self, fd: u32, out_ptr: u32) -> Result<()> {
        match &*self.wasi.get(fd)? {
            Descriptor::Dir(dir) if dir.preopened.is_some() => {
                let len = dir.preopened.as_ref().map_or(0, String::len);
                // The layout of a `prestat`: the lower half is the tag `dir`, which is 0. The upper half is the length
                // of the name.
                self.guest.write_u64(out_ptr, (len as u64) << 32)
            }
            _ => Err(Errno::BADF.into()),
        }
    }

    pub(super) fn fd_prestat_dir_name(&mut self, fd: u32, path_ptr: u32, path_len: u32) -> Result<()> {
        match &*self.wasi.get(fd)? {
            Descriptor::Dir(dir) => match &dir.preopened {
                Some(name) if name.len() > path_len as usize => Err(Errno::NAMETOOLONG.into()),
                Some(name) => self.guest.write(path_ptr, name.as_bytes()),
                None => Err(Errno::NOTDIR.into()),
            },
            _ => Err(Errno::NOTDIR.into()),
        }
    }

    pub(super) fn fd_renumber(&mut self, from: u32, to: u32) -> Result<()> {
        self.wasi.state.lock().table.renumber(from, to).map(drop)
    }

    pub(super) fn fd_seek(&mut self, fd: u32, offset: u64, whence: u32, out_ptr: u32) -> Result<()> {
        let signed = offset.cast_signed();
        let target = match self.version.whence(whence)? {
            SeekFrom::Start(_) => SeekFrom::Start(u64::try_from(signed).map_err(|_| Errno::INVAL)?),
            SeekFrom::Current(_) => SeekFrom::Current(signed),
            SeekFrom::End(_) => SeekFrom::End(signed),
        };
        self.guest.check(out_ptr, 8)?;
        let position = self.wasi.get(fd)?.seekable()?.seek(target)?;
        self.guest.write_u64(out_ptr, position)
    }

    pub(super) fn fd_tell(&mut self, fd: u32, out_ptr: u32) -> Result<()> {
        let position = self.wasi.get(fd)?.seekable()?.position();
        self.guest.write_u64(out_ptr, position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasi::Version;
    use crate::wasi::guest::{u32_at, u64_at};
    use crate::wasi::testing::{ScratchDir, TestGuest, errno, preopened};

    /// Opens `path` relative to descriptor 3 and returns the new descriptor.
    fn open(guest: &TestGuest, path: &str, oflags: u64, rights: u64) -> u64 {
        let len = guest.write_path(path);
        guest.call("path_open", &[3, 1, 0, len, oflags, rights, 0, 0, 1024]).unwrap();
        u32_at(&guest.memory().read(1024, 4).unwrap(), 0).into()
    }

    /// Returns the type, the rights and the inheriting rights of a descriptor.
    fn fdstat(guest: &TestGuest, fd: u64) -> (u8, u64, u64) {
        guest.call("fd_fdstat_get", &[fd, 1024]).unwrap();
        let raw = guest.memory().read(1024, 24).unwrap();
        (raw[0], u64_at(&raw, 8), u64_at(&raw, 16))
    }

    #[test]
    fn rights_tell_what_a_descriptor_can_do() {
        let dir = ScratchDir::new();
        std::fs::create_dir(dir.join("sub")).unwrap();
        let guest = preopened(&dir);
        let create = 1;
        let (read_write, write) = (RIGHT_READ | RIGHT_WRITE, RIGHT_WRITE);
        let (file_rw, file_w) = (open(&guest, "file", create, read_write), open(&guest, "file", 0, write));
        let (file_r, sub) = (open(&guest, "file", 0, RIGHT_READ), open(&guest, "sub", 0, RIGHT_READ));
        let (file, directory) = (FileType::RegularFile as u8, FileType::Directory as u8);
        assert_eq!(fdstat(&guest, 0), (0, RIGHT_READ, RIGHT_READ));
        assert_eq!(fdstat(&guest, 1), (0, RIGHT_WRITE, RIGHT_WRITE));
        assert_eq!(fdstat(&guest, 3), (directory, 0x7b7_fe00, 0xff7_ffff));
        assert_eq!(fdstat(&guest, file_rw), (file, 0x3fff_ffff, 0x3fff_ffff));
        assert_eq!(fdstat(&guest, file_w), (file, 0x3fff_bffd, 0x3fff_bffd));
        assert_eq!(fdstat(&guest, file_r), (file, 0x3fff_ffbf, 0x3fff_ffbf));
        assert_eq!(fdstat(&guest, sub), (directory, 0x3fb7_ffbb, 0x3fb7_ffbb));
    }

    #[test]
    fn rights_of_an_open_descriptor_cannot_be_changed() {
        let mut guest = preopened(&ScratchDir::new());
        let set = |guest: &TestGuest, fd, rights| errno(guest.call("fd_fdstat_set_rights", &[fd, rights, 0]));
        assert_eq!(set(&guest, 3, 1 << 29), Some(Errno::NOTSUP));
        assert_eq!(set(&guest, 3, 1 << 30), Some(Errno::INVAL));
        assert_eq!(set(&guest, 1, 0), Some(Errno::BADF));
        guest.version = Version::Unstable;
        assert_eq!(set(&guest, 3, 1 << 29), Some(Errno::INVAL), "`wasi_unstable` does not have this right");
    }
}
