//! The system calls that take a path.

use crate::wasi::calls::Call;
use crate::wasi::dir::{self, OpenFlags, Target};
use crate::wasi::fd::{FDFLAG_APPEND, FDFLAG_NONBLOCK, FDFLAGS_COUNT, FDFLAGS_SYNC, RIGHT_READ, RIGHT_WRITE};
use crate::wasi::lookup::{self, LastComponent};
use crate::wasi::stat::{FileType, Stat, times_to_set};
use crate::wasi::{Descriptor, Errno, Result};

// The bits of `oflags`.
const OFLAGS_COUNT: u32 = 4;
const OFLAG_CREAT: u32 = 1 << 0;
const OFLAG_DIRECTORY: u32 = 1 << 1;
const OFLAG_EXCL: u32 = 1 << 2;
const OFLAG_TRUNC: u32 = 1 << 3;

/// Returns whether `lookup_flags` contains `symlink_follow`. Fails with `EINVAL` for all other flags.
fn follows_symlinks(lookup_flags: u32) -> Result<bool> {
    match lookup_flags {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Errno::INVAL.into()),
    }
}

impl Call<'_> {
    pub(super) fn path_create_directory(&mut self, fd: u32, path_ptr: u32, path_len: u32) -> Result<()> {
        self.mutable_name(fd, path_ptr, path_len)?.create_directory()
    }

    pub(super) fn path_filestat_get(
        &mut self,
        fd: u32,
        lookup_flags: u32,
        path_ptr: u32,
        path_len: u32,
        out_ptr: u32,
    ) -> Result<()> {
        let follow = follows_symlinks(lookup_flags)?;
        let stat: Stat = match self.wasi.get(fd)?.dir()?.resolve(self.guest.path(path_ptr, path_len)?)? {
            Target::Host(dir, path, _) => lookup::metadata(&dir, &path, follow)?.into(),
            Target::Root(_) => Stat::from_type(FileType::Directory),
        };
        stat.write(&self.guest, self.version, out_ptr)
    }

    #[expect(clippy::too_many_arguments, reason = "the specification's signature")]
    pub(super) fn path_filestat_set_times(
        &mut self,
        fd: u32,
        lookup_flags: u32,
        path_ptr: u32,
        path_len: u32,
        atim: u64,
        mtim: u64,
        fst_flags: u32,
    ) -> Result<()> {
        let follow = follows_symlinks(lookup_flags)?;
        let times = times_to_set(fst_flags, atim, mtim)?;
        let (dir, path, _) = self.wasi.get(fd)?.dir()?.resolve_mutable(self.guest.path(path_ptr, path_len)?)?;
        lookup::set_times(&dir, &path, follow, &times)
    }

    #[expect(clippy::too_many_arguments, reason = "the specification's signature")]
    pub(super) fn path_link(
        &mut self,
        fd: u32,
        lookup_flags: u32,
        path_ptr: u32,
        path_len: u32,
        new_fd: u32,
        new_path_ptr: u32,
        new_path_len: u32,
    ) -> Result<()> {
        let follow = follows_symlinks(lookup_flags)?;
        let (path, new_path) = (self.guest.path(path_ptr, path_len)?, self.guest.path(new_path_ptr, new_path_len)?);
        let (dir, path, perms) = self.wasi.get(fd)?.dir()?.resolve_mutable(path)?;
        let (new_dir, new_path, new_perms) = self.wasi.get(new_fd)?.dir()?.resolve_mutable(new_path)?;
        if follow {
            return Err(Errno::INVAL.into());
        }
        // Both directories must have the same permissions. With different permissions, the new link could give the
        // guest more permissions for the file.
        if perms != new_perms {
            return Err(Errno::PERM.into());
        }
        lookup::create_hard_link(&dir, &path, &new_dir, &new_path)
    }

    #[expect(clippy::too_many_arguments, reason = "the specification's signature")]
    pub(super) fn path_open(
        &mut self,
        fd: u32,
        lookup_flags: u32,
        path_ptr: u32,
        path_len: u32,
        oflags: u32,
        rights: u64,
        _inheriting: u64,
        fdflags: u32,
        out_ptr: u32,
    ) -> Result<()> {
        let follow = follows_symlinks(lookup_flags)?;
        if oflags >> OFLAGS_COUNT != 0 || fdflags >> FDFLAGS_COUNT != 0 || rights >> self.version.rights_count() != 0 {
            return Err(Errno::INVAL.into());
        }
        self.guest.check(out_ptr, 4)?;
        let path = self.guest.path(path_ptr, path_len)?;
        let descriptor = self.wasi.get(fd)?;
        let dir = match &*descriptor {
            Descriptor::Dir(dir) => dir,
            Descriptor::File(_) => return Err(Errno::NOTDIR.into()),
            _ => return Err(Errno::BADF.into()),
        };
        // `File` does not support synchronized reads and writes.
        if fdflags & FDFLAGS_SYNC != 0 {
            return Err(Errno::NOTSUP.into());
        }
        let flags = OpenFlags {
            follow,
            create: oflags & OFLAG_CREAT != 0,
            directory: oflags & OFLAG_DIRECTORY != 0,
            exclusive: oflags & OFLAG_EXCL != 0,
            truncate: oflags & OFLAG_TRUNC != 0,
            read: rights & RIGHT_READ != 0,
            write: rights & RIGHT_WRITE != 0,
            append: fdflags & FDFLAG_APPEND != 0,
            nonblock: fdflags & FDFLAG_NONBLOCK != 0,
        };
        // The check comes first, because opening can create or truncate a file.
        self.wasi.state.lock().table.check_room()?;
        let opened = dir::open(dir, path, &flags, &self.interrupts)?;
        let fd = self.wasi.state.lock().table.push(opened)?;
        self.guest.write_u32(out_ptr, fd)
    }

    pub(super) fn path_readlink(
        &mut self,
        fd: u32,
        path_ptr: u32,
        path_len: u32,
        buffer_ptr: u32,
        buffer_len: u32,
        out_ptr: u32,
    ) -> Result<()> {
        let (dir, path) = self.wasi.get(fd)?.dir()?.resolve_host(self.guest.path(path_ptr, path_len)?)?;
        let link = lookup::read_link(&dir, &path)?.into_os_string().into_string().map_err(|_| Errno::ILSEQ)?;
        let count = link.len().min(buffer_len as usize);
        self.guest.write(buffer_ptr, &link.as_bytes()[..count])?;
        self.guest.write_u32(out_ptr, count as u32)
    }

    pub(super) fn path_remove_directory(&mut self, fd: u32, path_ptr: u32, path_len: u32) -> Result<()> {
        self.mutable_name(fd, path_ptr, path_len)?.remove_directory()
    }

    pub(super) fn path_rename(
        &mut self,
        fd: u32,
        path_ptr: u32,
        path_len: u32,
        new_fd: u32,
        new_path_ptr: u32,
        new_path_len: u32,
    ) -> Result<()> {
        let (path, new_path) = (self.guest.path(path_ptr, path_len)?, self.guest.path(new_path_ptr, new_path_len)?);
        let (dir, path, perms) = self.wasi.get(fd)?.dir()?.resolve_mutable(path)?;
        let (new_dir, new_path, new_perms) = self.wasi.get(new_fd)?.dir()?.resolve_mutable(new_path)?;
        if perms != new_perms {
            return Err(Errno::PERM.into());
        }
        LastComponent::new(&dir, &path)?.rename(&LastComponent::new(&new_dir, &new_path)?)
    }

    pub(super) fn path_symlink(
        &mut self,
        target_ptr: u32,
        target_len: u32,
        fd: u32,
        path_ptr: u32,
        path_len: u32,
    ) -> Result<()> {
        let target = self.guest.path(target_ptr, target_len)?;
        self.mutable_name(fd, path_ptr, path_len)?.create_symlink(&target)
    }

    pub(super) fn path_unlink_file(&mut self, fd: u32, path_ptr: u32, path_len: u32) -> Result<()> {
        self.mutable_name(fd, path_ptr, path_len)?.unlink()
    }

    /// Reads a path from the guest's memory and resolves its directories, for a call that changes the directory of the
    /// last component. Fails with `EPERM` if the permissions do not allow changes.
    fn mutable_name(&self, fd: u32, path_ptr: u32, path_len: u32) -> Result<LastComponent> {
        let (dir, path, _) = self.wasi.get(fd)?.dir()?.resolve_mutable(self.guest.path(path_ptr, path_len)?)?;
        LastComponent::new(&dir, &path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasi::testing::{ScratchDir, TestGuest, errno, open_dir};
    use crate::wasi::{Dir, Perms, Place, Root, WasiContext};
    use std::path::Path;
    use std::sync::Arc;

    const ALL: Perms = Perms { list: true, change: true, read: true, write: true };
    const READ_ONLY: Perms = Perms { list: true, change: false, read: true, write: false };

    /// Returns a guest. Its descriptor 3 is the preopened directory `path`.
    fn guest(path: &Path, perms: Perms) -> TestGuest {
        let wasi = WasiContext::new();
        let place = Place::Host(open_dir(path), perms);
        assert_eq!(wasi.preopen(Dir::preopened(place, "/")).unwrap(), 3);
        TestGuest::new(wasi)
    }

    /// Opens `path` relative to descriptor 3, with `oflags` and `rights`. Follows symbolic links. Returns the error, or
    /// `None` on success.
    fn open(guest: &TestGuest, path: &str, oflags: u64, rights: u64) -> Option<Errno> {
        let len = guest.write_path(path);
        errno(guest.call("path_open", &[3, 1, 0, len, oflags, rights, 0, 0, 1024]))
    }

    #[test]
    fn a_path_stays_inside_its_directory() {
        let outer = ScratchDir::new();
        let inner = outer.join("inner");
        std::fs::create_dir_all(inner.join("sub")).unwrap();
        std::fs::write(outer.join("secret"), "x").unwrap();
        std::fs::write(inner.join("file"), "x").unwrap();
        std::os::unix::fs::symlink("../secret", inner.join("link_out")).unwrap();
        std::os::unix::fs::symlink("../file", inner.join("sub/link_in")).unwrap();
        let guest = guest(&inner, ALL);
        for path in ["file", "sub/../file", "./sub/link_in"] {
            assert_eq!(open(&guest, path, 0, 0), None, "{path}");
        }
        for path in ["../secret", "sub/../../secret", "link_out", "/etc/passwd", ".."] {
            assert_eq!(open(&guest, path, 0, 0), Some(Errno::PERM), "{path}");
        }
        assert_eq!(open(&guest, "missing", 0, 0), Some(Errno::NOENT));
        assert_eq!(open(&guest, "a\0b", 0, 0), Some(Errno::INVAL));
    }

    #[test]
    fn permissions_restrict_what_is_opened() {
        let path = ScratchDir::new();
        std::fs::write(path.join("file"), "x").unwrap();
        let guest = guest(&path, READ_ONLY);
        let (create, truncate) = (1, 8);
        assert_eq!(open(&guest, "file", 0, 0), None);
        assert_eq!(open(&guest, "file", 0, RIGHT_WRITE), Some(Errno::PERM));
        assert_eq!(open(&guest, "file", truncate, 0), Some(Errno::PERM));
        assert_eq!(open(&guest, "new", create, 0), Some(Errno::PERM));
        let len = guest.write_path("file");
        assert_eq!(errno(guest.call("path_unlink_file", &[3, 0, len])), Some(Errno::PERM));
        assert!(path.join("file").exists() && !path.join("new").exists());
        let unreadable = self::guest(&path, Perms { read: false, ..ALL });
        assert_eq!(open(&unreadable, "file", 0, 0), Some(Errno::PERM));
        assert_eq!(open(&unreadable, ".", 0, 0), None, "a directory is not a file to read");
    }

    #[test]
    fn undefined_flags_and_rights_are_invalid() {
        let path = ScratchDir::new();
        let mut guest = guest(&path, ALL);
        let len = guest.write_path(".");
        let call = |guest: &TestGuest, follow, oflags, rights, fdflags| {
            errno(guest.call("path_open", &[3, follow, 0, len, oflags, rights, 0, fdflags, 1024]))
        };
        assert_eq!(call(&guest, 1, 0, 0, 0), None);
        assert_eq!(call(&guest, 2, 0, 0, 0), Some(Errno::INVAL));
        assert_eq!(call(&guest, 1, 16, 0, 0), Some(Errno::INVAL));
        assert_eq!(call(&guest, 1, 0, 0, 32), Some(Errno::INVAL));
        assert_eq!(call(&guest, 1, 0, 0, 2), Some(Errno::NOTSUP));
        assert_eq!(call(&guest, 1, 0, 1 << 29, 0), None, "a right of preview 1");
        assert_eq!(call(&guest, 1, 0, 1 << 30, 0), Some(Errno::INVAL));
        guest.version = crate::wasi::Version::Unstable;
        assert_eq!(call(&guest, 1, 0, 1 << 28, 0), None);
        assert_eq!(call(&guest, 1, 0, 1 << 29, 0), Some(Errno::INVAL), "`wasi_unstable` does not have this right");
    }

    #[test]
    fn the_root_resolves_paths_by_the_longest_name() {
        let path = ScratchDir::new();
        for name in ["all", "data", "deep"] {
            std::fs::create_dir(path.join(name)).unwrap();
        }
        let root = Arc::new(Root::default());
        let wasi = WasiContext::new();
        wasi.preopen(Dir::preopened(Place::Root(root.clone()), "/")).unwrap();
        let guest = TestGuest::new(wasi);
        root.add("/data", open_dir(&path.join("data")), ALL);
        root.add("/data/deep/", open_dir(&path.join("deep")), READ_ONLY);
        let create = 1;
        assert_eq!(open(&guest, "/data/one", create, RIGHT_WRITE), None);
        assert_eq!(open(&guest, "/data/deep/two", create, RIGHT_WRITE), Some(Errno::PERM));
        assert_eq!(
            open(&guest, "/database", create, RIGHT_WRITE),
            Some(Errno::NOENT),
            "a prefix, but not of components"
        );
        assert_eq!(open(&guest, "data/../data/one", 0, 0), Some(Errno::PERM));
        assert_eq!(open(&guest, "", 0, 0), Some(Errno::NOENT));
        assert_eq!(open(&guest, "/", 0, RIGHT_WRITE), Some(Errno::PERM), "the root directory is read-only");
        assert_eq!(open(&guest, "/.//", 0, 0), None);
        root.add("", open_dir(&path.join("all")), ALL);
        assert_eq!(open(&guest, "/database", create, RIGHT_WRITE), None);
        assert!(path.join("data/one").exists() && path.join("all/database").exists());
    }

    #[test]
    fn links_and_renames_need_the_same_permissions_on_both_sides() {
        let path = ScratchDir::new();
        for name in ["one", "two"] {
            std::fs::create_dir(path.join(name)).unwrap();
        }
        std::fs::write(path.join("one/file"), "x").unwrap();
        let guest = guest(&path.join("one"), ALL);
        let other = Perms { read: false, ..ALL };
        let place = Place::Host(open_dir(&path.join("two")), other);
        assert_eq!(guest.wasi.preopen(Dir::preopened(place, "/two")).unwrap(), 4);
        let len = guest.write_path("file");
        assert_eq!(errno(guest.call("path_link", &[3, 0, 0, len, 4, 0, len])), Some(Errno::PERM));
        assert_eq!(errno(guest.call("path_rename", &[3, 0, len, 4, 0, len])), Some(Errno::PERM));
        assert!(path.join("one/file").exists() && !path.join("two/file").exists());
    }
}
