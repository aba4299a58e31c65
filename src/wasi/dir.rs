//! Open directories, the permissions of directories, and the virtual root directory.

use crate::wasi::file::{Access, File};
use crate::wasi::listing::{Entry, FIRST_COOKIE, Listing};
use crate::wasi::lookup::{LastComponent, requires_directory};
use crate::wasi::stat::{FileType, Stat};
use crate::wasi::wait::Interrupts;
use crate::wasi::{Descriptor, Errno, Result};
use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt, OpenOptionsMaybeDirExt, OpenOptionsSyncExt};
use cap_std::fs::{self, FileTypeExt, OpenOptions};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;

/// Time between two attempts to open a file that another process must make available first.
const OPEN_PERIOD: Duration = Duration::from_millis(10);

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

/// An open directory.
pub struct Dir {
    /// The directory of the host, or the virtual root directory.
    pub place: Place,
    /// The name of a preopened directory in the guest. `None` for a directory that the guest has opened itself.
    pub preopened: Option<String>,
    /// The access that the guest has requested for the directory. `fd_fdstat_get` returns the access as rights of WASI.
    pub access: Access,
    /// The place where the guest's listing of the directory continues.
    listing: Listing,
}

/// The location of an open directory.
pub enum Place {
    /// A directory of the host that is open for reading, and the permissions of the guest.
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

    /// Returns the entry of the root directory at `cookie`. The entries are the first components of the names, without
    /// duplicates.
    fn entry(&self, cookie: u64) -> Option<Entry> {
        let mut names: Vec<String> = self.mounts.lock().iter().map(|(name, ..)| first_component(name)).collect();
        names.sort();
        names.dedup();
        names.retain(|name| !name.is_empty());
        let name = names.get(usize::try_from(cookie - FIRST_COOKIE).ok()?)?.as_bytes().into();
        Some(Entry { name, ino: 0, ty: FileType::Directory })
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
        Self { place, preopened: None, access, listing: Listing::default() }
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
        // The end of a path has a meaning, see `lookup`.
        let end = match path.trim_end_matches('/').rsplit('/').next() {
            Some(".") => "/.",
            _ if path.ends_with('/') => "/",
            _ => "",
        };
        let path = normalize(&path).ok_or(Errno::PERM)?;
        match root.find_mount(&path) {
            Some((dir, relative, perms)) => Ok(Target::Host(dir, relative + end, perms)),
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

    /// Returns the entry of the directory at `cookie`. Returns `None` at the end of the directory. Cookie 0 starts a new
    /// listing.
    pub fn entry(&self, cookie: u64, interrupts: &Interrupts<'_>) -> Result<Option<Entry>> {
        if let Place::Host(_, perms) = &self.place
            && !perms.list
        {
            return Err(Errno::PERM.into());
        }
        if cookie < FIRST_COOKIE {
            if cookie == 0 {
                self.listing.restart();
            }
            // `..` gets the inode number of the directory itself.
            let (name, ino) =
                ([b"." as &[u8], b".."][cookie as usize].into(), self.stat().map_or(0, |stat| stat.ino()));
            return Ok(Some(Entry { name, ino, ty: FileType::Directory }));
        }
        match &self.place {
            Place::Host(dir, _) => self.listing.entry(dir, cookie, interrupts),
            Place::Root(root) => Ok(root.entry(cookie)),
        }
    }
}

/// Returns whether the file cannot be opened yet: it is a pipe that no process reads, or another process has a lease.
fn is_busy(dir: &fs::Dir, path: &str, error: &std::io::Error) -> bool {
    let is_pipe = || dir.metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo());
    match error.raw_os_error().map(rustix::io::Errno::from_raw_os_error) {
        Some(rustix::io::Errno::NXIO) => is_pipe(),
        error => error == Some(rustix::io::Errno::AGAIN),
    }
}

fn first_component(name: &str) -> String {
    name.split('/').next().unwrap_or_default().to_owned()
}

/// Opens the file or directory at `path`, relative to `dir`. Fails with `EPERM` if the permissions do not allow the
/// access.
///
/// Opening a pipe for writing waits until another process reads from the pipe, unless `flags` contain `nonblock`.
/// Opening a pipe for reading does not wait. The first read waits until another process writes.
pub fn open(dir: &Dir, path: String, flags: &OpenFlags, interrupts: &Interrupts<'_>) -> Result<Descriptor> {
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
    if flags.create && requires_directory(&path) {
        return LastComponent::new(&host, &path)?.refuse_file(flags.exclusive);
    }
    let mut options = OpenOptions::new();
    options.maybe_dir(true).follow(if flags.follow { FollowSymlinks::Yes } else { FollowSymlinks::No });
    options.create(flags.create && !flags.exclusive).create_new(flags.create && flags.exclusive);
    // The operating system opens a file for reading, for writing or for both. If the guest requests neither, the file
    // is opened for reading.
    options.truncate(flags.truncate).write(writes).read(flags.read || !flags.write);
    // The operating system must not wait, because it could not stop when the guest must end.
    options.nonblock(true);
    let file = loop {
        match host.open_with(&path, &options) {
            Err(error) if !flags.nonblock && is_busy(&host, &path, &error) => interrupts.sleep(OPEN_PERIOD)?,
            file => break file?,
        }
    };
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
    Ok(Descriptor::File(File::new(file.into_std(), access, flags.append, flags.nonblock)?))
}
