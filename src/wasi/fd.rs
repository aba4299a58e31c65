//! The calls on descriptors.

use crate::wasi::calls::Call;
use crate::wasi::dir::Entry;
use crate::wasi::stat::{FileType, Stat, times};
use crate::wasi::stdio::{count, is_terminal};
use crate::wasi::{Descriptor, Errno, Result};
use rustix::fs::{Advice, AtFlags, fadvise, futimens, utimensat};
use std::io::SeekFrom;
use std::num::NonZeroU64;
use std::sync::atomic::Ordering;

// `rights` by bit, as far as they mean something here.
const RIGHTS_ALL: u64 = (1 << 30) - 1;
const RIGHTS_READ: u64 = 1 << 1;
const RIGHTS_SEEK: u64 = 1 << 2;
const RIGHTS_WRITE: u64 = 1 << 6;
const RIGHTS_READDIR: u64 = 1 << 14;
const RIGHTS_SET_SIZE: u64 = 1 << 19 | 1 << 22;
/// What a program finds on a directory that is there at the start: all that concerns names in it.
const RIGHTS_DIRECTORY: u64 = 0x3ff << 9 | 0b11 << 20 | 0b1111 << 23;
/// What it may ask for on files below: all but sockets.
const RIGHTS_BELOW: u64 = RIGHTS_DIRECTORY | 0x1ff | 0b111 << 21 | 1 << 27;

const DIRENT: usize = 24;

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
        // Not every file system can, so that later versions of WASI have dropped it.
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
        // append and nonblock can be changed, dsync, rsync and sync cannot.
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
            _ => Stat::bare(file_type_of_stream(&descriptor)),
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
                let (host, ..) = dir.changed(".".to_owned())?;
                Ok(utimensat(&*host, ".", &times, AtFlags::empty())?)
            }
            Descriptor::File(_) => Err(Errno::PERM.into()),
            _ => Err(Errno::BADF.into()),
        }
    }

    /// Moves bytes between a descriptor and the guest's buffers that are not empty, and tells the guest how many.
    fn transfer(
        &self,
        fd: u32,
        array: u32,
        len: u32,
        out: u32,
        moved: impl FnOnce(&Descriptor, &[(u32, u32)]) -> Result<usize>,
    ) -> Result<()> {
        let mut buffers = self.guest.buffers(array, len)?;
        buffers.retain(|(_, len)| *len > 0);
        self.guest.check(out, 4)?;
        let total = moved(&*self.wasi.get(fd)?, &buffers)?;
        self.guest.write_u32(out, count(total)?)
    }

    pub(super) fn fd_read(&mut self, fd: u32, array: u32, len: u32, out: u32) -> Result<()> {
        self.transfer(fd, array, len, out, |descriptor, buffers| match descriptor {
            Descriptor::File(file) => file.read(&self.guest, buffers),
            // Only the first: what else there is to come, nobody knows.
            Descriptor::Input(input) => match buffers.first() {
                Some((ptr, len)) => input.read(&self.guest, *ptr, *len),
                None => Ok(0),
            },
            _ => Err(Errno::BADF.into()),
        })
    }

    pub(super) fn fd_pread(&mut self, fd: u32, array: u32, len: u32, offset: u64, out: u32) -> Result<()> {
        self.transfer(fd, array, len, out, |descriptor, buffers| match descriptor {
            Descriptor::File(file) => file.read_at(&self.guest, buffers, offset),
            Descriptor::Input(_) => Err(Errno::SPIPE.into()),
            _ => Err(Errno::BADF.into()),
        })
    }

    pub(super) fn fd_write(&mut self, fd: u32, array: u32, len: u32, out: u32) -> Result<()> {
        self.transfer(fd, array, len, out, |descriptor, buffers| match descriptor {
            Descriptor::File(file) => file.write(&self.guest, buffers),
            Descriptor::Output(output) => output.write(&self.guest, buffers),
            _ => Err(Errno::BADF.into()),
        })
    }

    pub(super) fn fd_pwrite(&mut self, fd: u32, array: u32, len: u32, offset: u64, out: u32) -> Result<()> {
        self.transfer(fd, array, len, out, |descriptor, buffers| match descriptor {
            Descriptor::File(file) => file.write_at(&self.guest, buffers, offset),
            Descriptor::Output(_) => Err(Errno::SPIPE.into()),
            _ => Err(Errno::BADF.into()),
        })
    }

    pub(super) fn fd_prestat_get(&mut self, fd: u32, out: u32) -> Result<()> {
        match &*self.wasi.get(fd)? {
            Descriptor::Dir(dir) if dir.preopened.is_some() => {
                let len = dir.preopened.as_ref().map_or(0, String::len);
                // The tag of the only kind there is, and the length of the name.
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
        let own = || Entry { name: Vec::new(), ino: dir.stat().map_or(0, |stat| stat.ino()), ty: FileType::Directory };
        let dots = [Entry { name: b".".to_vec(), ..own() }, Entry { name: b"..".to_vec(), ..own() }];
        let from = usize::try_from(cookie).map_err(|_| Errno::OVERFLOW)?;
        // As much as there is room for; an entry that is cut tells the guest that there are more.
        let mut written = Vec::new();
        for (index, entry) in dots.iter().chain(entries.iter()).enumerate().skip(from) {
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

    pub(super) fn fd_renumber(&mut self, fd: u32, to: u32) -> Result<()> {
        self.wasi.state.lock().table.renumber(fd, to).map(drop)
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
