//! Resolution of paths as POSIX requires, inside a preopened directory.
//!
//! cap-std resolves the directories of a path, and refuses a path that leads out of the preopened directory. The
//! operating system gets the last component together with the slashes after it, because the slashes have a meaning: the
//! component must be a directory, and `link/` is the directory that the symbolic link leads to.

use crate::wasi::{Errno, Result};
use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt};
use cap_std::fs::{Dir, Metadata, OpenOptions, OpenOptionsExt};
use rustix::fs::{AtFlags, CWD, OFlags, Timestamps, linkat, mkdirat, renameat, statat, symlinkat, unlinkat, utimensat};
use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::sync::Arc;

/// Returns whether only a directory can be at this path: the last component is `.` or `..`, or slashes follow it.
pub fn requires_directory(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("" | "." | "..")) && !path.is_empty()
}

/// Opens the file at `path` without access to its contents. Follows symbolic links.
fn open_without_access(dir: &Dir, path: &str, flags: OFlags) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).follow(FollowSymlinks::Yes).custom_flags((OFlags::PATH | flags).bits().cast_signed());
    Ok(dir.open_with(path, &options)?.into_std())
}

/// The last component of a path, in its directory. A call of the operating system that takes a `LastComponent` does not
/// follow a symbolic link at this component, also if slashes follow the component.
pub struct LastComponent {
    dir: Arc<Dir>,
    /// The component and the slashes after it.
    name: String,
}

impl LastComponent {
    /// Resolves the directories of `path`, relative to `dir`.
    pub fn new(dir: &Arc<Dir>, path: &str) -> Result<Self> {
        if path.is_empty() {
            return Err(Errno::NOENT.into());
        }
        let start = path.trim_end_matches('/').rfind('/').map_or(0, |slash| slash + 1);
        let (parent, name) = path.split_at(start);
        if name.starts_with('/') {
            // The path is the root directory of the host.
            return Err(Errno::PERM.into());
        }
        if name.trim_end_matches('/') == ".." {
            // The operating system would accept a `..` that leads out of `dir`.
            open_without_access(dir, path, OFlags::DIRECTORY)?;
        }
        let dir = match parent {
            "" => dir.clone(),
            _ => Arc::new(Dir::from_std_file(open_without_access(dir, parent, OFlags::DIRECTORY)?)),
        };
        Ok(Self { dir, name: name.to_owned() })
    }

    /// Creates a directory.
    pub fn create_directory(&self) -> Result<()> {
        Ok(mkdirat(&*self.dir, &self.name, 0o777.into())?)
    }

    /// Returns the error for opening this component with `O_CREAT`, if only a directory can be here. With `exclusive`, the
    /// component must not exist.
    pub fn refuse_file<T>(&self, exclusive: bool) -> Result<T> {
        let is_dot = matches!(self.name.trim_end_matches('/'), "." | "..");
        Err(if is_dot && exclusive { Errno::EXIST } else { Errno::ISDIR }.into())
    }

    /// Creates a symbolic link. cap-std would follow an absolute target out of the preopened directory, so this function
    /// refuses it.
    pub fn create_symlink(&self, target: &str) -> Result<()> {
        if target.starts_with('/') {
            return Err(Errno::PERM.into());
        }
        Ok(symlinkat(target, &*self.dir, &self.name)?)
    }

    /// Removes an empty directory.
    pub fn remove_directory(&self) -> Result<()> {
        Ok(unlinkat(&*self.dir, &self.name, AtFlags::REMOVEDIR)?)
    }

    /// Removes a name that is not a directory.
    pub fn unlink(&self) -> Result<()> {
        Ok(unlinkat(&*self.dir, &self.name, AtFlags::empty())?)
    }

    /// Renames this file or directory to `new`.
    pub fn rename(&self, new: &Self) -> Result<()> {
        Ok(renameat(&*self.dir, &self.name, &*new.dir, &new.name)?)
    }

    /// Sets the times of the file, or of the symbolic link itself.
    fn set_times(&self, times: &Timestamps) -> Result<()> {
        Ok(utimensat(&*self.dir, &self.name, times, AtFlags::SYMLINK_NOFOLLOW)?)
    }
}

/// Returns the metadata of the file at `path`. Unless `follow` is set, returns the metadata of a symbolic link itself.
pub fn metadata(dir: &Dir, path: &str, follow: bool) -> Result<Metadata> {
    if !requires_directory(path) {
        return Ok(if follow { dir.metadata(path) } else { dir.symlink_metadata(path) }?);
    }
    let metadata = dir.metadata(path)?;
    if metadata.is_dir() { Ok(metadata) } else { Err(Errno::NOTDIR.into()) }
}

/// Sets the times of the file at `path`. Unless `follow` is set, sets the times of a symbolic link itself.
pub fn set_times(dir: &Arc<Dir>, path: &str, follow: bool, times: &Timestamps) -> Result<()> {
    if !follow && !requires_directory(path) {
        return LastComponent::new(dir, path)?.set_times(times);
    }
    let flags = if requires_directory(path) { OFlags::DIRECTORY } else { OFlags::empty() };
    let file = open_without_access(dir, path, flags)?;
    match utimensat(&file, "", times, AtFlags::EMPTY_PATH) {
        // Linux before 5.8 lacks this flag.
        Err(rustix::io::Errno::INVAL) => {
            Ok(utimensat(CWD, format!("/proc/self/fd/{}", file.as_raw_fd()), times, AtFlags::empty())?)
        }
        outcome => Ok(outcome?),
    }
}

/// Returns the target of the symbolic link at `path`.
pub fn read_link(dir: &Dir, path: &str) -> Result<PathBuf> {
    if requires_directory(path) {
        metadata(dir, path, true)?;
        return Err(Errno::INVAL.into());
    }
    Ok(dir.read_link(path)?)
}

/// Creates a hard link at `new_path` to the file at `path`, or to a symbolic link itself. The paths are relative to `dir`
/// and `new_dir`.
pub fn create_hard_link(dir: &Arc<Dir>, path: &str, new_dir: &Arc<Dir>, new_path: &str) -> Result<()> {
    if !requires_directory(path) {
        let (old, new) = (LastComponent::new(dir, path)?, LastComponent::new(new_dir, new_path)?);
        return Ok(linkat(&*old.dir, &old.name, &*new.dir, &new.name, AtFlags::empty())?);
    }
    metadata(dir, path, true)?;
    let new = LastComponent::new(new_dir, new_path)?;
    let name = new.name.trim_end_matches('/');
    Err(match statat(&*new.dir, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(_) => Errno::EXIST,
        Err(_) if name != new.name => Errno::NOENT,
        // A directory cannot have a second name.
        Err(_) => Errno::PERM,
    }
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_and_dots_require_a_directory() {
        for path in ["a/", "a//", ".", "..", "a/.", "a/..", "/", "a/./"] {
            assert!(requires_directory(path), "{path}");
        }
        for path in ["", "a", "a/b", ".a", "a..", "./a", "../a"] {
            assert!(!requires_directory(path), "{path}");
        }
    }
}
