//! The memory mappings of this process, of which the system allows only some (Linux: `vm.max_map_count`). If a process has
//! no mappings left, every allocation may fail, and the engines abort the process.

use crate::base::error::{Result, fail};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Linux's default for the maximum number of mappings, used if /proc does not tell the actual maximum.
const DEFAULT_MAX: u64 = 65_530;

/// Number of mappings that the objects of the engine take.
static USED: AtomicU64 = AtomicU64::new(0);

/// Returns how many mappings the objects of the engine may take: two thirds of what the process may have. The last third
/// stays free for everything else.
pub fn max() -> u64 {
    static MAX: LazyLock<u64> = LazyLock::new(|| {
        let text = std::fs::read_to_string("/proc/sys/vm/max_map_count").ok();
        text.and_then(|text| text.trim().parse().ok()).unwrap_or(DEFAULT_MAX) / 3 * 2
    });
    *MAX
}

/// The mappings of an object. `Drop` records that the object has freed them.
#[derive(Default)]
pub struct Mappings(u64);

impl Mappings {
    /// Records that an object is about to take this number of mappings. Fails if the objects of the engine would take
    /// more than they may. `objects` names the objects of this kind in the error's message.
    pub fn take(count: u64, objects: &str) -> Result<Self> {
        let taken = Self(count);
        if count > 0 && USED.fetch_add(count, Ordering::Relaxed) + count > max() {
            fail!(
                Memory,
                "there is no room for more {objects}: stores and modules may take {} memory mappings, and all are taken; let \
                 go of stores and modules that are not needed, or raise the system's limit (vm.max_map_count)",
                max()
            );
        }
        Ok(taken)
    }

    /// Adds the mappings of another object.
    pub fn add(&mut self, other: Self) {
        self.0 += other.0;
        std::mem::forget(other);
    }
}

impl Drop for Mappings {
    fn drop(&mut self) {
        if self.0 > 0 {
            USED.fetch_sub(self.0, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::error::ErrorKind;

    #[test]
    fn mappings_are_given_back() {
        let mut mappings = Mappings::take(max() / 2, "tests").unwrap();
        mappings.add(Mappings::take(max() / 2 - 1, "tests").unwrap());
        let error = Mappings::take(max() / 2, "tests").err().unwrap();
        assert_eq!(error.kind, ErrorKind::Memory);
        assert!(error.message.starts_with("there is no room for more tests: "), "{}", error.message);
        drop(mappings);
        drop(Mappings::take(max(), "tests").unwrap());
    }
}
