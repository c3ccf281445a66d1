//! What this machine has.

use std::{fs, path::Path};

/// Bytes of memory, or of the control group's limit if that is less; 0 if the system does not tell.
pub fn memory_bytes() -> u64 {
    let limit = fs::read_to_string("/sys/fs/cgroup/memory.max")
        .ok()
        .and_then(|text| text.trim().parse().ok());
    let total = fs::read_to_string("/proc/meminfo")
        .ok()
        .and_then(|text| meminfo(&text, "MemTotal:"))
        .unwrap_or(0);
    limit.map_or(total, |limit: u64| limit.min(total))
}

fn meminfo(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim()
        .strip_suffix("kB")?
        .trim()
        .parse::<u64>()
        .ok()?
        .checked_mul(1024)
}

/// Bytes free on the file system of a directory or of its nearest parent that exists.
pub fn free_bytes(directory: &Path) -> Option<u64> {
    let there = directory.ancestors().find(|path| path.exists())?;
    let stat = rustix::fs::statvfs(there).ok()?;
    stat.f_bavail.checked_mul(stat.f_frsize)
}

/// The processor's name.
pub fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| {
        line.strip_prefix("model name")?
            .split_once(':')
            .map(|(_, name)| name.trim())
    });
    name.unwrap_or(std::env::consts::ARCH).to_owned()
}

/// Cores that this process may use.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_something() {
        assert!(memory_bytes() > 1 << 20);
        assert!(free_bytes(Path::new("/tmp/does/not/exist")).unwrap() > 0);
        assert!(cores() > 0 && !processor().is_empty());
    }

    #[test]
    fn meminfo_is_in_kibibytes() {
        assert_eq!(
            meminfo("MemTotal:       16 kB\nMemFree: 1 kB\n", "MemTotal:"),
            Some(16_384)
        );
        assert_eq!(meminfo("MemFree: 1 kB\n", "MemTotal:"), None);
    }
}
