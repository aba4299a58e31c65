//! Directories: what a guest may reach through each, and the root that brings several together.

use crate::wasi::file::{Access, File};
use crate::wasi::stat::{FileType, Stat};
use crate::wasi::{Descriptor, Errno, Result};
use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt, OpenOptionsMaybeDirExt};
use cap_std::fs::{self, OpenOptions};
use parking_lot::Mutex;
use rustix::fs::{Mode, OFlags, openat};
use std::sync::Arc;

/// What may be done below a preopened directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Perms {
    /// Names may be listed and opened.
    pub list: bool,
    /// Names may be made, removed and renamed.
    pub change: bool,
    /// Files may be read.
    pub read: bool,
    /// Files may be written.
    pub write: bool,
}

impl Perms {
    /// Whether anything may be changed: names, contents or times.
    pub fn mutable(self) -> bool {
        self.change && self.write
    }
}

/// What `path_open` was asked for, decoded.
pub struct Opening {
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

/// An entry of a directory, as `fd_readdir` tells it.
pub struct Entry {
    pub name: Vec<u8>,
    pub ino: u64,
    pub ty: FileType,
}

/// An open directory.
pub struct Dir {
    /// What is behind it.
    pub place: Place,
    /// The name under which the guest finds it, if it was there at the start.
    pub preopened: Option<String>,
    /// Whether it was opened for reading or writing, which `fd_fdstat_get` tells.
    pub access: Access,
    /// What a listing found when it began: it goes on with the same, whatever the guest does between.
    listing: Mutex<Arc<[Entry]>>,
}

/// A directory of the host, or the root of the guest's own tree.
pub enum Place {
    /// A directory of the host with what may be done in it.
    Host(Arc<fs::Dir>, Perms),
    /// A directory of which nothing is there but names of others.
    Root(Arc<Root>),
}

/// A directory that holds others under names, which may have several parts, and nothing else.
#[derive(Default)]
pub struct Root {
    /// Longer names first, so that the first that fits is the best.
    names: Mutex<Vec<(String, Arc<fs::Dir>, Perms)>>,
}

impl Root {
    /// Puts a directory there.
    pub fn add(&self, name: &str, dir: Arc<fs::Dir>, perms: Perms) {
        let mut names = self.names.lock();
        names.push((clean(name).unwrap_or_default(), dir, perms));
        names.sort_by_key(|(name, ..)| std::cmp::Reverse(name.len()));
    }

    /// The directory that a clean path leads to, with the rest of the path. One without a name is there for all that
    /// no other is there for.
    fn find(&self, path: &str) -> Option<(Arc<fs::Dir>, String, Perms)> {
        self.names.lock().iter().find_map(|(name, dir, perms)| {
            let rest = match path.strip_prefix(name.as_str())? {
                "" => ".",
                rest if name.is_empty() => rest,
                rest => rest.strip_prefix('/')?,
            };
            Some((dir.clone(), rest.to_owned(), *perms))
        })
    }

    /// The first parts of the names, each once.
    fn entries(&self) -> Vec<Entry> {
        let mut names: Vec<String> = self.names.lock().iter().map(|(name, ..)| first_part(name)).collect();
        names.sort();
        names.dedup();
        names.retain(|name| !name.is_empty());
        names.into_iter().map(|name| Entry { name: name.into_bytes(), ino: 0, ty: FileType::Directory }).collect()
    }
}

/// A path without leading slashes and `.`; none where it has `..` in it, which leads nowhere here.
fn clean(path: &str) -> Option<String> {
    let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    (!parts.contains(&"..")).then(|| parts.join("/"))
}

/// Where a path leads.
pub enum Target {
    /// To a path in a directory of the host.
    Host(Arc<fs::Dir>, String, Perms),
    /// To the root itself.
    Root(Arc<Root>),
}

impl Dir {
    /// A directory that was opened.
    pub fn new(place: Place, access: Access) -> Self {
        Self { place, preopened: None, access, listing: Mutex::new(Arc::new([])) }
    }

    /// A directory that is there at the start.
    pub fn preopened(place: Place, name: &str) -> Self {
        let access = Access { read: true, write: true, mutable: true };
        Self { preopened: Some(name.to_owned()), ..Self::new(place, access) }
    }

