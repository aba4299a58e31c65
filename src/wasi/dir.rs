//! Open directories, the permissions of directories, and the virtual root directory.

use crate::wasi::file::{Access, File};
use crate::wasi::stat::{FileType, Stat};
use crate::wasi::{Descriptor, Errno, Result};
use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt, OpenOptionsMaybeDirExt};
use cap_std::fs::{self, OpenOptions};
use parking_lot::Mutex;
use rustix::fs::{Mode, OFlags, openat};
use std::sync::Arc;

/// The permissions of a preopened directory. They also apply to all files and directories below it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Perms {
    /// The guest may list directories and open entries.
    pub list: bool,
    /// The guest may create, remove and rename entries.
    pub change: bool,
    /// The guest may read files.
    pub read: bool,
    /// The guest may write files.
    pub write: bool,
}

impl Perms {
    /// Returns whether the guest may change entries of directories, contents of files, and times.
    pub fn mutable(self) -> bool {
        self.change && self.write
    }
}

/// The decoded arguments of `path_open`: the flags of `lookupflags`, `oflags` and `fdflags`, and the rights `fd_read`
/// and `fd_write`.
pub struct OpenFlags {
    pub follow: bool,
    pub create: bool,
    pub directory: bool,
    pub exclusive: bool,
    pub truncate: bool,
    pub read: bool,
    pub write: bool,
    pub append: bool,
    pub nonblock: bool,
}

/// An entry of a directory. The fields are the name, inode number and type of a `dirent`.
pub struct Entry {
    pub name: Vec<u8>,
    pub ino: u64,
    pub ty: FileType,
}

/// An open directory.
pub struct Dir {
    /// The directory of the host, or the virtual root directory.
    pub place: Place,
    /// The name of a preopened directory in the guest. `None` for a directory that the guest has opened itself.
    pub preopened: Option<String>,
    /// The access that the guest has requested for the directory. `fd_fdstat_get` returns the access as rights of WASI.
    pub access: Access,
    /// The entries that the last `fd_readdir` with cookie 0 has read. `fd_readdir` with another cookie continues in
    /// this list, even if the directory has changed.
    listing: Mutex<Arc<[Entry]>>,
}

/// The location of an open directory.
pub enum Place {
    /// A directory of the host, and the permissions of the guest.
    Host(Arc<fs::Dir>, Perms),
    /// The virtual root directory. No directory of the host corresponds to it.
    Root(Arc<Root>),
}

/// The virtual root directory `/` of a guest. It contains only preopened directories. The name of a preopened directory
/// may have several components, such as `/usr/share`.
#[derive(Default)]
pub struct Root {
    /// The names, directories and permissions of the preopened directories. Longer names come first, so the first name
    /// that is a prefix of a path is the most specific name.
    mounts: Mutex<Vec<(String, Arc<fs::Dir>, Perms)>>,
}

impl Root {
    /// Adds a preopened directory. `name` is the path of the directory in the guest.
    pub fn add(&self, name: &str, dir: Arc<fs::Dir>, perms: Perms) {
        let mut mounts = self.mounts.lock();
        mounts.push((normalize(name).unwrap_or_default(), dir, perms));
        mounts.sort_by_key(|(name, ..)| std::cmp::Reverse(name.len()));
    }

    /// Returns the preopened directory that contains a normalized path, the path relative to this directory, and the
    /// permissions. A preopened directory with an empty name contains all paths that no other directory contains.
    fn find_mount(&self, path: &str) -> Option<(Arc<fs::Dir>, String, Perms)> {
        self.mounts.lock().iter().find_map(|(name, dir, perms)| {
            let relative = match path.strip_prefix(name.as_str())? {
                "" => ".",
                suffix if name.is_empty() => suffix,
                suffix => suffix.strip_prefix('/')?,
            };
            Some((dir.clone(), relative.to_owned(), *perms))
        })
    }

    /// Returns the entries of the root directory. The entries are the first components of the names, without
    /// duplicates.
    fn entries(&self) -> Vec<Entry> {
        let mut names: Vec<String> = self.mounts.lock().iter().map(|(name, ..)| first_component(name)).collect();
        names.sort();
        names.dedup();
        names.retain(|name| !name.is_empty());
        names.into_iter().map(|name| Entry { name: name.into_bytes(), ino: 0, ty: FileType::Directory }).collect()
    }
}

/// Removes empty components and `.` from a path. Returns `None` if the path contains `..`, because the root directory
/// does not support `..`.
fn normalize(path: &str) -> Option<String> {
    let components: Vec<_> = path.split('/').filter(|name| !name.is_empty() && *name != ".").collect();
    (!components.contains(&"..")).then(|| components.join("/"))
}

/// The result of the resolution of a path.
pub enum Target {
    /// A directory of the host, the path relative to this directory, and the permissions of this directory.
    Host(Arc<fs::Dir>, String, Perms),
    /// The virtual root directory.
    Root(Arc<Root>),
}

impl Dir {
    /// Returns an open directory without a preopened name.
    pub fn new(place: Place, access: Access) -> Self {
        Self { place, preopened: None, access, listing: Mutex::new(Arc::new([])) }
    }

    /// Returns an open directory that is preopened under `name`.
    pub fn preopened(place: Place, name: &str) -> Self {
        let access = Access { read: true, write: true, mutable: true };
        Self { preopened: Some(name.to_owned()), ..Self::new(place, access) }
    }

