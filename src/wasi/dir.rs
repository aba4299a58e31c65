//! Open directories and their permissions, and the root directory, which combines several preopened directories.

use crate::wasi::file::{Access, File};
use crate::wasi::stat::{FileType, Stat};
use crate::wasi::{Descriptor, Errno, Result};
use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt, OpenOptionsMaybeDirExt};
use cap_std::fs::{self, OpenOptions};
use parking_lot::Mutex;
use rustix::fs::{Mode, OFlags, openat};
use std::sync::Arc;

/// The permissions of a preopened directory, which also apply to everything below.
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
    /// Returns whether the guest may change anything: entries, contents or times.
    pub fn mutable(self) -> bool {
        self.change && self.write
    }
}

/// The decoded flags of a `path_open`. The fields are named like the flags of the specification.
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

/// An entry of a directory, with the fields of `dirent`.
pub struct Entry {
    pub name: Vec<u8>,
    pub ino: u64,
    pub ty: FileType,
}

/// An open directory.
pub struct Dir {
    /// The directory on the host.
    pub place: Place,
    /// The guest's name of a preopened directory. `None` for a directory that the guest has opened.
    pub preopened: Option<String>,
    /// Whether the guest has opened the directory for reading or writing. `fd_fdstat_get` returns this.
    pub access: Access,
    /// The entries at the time of the last `fd_readdir` with cookie 0. Later calls continue in the same list, even if
    /// the guest changes the directory between the calls.
    listing: Mutex<Arc<[Entry]>>,
}

/// The directory on the host that an open directory stands for.
pub enum Place {
    /// A directory of the host, with its permissions.
    Host(Arc<fs::Dir>, Perms),
    /// The root directory, which has no directory on the host.
    Root(Arc<Root>),
}

/// A root directory `/` that contains preopened directories and nothing else. The name of a directory may have several
/// components.
#[derive(Default)]
pub struct Root {
    /// The directories by name, from the longest name to the shortest. The first name that is a prefix of a path is
    /// thus the most specific one.
    mounts: Mutex<Vec<(String, Arc<fs::Dir>, Perms)>>,
}

impl Root {
    /// Adds a directory under `name`, the path at which the guest finds it.
    pub fn add(&self, name: &str, dir: Arc<fs::Dir>, perms: Perms) {
        let mut mounts = self.mounts.lock();
        mounts.push((normalize(name).unwrap_or_default(), dir, perms));
        mounts.sort_by_key(|(name, ..)| std::cmp::Reverse(name.len()));
    }

    /// Returns the directory that contains a normalized path, with the path relative to this directory. A directory
    /// with an empty name contains all paths that no other directory contains.
    fn find(&self, path: &str) -> Option<(Arc<fs::Dir>, String, Perms)> {
        self.mounts.lock().iter().find_map(|(name, dir, perms)| {
            let rest = match path.strip_prefix(name.as_str())? {
                "" => ".",
                rest if name.is_empty() => rest,
                rest => rest.strip_prefix('/')?,
            };
            Some((dir.clone(), rest.to_owned(), *perms))
        })
    }

    /// Returns the entries of the root directory: the first component of each name, without duplicates.
    fn entries(&self) -> Vec<Entry> {
        let mut names: Vec<String> = self.mounts.lock().iter().map(|(name, ..)| first_component(name)).collect();
        names.sort();
        names.dedup();
        names.retain(|name| !name.is_empty());
        names.into_iter().map(|name| Entry { name: name.into_bytes(), ino: 0, ty: FileType::Directory }).collect()
    }
}

/// Returns a path of the root directory without empty components and `.`. Returns `None` if the path contains `..`: the
/// root directory does not resolve `..`.
fn normalize(path: &str) -> Option<String> {
    let components: Vec<_> = path.split('/').filter(|name| !name.is_empty() && *name != ".").collect();
    (!components.contains(&"..")).then(|| components.join("/"))
}

/// A resolved path.
pub enum Target {
    /// A path relative to a directory of the host, with the permissions of this directory.
    Host(Arc<fs::Dir>, String, Perms),
    /// The root directory itself.
    Root(Arc<Root>),
}

impl Dir {
    /// Returns a directory that the guest has opened.
    pub fn new(place: Place, access: Access) -> Self {
        Self { place, preopened: None, access, listing: Mutex::new(Arc::new([])) }
    }

    /// Returns a preopened directory.
    pub fn preopened(place: Place, name: &str) -> Self {
        let access = Access { read: true, write: true, mutable: true };
        Self { preopened: Some(name.to_owned()), ..Self::new(place, access) }
    }

    /// Resolves a path relative to this directory. The path may still contain `..` if the target is a directory of the
    /// host: cap-std keeps such a path inside the directory.
    pub fn resolve(&self, path: String) -> Result<Target> {
        let root = match &self.place {
            Place::Host(dir, perms) => return Ok(Target::Host(dir.clone(), path, *perms)),
            Place::Root(root) => root,
        };
        if path.is_empty() {
            return Err(Errno::NOENT.into());
        }
        let path = normalize(&path).ok_or(Errno::PERM)?;
        match root.find(&path) {
            Some((dir, rest, perms)) => Ok(Target::Host(dir, rest, perms)),
            None if path.is_empty() => Ok(Target::Root(root.clone())),
            None => Err(Errno::NOENT.into()),
        }
    }

    /// Resolves a path as [`Dir::resolve`] does, for a call that changes something there. Fails with `EPERM` if the
    /// permissions do not allow changes.
    pub fn resolve_mutable(&self, path: String) -> Result<(Arc<fs::Dir>, String, Perms)> {
        match self.resolve(path)? {
            Target::Host(dir, path, perms) if perms.mutable() => Ok((dir, path, perms)),
            _ => Err(Errno::PERM.into()),
        }
    }

    /// Resolves a path as [`Dir::resolve`] does. Fails with `EINVAL` for the root directory, which the host does not
    /// have.
    pub fn resolve_host(&self, path: String) -> Result<(Arc<fs::Dir>, String)> {
        match self.resolve(path)? {
            Target::Host(dir, path, _) => Ok((dir, path)),
            Target::Root(_) => Err(Errno::INVAL.into()),
        }
    }

    /// Returns the `filestat` of the directory.
    pub fn stat(&self) -> Result<Stat> {
        match &self.place {
            Place::Host(dir, _) => Ok(dir.dir_metadata()?.into()),
            Place::Root(_) => Ok(Stat::from_type(FileType::Directory)),
        }
    }

    /// Returns the entries without `.` and `..`. Reads the directory if `refresh` is true, and otherwise returns the
    /// entries of the last such call.
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

fn host_entries(dir: &fs::Dir) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    // cap-std opens preopened directories with `O_PATH`. Such a descriptor can look up entries but not list them.
    let readable = openat(dir, ".", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    for entry in rustix::fs::Dir::new(readable)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name == b"." || name == b".." {
            continue;
        }
        let mut ty = FileType::from(entry.file_type());
        // Some file systems do not return the type of an entry when they list a directory.
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

/// Opens the file or directory at `path`, relative to `dir`.
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
    // The operating system opens a file for reading, writing or both. The guest can ask for neither: reading is
    // assumed.
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