    /// Where a path leads from here. Below a directory of the host, cap-std keeps it inside.
    pub fn target(&self, path: String) -> Result<Target> {
        let root = match &self.place {
            Place::Host(dir, perms) => return Ok(Target::Host(dir.clone(), path, *perms)),
            Place::Root(root) => root,
        };
        if path.is_empty() {
            return Err(Errno::NOENT.into());
        }
        let path = clean(&path).ok_or(Errno::PERM)?;
        match root.find(&path) {
            Some((dir, rest, perms)) => Ok(Target::Host(dir, rest, perms)),
            None if path.is_empty() => Ok(Target::Root(root.clone())),
            None => Err(Errno::NOENT.into()),
        }
    }

    /// As [`Dir::target`], for something that is to be changed there.
    pub fn changed(&self, path: String) -> Result<(Arc<fs::Dir>, String, Perms)> {
        match self.target(path)? {
            Target::Host(dir, path, perms) if perms.mutable() => Ok((dir, path, perms)),
            _ => Err(Errno::PERM.into()),
        }
    }

    /// As [`Dir::target`], for something to look at; the root has nothing to look at.
    pub fn host(&self, path: String) -> Result<(Arc<fs::Dir>, String)> {
        match self.target(path)? {
            Target::Host(dir, path, _) => Ok((dir, path)),
            Target::Root(_) => Err(Errno::INVAL.into()),
        }
    }

    /// Its own `filestat`.
    pub fn stat(&self) -> Result<Stat> {
        match &self.place {
            Place::Host(dir, _) => Ok(dir.dir_metadata()?.into()),
            Place::Root(_) => Ok(Stat::bare(FileType::Directory)),
        }
    }

    /// Its entries, without `.` and `..`: as they are now where `again`, or else as they were at the last such call.
    pub fn entries(&self, again: bool) -> Result<Arc<[Entry]>> {
        if again {
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
    // A directory that is there at the start may be open for looking up names only.
    let readable = openat(dir, ".", OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    for entry in rustix::fs::Dir::new(readable)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name == b"." || name == b".." {
            continue;
        }
        let mut ty = FileType::from(entry.file_type());
        // Some file systems leave the type to be asked for.
        if entry.file_type() == rustix::fs::FileType::Unknown {
            let stat = rustix::fs::statat(dir, entry.file_name(), rustix::fs::AtFlags::SYMLINK_NOFOLLOW);
            ty = stat.map_or(ty, |stat| rustix::fs::FileType::from_raw_mode(stat.st_mode).into());
        }
        entries.push(Entry { name: name.to_vec(), ino: entry.ino(), ty });
    }
    Ok(entries)
}

fn first_part(name: &str) -> String {
    name.split('/').next().unwrap_or_default().to_owned()
}

/// Opens what a path leads to.
pub fn open(dir: &Dir, path: String, how: &Opening) -> Result<Descriptor> {
    if how.directory && (how.create || how.exclusive || how.truncate) {
        return Err(Errno::INVAL.into());
    }
    let writes = how.create || how.truncate || how.write;
    let access = |mutable| Access { read: how.read || !how.write, write: writes, mutable };
    let (host, path, perms) = match dir.target(path)? {
        Target::Host(host, path, perms) => (host, path, perms),
        Target::Root(_) if writes => return Err(Errno::PERM.into()),
        Target::Root(root) => return Ok(Descriptor::Dir(Dir::new(Place::Root(root), access(false)))),
    };
    if !perms.list || (writes && !perms.mutable()) {
        return Err(Errno::PERM.into());
    }
    let mut options = OpenOptions::new();
    options.maybe_dir(true).follow(if how.follow { FollowSymlinks::Yes } else { FollowSymlinks::No });
    options.create(how.create && !how.exclusive).create_new(how.create && how.exclusive);
    // Without either, it is opened to be read: the operating system wants one of them.
    options.truncate(how.truncate).write(writes).read(how.read || !how.write);
    let file = host.open_with(&path, &options)?;
    let access = access(perms.mutable());
    if file.metadata()?.is_dir() {
        let opened = Arc::new(fs::Dir::from_std_file(file.into_std()));
        return Ok(Descriptor::Dir(Dir::new(Place::Host(opened, perms), access)));
    }
    if how.directory {
        return Err(Errno::NOTDIR.into());
    }
    if access.read && !perms.read {
        return Err(Errno::PERM.into());
    }
    Ok(Descriptor::File(File::new(file.into_std(), access, how.append, how.nonblock)))
}