    /// Resolves a path relative to this directory. The path of a [`Target::Host`] may still contain `..`. cap-std
    /// resolves `..` and refuses a path that leads out of the directory.
    pub fn resolve(&self, path: String) -> Result<Target> {
        let root = match &self.place {
            Place::Host(dir, perms) => return Ok(Target::Host(dir.clone(), path, *perms)),
            Place::Root(root) => root,
        };
        if path.is_empty() {
            return Err(Errno::NOENT.into());
        }
        let path = normalize(&path).ok_or(Errno::PERM)?;
        match root.find_mount(&path) {
            Some((dir, relative, perms)) => Ok(Target::Host(dir, relative, perms)),
            None if path.is_empty() => Ok(Target::Root(root.clone())),
            None => Err(Errno::NOENT.into()),
        }
    }

    /// Resolves a path like [`Dir::resolve`], for a call that changes the file or directory at the path. Fails with
    /// `EPERM` if the permissions do not allow changes.
    pub fn resolve_mutable(&self, path: String) -> Result<(Arc<fs::Dir>, String, Perms)> {
        match self.resolve(path)? {
            Target::Host(dir, path, perms) if perms.mutable() => Ok((dir, path, perms)),
            _ => Err(Errno::PERM.into()),
        }
    }

    /// Resolves a path like [`Dir::resolve`], but fails with `EINVAL` if the path leads to the virtual root directory.
    pub fn resolve_host(&self, path: String) -> Result<(Arc<fs::Dir>, String)> {
        match self.resolve(path)? {
            Target::Host(dir, path, _) => Ok((dir, path)),
            Target::Root(_) => Err(Errno::INVAL.into()),
        }
    }

    /// Returns the contents of the directory's `filestat`.
    pub fn stat(&self) -> Result<Stat> {
        match &self.place {
            Place::Host(dir, _) => Ok(dir.dir_metadata()?.into()),
            Place::Root(_) => Ok(Stat::from_type(FileType::Directory)),
        }
    }

    /// Returns the entries of the directory, without `.` and `..`. Reads the directory if `refresh` is true. If it is
    /// false, returns the entries of the last call in which `refresh` was true.
    pub fn entries(&self, refresh: bool) -> Result<Arc<[Entry]>> {
        if refresh {
            let entries = match &self.place {
                Place::Host(_, perms) if !perms.list => return Err(Errno::PERM.into()),
                Place::Host(dir, _) => host_entries(dir)?,
                Place::Root(root) => root.entries(),
            };
            *self.listing.lock() = entries.into();
        }
        Ok(self.listing.lock().clone())
    }
}

/// Reads the entries of a directory of the host, without `.` and `..`.
fn host_entries(dir: &fs::Dir) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    // The directory is opened again because cap-std opens preopened directories with `O_PATH`. The operating system
    // lists no entries for a descriptor with `O_PATH`.
    let readable = openat(dir, ".", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    for entry in rustix::fs::Dir::new(readable)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name == b"." || name == b".." {
            continue;
        }
        let mut ty = FileType::from(entry.file_type());
        // Some file systems return no types when they list a directory. `statat` then returns the type of the entry.
        if entry.file_type() == rustix::fs::FileType::Unknown {
            let stat = rustix::fs::statat(dir, entry.file_name(), rustix::fs::AtFlags::SYMLINK_NOFOLLOW);
            ty = stat.map_or(ty, |stat| rustix::fs::FileType::from_raw_mode(stat.st_mode).into());
        }
        entries.push(Entry { name: name.to_vec(), ino: entry.ino(), ty });
    }
    Ok(entries)
}

fn first_component(name: &str) -> String {
    name.split('/').next().unwrap_or_default().to_owned()
}

/// Opens the file or directory at `path`, relative to `dir`. Fails with `EPERM` if the permissions do not allow the
/// access.
pub fn open(dir: &Dir, path: String, flags: &OpenFlags) -> Result<Descriptor> {
    if flags.directory && (flags.create || flags.exclusive || flags.truncate) {
        return Err(Errno::INVAL.into());
    }
    let writes = flags.create || flags.truncate || flags.write;
    let access = |mutable| Access { read: flags.read || !flags.write, write: writes, mutable };
    let (host, path, perms) = match dir.resolve(path)? {
        Target::Host(host, path, perms) => (host, path, perms),
        Target::Root(_) if writes => return Err(Errno::PERM.into()),
        Target::Root(root) => return Ok(Descriptor::Dir(Dir::new(Place::Root(root), access(false)))),
    };
    if !perms.list || (writes && !perms.mutable()) {
        return Err(Errno::PERM.into());
    }
    let mut options = OpenOptions::new();
    options.maybe_dir(true).follow(if flags.follow { FollowSymlinks::Yes } else { FollowSymlinks::No });
    options.create(flags.create && !flags.exclusive).create_new(flags.create && flags.exclusive);
    // The operating system opens a file for reading, for writing or for both. If the guest requests neither, the file
    // is opened for reading.
    options.truncate(flags.truncate).write(writes).read(flags.read || !flags.write);
    let file = host.open_with(&path, &options)?;
    let access = access(perms.mutable());
    if file.metadata()?.is_dir() {
        let opened = Arc::new(fs::Dir::from_std_file(file.into_std()));
        return Ok(Descriptor::Dir(Dir::new(Place::Host(opened, perms), access)));
    }
    if flags.directory {
        return Err(Errno::NOTDIR.into());
    }
    if access.read && !perms.read {
        return Err(Errno::PERM.into());
    }
    Ok(Descriptor::File(File::new(file.into_std(), access, flags.append, flags.nonblock)))
}
