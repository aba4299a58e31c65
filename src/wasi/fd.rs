//! The system calls on descriptors.

use crate::wasi::calls::Call;
use crate::wasi::dir::Entry;
use crate::wasi::stat::{FileType, Stat, times};
use crate::wasi::stdio::{is_terminal, to_size};
use crate::wasi::{Descriptor, Errno, Result};
use rustix::fs::{Advice, AtFlags, fadvise, futimens, utimensat};
use std::io::SeekFrom;
use std::num::NonZeroU64;
use std::sync::atomic::Ordering;

// `rights` by bit, for `fd_fdstat_get`. Of the rights that a guest asks for, only the rights to read and to write have
// an effect: they select the mode in which a file is opened.
const RIGHTS_ALL: u64 = (1 << 30) - 1;
const RIGHTS_READ: u64 = 1 << 1;
const RIGHTS_SEEK: u64 = 1 << 2;
const RIGHTS_WRITE: u64 = 1 << 6;
const RIGHTS_READDIR: u64 = 1 << 14;
const RIGHTS_SET_SIZE: u64 = 1 << 19 | 1 << 22;
/// The rights of a preopened directory: all that concern the directory and its entries, except
/// `path_filestat_set_size`.
const RIGHTS_DIRECTORY: u64 = 0x3ff << 9 | 0b11 << 20 | 0b1111 << 23;
/// The inheriting rights of a preopened directory, which a file below it can have: all except `path_filestat_set_size`
/// and those of sockets.
const RIGHTS_BELOW: u64 = RIGHTS_DIRECTORY | 0x1ff | 0b111 << 21 | 1 << 27;

/// The size of a `dirent`, which the name of the entry follows.
const DIRENT: usize = 24;

