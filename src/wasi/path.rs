//! The calls that take a path.

use crate::wasi::calls::Call;
use crate::wasi::dir::{self, Opening, Target};
use crate::wasi::stat::{FileType, Stat, times};
use crate::wasi::{Descriptor, Errno, Result};
use cap_fs_ext::{DirExt, SystemTimeSpec};
use cap_std::time::{Duration, SystemClock};
use rustix::fs::{Timespec, UTIME_NOW, UTIME_OMIT};

/// `lookupflags::symlink_follow`, the only one.
fn follow(flags: u32) -> Result<bool> {
    match flags {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Errno::INVAL.into()),
    }
}

impl Call<'_> {
    pub(super) fn path_create_directory(&mut self, fd: u32, path: u32, len: u32) -> Result<()> {
        let (dir, path, _) = self.wasi.get(fd)?.dir()?.changed(self.guest.path(path, len)?)?;
        Ok(dir.create_dir(path)?)
    }

    pub(super) fn path_filestat_get(&mut self, fd: u32, flags: u32, path: u32, len: u32, out: u32) -> Result<()> {
        let follow = follow(flags)?;
        let stat: Stat = match self.wasi.get(fd)?.dir()?.target(self.guest.path(path, len)?)? {
            Target::Host(dir, path, _) if follow => dir.metadata(path)?.into(),
            Target::Host(dir, path, _) => dir.symlink_metadata(path)?.into(),
            Target::Root(_) => Stat::bare(FileType::Directory),
        };
        stat.write(&self.guest, self.version, out)
    }

    #[expect(clippy::too_many_arguments, reason = "the specification's signature")]
    pub(super) fn path_filestat_set_times(
        &mut self,
        fd: u32,
        flags: u32,
        path: u32,
        len: u32,
        access: u64,
        modification: u64,
        which: u32,
    ) -> Result<()> {
        let follow = follow(flags)?;
        let times = times(which, access, modification)?;
        let (dir, path, _) = self.wasi.get(fd)?.dir()?.changed(self.guest.path(path, len)?)?;
        let (access, modification) = (time(times.last_access), time(times.last_modification));
        if follow {
            return Ok(dir.set_times(path, access, modification)?);
        }
        Ok(dir.set_symlink_times(path, access, modification)?)
    }

    #[expect(clippy::too_many_arguments, reason = "the specification's signature")]
    pub(super) fn path_link(
        &mut self,
        fd: u32,
        flags: u32,
        path: u32,
        len: u32,
        new_fd: u32,
        new_path: u32,
        new_len: u32,
    ) -> Result<()> {
        let follow = follow(flags)?;
        let (path, new_path) = (self.guest.path(path, len)?, self.guest.path(new_path, new_len)?);
        let (dir, path, perms) = self.wasi.get(fd)?.dir()?.changed(path)?;
        let (new_dir, new_path, new_perms) = self.wasi.get(new_fd)?.dir()?.changed(new_path)?;
        if follow {
            return Err(Errno::INVAL.into());
        }
        // Else a file could be reached with more rights than the directory it is in gives.
        if perms != new_perms {
            return Err(Errno::PERM.into());
        }
        Ok(dir.hard_link(path, &new_dir, new_path)?)
    }

    #[expect(clippy::too_many_arguments, reason = "the specification's signature")]
    pub(super) fn path_open(
        &mut self,
        fd: u32,
        flags: u32,
        path: u32,
        len: u32,
        oflags: u32,
        rights: u64,
        _inheriting: u64,
        fdflags: u32,
        out: u32,
    ) -> Result<()> {
        let follow = follow(flags)?;
        if oflags >> 4 != 0 || fdflags >> 5 != 0 || rights >> self.version.rights() != 0 {
            return Err(Errno::INVAL.into());
        }
        self.guest.check(out, 4)?;
        let path = self.guest.path(path, len)?;
        let descriptor = self.wasi.get(fd)?;
        let dir = match &*descriptor {
            Descriptor::Dir(dir) => dir,
            Descriptor::File(_) => return Err(Errno::NOTDIR.into()),
            _ => return Err(Errno::BADF.into()),
        };
        // dsync, rsync and sync: nothing here could keep what they promise.
        if fdflags & 0b11010 != 0 {
            return Err(Errno::NOTSUP.into());
        }
        let opening = Opening {
            follow,
            create: oflags & 1 != 0,
            directory: oflags & 2 != 0,
            exclusive: oflags & 4 != 0,
            truncate: oflags & 8 != 0,
            read: rights & 1 << 1 != 0,
            write: rights & 1 << 6 != 0,
            append: fdflags & 1 != 0,
            nonblock: fdflags & 4 != 0,
        };
        let opened = dir::open(dir, path, &opening)?;
        self.guest.write_u32(out, self.wasi.push(opened)?)
    }

    pub(super) fn path_readlink(
        &mut self,
        fd: u32,
        path: u32,
        len: u32,
        buffer: u32,
        buffer_len: u32,
        out: u32,
    ) -> Result<()> {
        let (dir, path) = self.wasi.get(fd)?.dir()?.host(self.guest.path(path, len)?)?;
        let link = dir.read_link(path)?.into_os_string().into_string().map_err(|_| Errno::ILSEQ)?;
        let count = link.len().min(buffer_len as usize);
        self.guest.write(buffer, &link.as_bytes()[..count])?;
        self.guest.write_u32(out, count as u32)
    }

    pub(super) fn path_remove_directory(&mut self, fd: u32, path: u32, len: u32) -> Result<()> {
        let (dir, path, _) = self.wasi.get(fd)?.dir()?.changed(self.guest.path(path, len)?)?;
        Ok(dir.remove_dir(path)?)
    }

    pub(super) fn path_rename(
        &mut self,
        fd: u32,
        path: u32,
        len: u32,
        new_fd: u32,
        new_path: u32,
        new_len: u32,
    ) -> Result<()> {
        let (path, new_path) = (self.guest.path(path, len)?, self.guest.path(new_path, new_len)?);
        let (dir, path, perms) = self.wasi.get(fd)?.dir()?.changed(path)?;
        let (new_dir, new_path, new_perms) = self.wasi.get(new_fd)?.dir()?.changed(new_path)?;
        if perms != new_perms {
            return Err(Errno::PERM.into());
        }
        Ok(dir.rename(path, &new_dir, new_path)?)
    }

    pub(super) fn path_symlink(
        &mut self,
        contents: u32,
        contents_len: u32,
        fd: u32,
        path: u32,
        len: u32,
    ) -> Result<()> {
        let (contents, path) = (self.guest.path(contents, contents_len)?, self.guest.path(path, len)?);
        let (dir, path, _) = self.wasi.get(fd)?.dir()?.changed(path)?;
        // An absolute one is refused by cap-std: it would mean something else to the host.
        Ok(dir.symlink(contents, path)?)
    }

    pub(super) fn path_unlink_file(&mut self, fd: u32, path: u32, len: u32) -> Result<()> {
        let (dir, path, _) = self.wasi.get(fd)?.dir()?.changed(self.guest.path(path, len)?)?;
        Ok(dir.remove_file_or_symlink(path)?)
    }
}

fn time(time: Timespec) -> Option<SystemTimeSpec> {
    match time.tv_nsec {
        UTIME_OMIT => None,
        UTIME_NOW => Some(SystemTimeSpec::SymbolicNow),
        nanoseconds => {
            let since = Duration::new(time.tv_sec as u64, nanoseconds as u32);
            Some(SystemTimeSpec::Absolute(SystemClock::UNIX_EPOCH + since))
        }
    }
}