/// Returns the type of a standard stream. Only terminals have a type.
fn file_type_of_stream(descriptor: &Descriptor) -> FileType {
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
        Ok(fadvise(&self.wasi.get(fd)?.file()?.file, offset, NonZeroU64::new(len), advice)?)
    }

    pub(super) fn fd_allocate(&mut self, fd: u32, _offset: u64, _len: u64) -> Result<()> {
        self.wasi.get(fd)?.file()?;
        // Not all file systems can allocate space, and later versions of WASI do not have this call.
        Err(Errno::NOTSUP.into())
    }

    pub(super) fn fd_close(&mut self, fd: u32) -> Result<()> {
        self.wasi.state.lock().table.close(fd).map(drop)
    }

    pub(super) fn fd_datasync(&mut self, fd: u32) -> Result<()> {
        Ok(self.wasi.get(fd)?.file()?.file.sync_data()?)
    }

    pub(super) fn fd_sync(&mut self, fd: u32) -> Result<()> {
        Ok(self.wasi.get(fd)?.file()?.file.sync_all()?)
    }

    pub(super) fn fd_fdstat_get(&mut self, fd: u32, out: u32) -> Result<()> {
        let descriptor = self.wasi.get(fd)?;
        let (ty, flags, base, inheriting) = match &*descriptor {
            Descriptor::Input(_) => (file_type_of_stream(&descriptor), 0, RIGHTS_READ, RIGHTS_READ),
            Descriptor::Output(_) => (file_type_of_stream(&descriptor), 0, RIGHTS_WRITE, RIGHTS_WRITE),
            Descriptor::Dir(dir) if dir.preopened.is_some() => (FileType::Directory, 0, RIGHTS_DIRECTORY, RIGHTS_BELOW),
            Descriptor::Dir(dir) => {
                let mut rights = RIGHTS_ALL & !(RIGHTS_SEEK | RIGHTS_SET_SIZE | RIGHTS_WRITE);
                if !dir.access.read {
                    rights &= !(RIGHTS_READ | RIGHTS_READDIR);
                }
                (FileType::Directory, 0, rights, rights)
            }
            Descriptor::File(file) => {
                let mut rights = RIGHTS_ALL;
                if !file.access.read {
                    rights &= !(RIGHTS_READ | RIGHTS_READDIR);
                }
                if !file.access.write {
                    rights &= !RIGHTS_WRITE;
                }
                let append = u16::from(file.append.load(Ordering::Relaxed));
                let nonblock = u16::from(file.nonblock.load(Ordering::Relaxed)) << 2;
                let metadata = cap_std::fs::Metadata::from_file(&file.file)?;
                (FileType::from(&metadata), append | nonblock, rights, rights)
            }
        };
        let mut raw = [0; 24];
        raw[0] = ty as u8;
        raw[2..4].copy_from_slice(&flags.to_le_bytes());
        raw[8..16].copy_from_slice(&base.to_le_bytes());
        raw[16..].copy_from_slice(&inheriting.to_le_bytes());
        self.guest.write(out, &raw)
    }

    pub(super) fn fd_fdstat_set_flags(&mut self, fd: u32, flags: u32) -> Result<()> {
        if flags >> 5 != 0 {
            return Err(Errno::INVAL.into());
        }
        let descriptor = self.wasi.get(fd)?;
        let file = descriptor.file()?;
        // `append` and `nonblock` can be changed; `dsync`, `rsync` and `sync` cannot.
        if flags & 0b11010 != 0 {
            return Err(Errno::INVAL.into());
        }
        file.append.store(flags & 1 != 0, Ordering::Relaxed);
        file.nonblock.store(flags & 4 != 0, Ordering::Relaxed);
        Ok(())
    }

    pub(super) fn fd_fdstat_set_rights(&mut self, fd: u32, base: u64, inheriting: u64) -> Result<()> {
        if (base | inheriting) >> self.version.rights() != 0 {
            return Err(Errno::INVAL.into());
        }
        match &*self.wasi.get(fd)? {
            Descriptor::File(_) | Descriptor::Dir(_) => Err(Errno::NOTSUP.into()),
            _ => Err(Errno::BADF.into()),
        }
    }

    pub(super) fn fd_filestat_get(&mut self, fd: u32, out: u32) -> Result<()> {
        let descriptor = self.wasi.get(fd)?;
        let stat: Stat = match &*descriptor {
            Descriptor::File(file) => cap_std::fs::Metadata::from_file(&file.file)?.into(),
            Descriptor::Dir(dir) => dir.stat()?,
            _ => Stat::from_type(file_type_of_stream(&descriptor)),
        };
        stat.write(&self.guest, self.version, out)
    }

    pub(super) fn fd_filestat_set_size(&mut self, fd: u32, size: u64) -> Result<()> {
        let descriptor = self.wasi.get(fd)?;
        let file = descriptor.file()?;
        if !file.access.mutable {
            return Err(Errno::PERM.into());
        }
        Ok(file.file.set_len(size)?)
    }

    pub(super) fn fd_filestat_set_times(&mut self, fd: u32, access: u64, modification: u64, which: u32) -> Result<()> {
        let times = times(which, access, modification)?;
        match &*self.wasi.get(fd)? {
            Descriptor::File(file) if file.access.mutable => Ok(futimens(&file.file, &times)?),
            Descriptor::Dir(dir) => {
                let (host, ..) = dir.resolve_mutable(".".to_owned())?;
                Ok(utimensat(&*host, ".", &times, AtFlags::empty())?)
            }
            Descriptor::File(_) => Err(Errno::PERM.into()),
            _ => Err(Errno::BADF.into()),
        }
    }

    /// Calls `transfer` with a descriptor and the guest's buffers, without the empty ones, and writes the number of
    /// bytes that it returns to `out`.
    fn with_buffers(
        &self,
        fd: u32,
        array: u32,
        len: u32,
        out: u32,
        transfer: impl FnOnce(&Descriptor, &[(u32, u32)]) -> Result<usize>,
    ) -> Result<()> {
        let mut buffers = self.guest.buffers(array, len)?;
        buffers.retain(|(_, len)| *len > 0);
        self.guest.check(out, 4)?;
        let total = transfer(&*self.wasi.get(fd)?, &buffers)?;
        self.guest.write_u32(out, to_size(total)?)
    }

    pub(super) fn fd_read(&mut self, fd: u32, array: u32, len: u32, out: u32) -> Result<()> {
        self.with_buffers(fd, array, len, out, |descriptor, buffers| match descriptor {
            Descriptor::File(file) => file.read(&self.guest, buffers),
            // Reads into the first buffer only. A second read could block, although the first one has returned bytes.
            Descriptor::Input(input) => match buffers.first() {
                Some((ptr, len)) => input.read(&self.guest, *ptr, *len),
                None => Ok(0),
            },
            _ => Err(Errno::BADF.into()),
        })
    }

    pub(super) fn fd_pread(&mut self, fd: u32, array: u32, len: u32, offset: u64, out: u32) -> Result<()> {
        self.with_buffers(fd, array, len, out, |descriptor, buffers| match descriptor {
            Descriptor::File(file) => file.read_at(&self.guest, buffers, offset),
            Descriptor::Input(_) => Err(Errno::SPIPE.into()),
            _ => Err(Errno::BADF.into()),
        })
    }

    pub(super) fn fd_write(&mut self, fd: u32, array: u32, len: u32, out: u32) -> Result<()> {
        self.with_buffers(fd, array, len, out, |descriptor, buffers| match descriptor {
            Descriptor::File(file) => file.write(&self.guest, buffers),
            Descriptor::Output(output) => output.write(&self.guest, buffers),
            _ => Err(Errno::BADF.into()),
        })
    }

    pub(super) fn fd_pwrite(&mut self, fd: u32, array: u32, len: u32, offset: u64, out: u32) -> Result<()> {
        self.with_buffers(fd, array, len, out, |descriptor, buffers| match descriptor {
            Descriptor::File(file) => file.write_at(&self.guest, buffers, offset),
            Descriptor::Output(_) => Err(Errno::SPIPE.into()),
            _ => Err(Errno::BADF.into()),
        })
    }

    pub(super) fn fd_prestat_get(&mut self, fd: u32, out: u32) -> Result<()> {
        match &*self.wasi.get(fd)? {
            Descriptor::Dir(dir) if dir.preopened.is_some() => {
                let len = dir.preopened.as_ref().map_or(0, String::len);
                // A `prestat`: the tag `dir`, 0, in the lower half, and the length of the name in the upper half.
                self.guest.write_u64(out, (len as u64) << 32)
            }
            _ => Err(Errno::BADF.into()),
        }
    }

    pub(super) fn fd_prestat_dir_name(&mut self, fd: u32, ptr: u32, len: u32) -> Result<()> {
        match &*self.wasi.get(fd)? {
            Descriptor::Dir(dir) => match &dir.preopened {
                Some(name) if name.len() > len as usize => Err(Errno::NAMETOOLONG.into()),
                Some(name) => self.guest.write(ptr, name.as_bytes()),
                None => Err(Errno::NOTDIR.into()),
            },
            _ => Err(Errno::NOTDIR.into()),
        }
    }

    pub(super) fn fd_readdir(&mut self, fd: u32, ptr: u32, len: u32, cookie: u64, out: u32) -> Result<()> {
        self.guest.check(ptr, len as usize)?;
        self.guest.check(out, 4)?;
        let descriptor = self.wasi.get(fd)?;
        let dir = descriptor.dir()?;
        let entries = dir.entries(cookie == 0)?;
        let own = |name: &[u8]| {
            let ino = dir.stat().map_or(0, |stat| stat.ino());
            Entry { name: name.to_vec(), ino, ty: FileType::Directory }
        };
        let dots = [own(b"."), own(b"..")];
        let first = usize::try_from(cookie).map_err(|_| Errno::OVERFLOW)?;
        // Fills the buffer as far as possible. A full buffer, whose last entry may be cut off, tells the guest that the
        // directory has more entries.
        let mut written = Vec::new();
        for (index, entry) in dots.iter().chain(entries.iter()).enumerate().skip(first) {
            let mut raw = [0; DIRENT];
            raw[..8].copy_from_slice(&(index as u64 + 1).to_le_bytes());
            raw[8..16].copy_from_slice(&entry.ino.to_le_bytes());
            raw[16..20].copy_from_slice(&(entry.name.len() as u32).to_le_bytes());
            raw[20] = entry.ty as u8;
            written.extend_from_slice(&raw);
            written.extend_from_slice(&entry.name);
            if written.len() >= len as usize {
                written.truncate(len as usize);
                break;
            }
        }
        self.guest.write(ptr, &written)?;
        self.guest.write_u32(out, written.len() as u32)
    }

    pub(super) fn fd_renumber(&mut self, from: u32, to: u32) -> Result<()> {
        self.wasi.state.lock().table.renumber(from, to).map(drop)
    }

    pub(super) fn fd_seek(&mut self, fd: u32, offset: u64, whence: u32, out: u32) -> Result<()> {
        let signed = offset.cast_signed();
        let to = match self.version.whence(whence)? {
            SeekFrom::Start(_) => SeekFrom::Start(u64::try_from(signed).map_err(|_| Errno::INVAL)?),
            SeekFrom::Current(_) => SeekFrom::Current(signed),
            SeekFrom::End(_) => SeekFrom::End(signed),
        };
        self.guest.check(out, 8)?;
        let position = self.wasi.get(fd)?.seekable()?.seek(to)?;
        self.guest.write_u64(out, position)
    }

    pub(super) fn fd_tell(&mut self, fd: u32, out: u32) -> Result<()> {
        let position = self.wasi.get(fd)?.seekable()?.position();
        self.guest.write_u64(out, position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasi::dir::{Dir, Perms, Place};
    use crate::wasi::guest::{u32_at, u64_at};
    use crate::wasi::testing::{ScratchDir, TestGuest, errno};
    use crate::wasi::{Version, WasiContext};
    use std::sync::Arc;

    /// Returns a guest whose descriptor 3 is `dir`, with all permissions.
    fn guest(dir: &ScratchDir) -> TestGuest {
        let wasi = WasiContext::new();
        let host = cap_std::fs::Dir::open_ambient_dir(&**dir, cap_std::ambient_authority()).unwrap();
        let perms = Perms { list: true, change: true, read: true, write: true };
        wasi.push(Descriptor::Dir(Dir::preopened(Place::Host(Arc::new(host), perms), "/data"))).unwrap();
        TestGuest::new(wasi)
    }

    /// Opens `path` relative to descriptor 3 and returns the new descriptor.
    fn open(guest: &TestGuest, path: &str, oflags: u64, rights: u64) -> u64 {
        let len = guest.path(path);
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
        let guest = guest(&dir);
        let create = 1;
        let (read_write, write) = (RIGHTS_READ | RIGHTS_WRITE, RIGHTS_WRITE);
        let (file_rw, file_w) = (open(&guest, "file", create, read_write), open(&guest, "file", 0, write));
        let (file_r, sub) = (open(&guest, "file", 0, RIGHTS_READ), open(&guest, "sub", 0, RIGHTS_READ));
        let (file, directory) = (FileType::RegularFile as u8, FileType::Directory as u8);
        assert_eq!(fdstat(&guest, 0), (0, RIGHTS_READ, RIGHTS_READ));
        assert_eq!(fdstat(&guest, 1), (0, RIGHTS_WRITE, RIGHTS_WRITE));
        assert_eq!(fdstat(&guest, 3), (directory, 0x7b7_fe00, 0xff7_ffff));
        assert_eq!(fdstat(&guest, file_rw), (file, 0x3fff_ffff, 0x3fff_ffff));
        assert_eq!(fdstat(&guest, file_w), (file, 0x3fff_bffd, 0x3fff_bffd));
        assert_eq!(fdstat(&guest, file_r), (file, 0x3fff_ffbf, 0x3fff_ffbf));
        assert_eq!(fdstat(&guest, sub), (directory, 0x3fb7_ffbb, 0x3fb7_ffbb));
    }

    #[test]
    fn rights_of_an_open_descriptor_cannot_be_changed() {
        let mut guest = guest(&ScratchDir::new());
        let set = |guest: &TestGuest, fd, rights| errno(guest.call("fd_fdstat_set_rights", &[fd, rights, 0]));
        assert_eq!(set(&guest, 3, 1 << 29), Some(Errno::NOTSUP));
        assert_eq!(set(&guest, 3, 1 << 30), Some(Errno::INVAL));
        assert_eq!(set(&guest, 1, 0), Some(Errno::BADF));
        guest.version = Version::Unstable;
        assert_eq!(set(&guest, 3, 1 << 29), Some(Errno::INVAL), "`wasi_unstable` does not have this right");
    }

    #[test]
    fn a_listing_continues_in_the_entries_it_started_with() {
        let dir = ScratchDir::new();
        std::fs::write(dir.join("old"), "").unwrap();
        let guest = guest(&dir);
        let names = |cookie: u64| {
            guest.call("fd_readdir", &[3, 0, 4096, cookie, 8000]).unwrap();
            let used = u32_at(&guest.memory().read(8000, 4).unwrap(), 0) as usize;
            let (raw, mut at, mut names) = (guest.memory().read(0, used).unwrap(), 0, Vec::new());
            while at < used {
                let end = at + DIRENT + u32_at(&raw, at + 16) as usize;
                names.push(String::from_utf8(raw[at + DIRENT..end].to_vec()).unwrap());
                at = end;
            }
            names
        };
        assert_eq!(names(0), [".", "..", "old"]);
        std::fs::write(dir.join("new"), "").unwrap();
        assert_eq!(names(1), ["..", "old"]);
        assert_eq!(names(0).len(), 4);
        assert_eq!(names(4), [""; 0]);
    }
}
